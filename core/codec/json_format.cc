#include "core/codec/json_format.h"

#include "core/codec/json_reader.h"
#include "core/codec/json_skim.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

class Json final : public Format {
 public:
  explicit Json(std::string_view name) : name_(name) {}
  std::string_view name() const override { return name_; }
  std::unique_ptr<Reader> reader(const FieldPlan& plan) const override { return plan.trusted ? json_skimmer(plan) : json_reader(plan); }
  void to_json(std::string_view record, std::string& out) const override { json::compact(record, out); }
  std::string_view media_type() const override { return "application/json"; }

 private:
  const std::string_view name_;
};

}  // namespace

const Format& json_format() {
  static const Json format("ndjson");
  return format;
}

const Format& json_values_format() {
  static const Json format("json");
  return format;
}

const Format& json_prefixed_format() {
  static const Json format("length-prefixed");
  return format;
}

bool is_json(const Format* format) {
  return format == &json_format() || format == &json_values_format() || format == &json_prefixed_format();
}

}  // namespace leat
