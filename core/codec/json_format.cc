#include "core/codec/json_format.h"

#include "core/codec/json_reader.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

class Json final : public Format {
 public:
  std::string_view name() const override { return "ndjson"; }
  std::unique_ptr<Reader> reader(const FieldPlan& plan) const override { return json_reader(plan); }
  void to_json(std::string_view record, std::string& out) const override { json::compact(record, out); }
  std::string_view media_type() const override { return "application/json"; }
};

}  // namespace

const Format& json_format() {
  static const Json format;
  return format;
}

}  // namespace leat
