// flatten: what is nested in a record as fields side by side, for tables and for whoever knows no nesting.
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/rewrite.h"

namespace leat {
namespace {

// Of all names of a record: each says its whole path, so a small record that is deep could become a very large one.
constexpr size_t kMostNames = 64u << 20;

struct Shape {
  std::string separator;
  uint64_t depth;  // levels that are taken apart
  bool from_zero;  // members of arrays are counted from 0, else from 1
};

class Flatten final : public Stage {
 public:
  Flatten(std::shared_ptr<const expr::Program> whole, Shape shape) : whole_(std::move(whole)), shape_(std::move(shape)) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    rewrite(batch, turn, [&](uint32_t record, std::string& text) {
      Value value;
      if (machine_.one(*whole_, {&slab, record}, value) != expr::Machine::One::value)
        return turn.fail(record, {machine_.code(), machine_.message()});
      if (!value.is_object()) return turn.fail(record, {"type", "not an object"});
      Value flat = Value::object(value.size());
      names_ = 0, name_.clear();
      if (!take_apart(value, shape_.depth, flat))
        return turn.fail(record, {"limit", fmt::format("the names of its fields would be longer than {}", text::size(kMostNames))});
      json::write(flat, text);
      return true;
    });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Flatten>(whole_, shape_); }

 private:
  bool take_apart(const Value& value, uint64_t depth, Value& flat) {
    uint64_t member = shape_.from_zero ? 0 : 1;
    for (const Value& item : value.items())
      if (!put(fmt::format_int(member++).c_str(), item, depth, flat)) return false;
    for (const Entry& entry : value.entries())
      if (!put(entry.key.view(), entry.item, depth, flat)) return false;
    return true;
  }

  bool put(std::string_view part, const Value& item, uint64_t depth, Value& flat) {
    const size_t before = name_.size();
    if (depth < shape_.depth) name_ += shape_.separator;  // not the outermost
    name_ += part;
    bool fits = true;
    if (depth > 0 && item.is_container() && item.size() > 0)
      fits = take_apart(item, depth - 1, flat);
    else if ((names_ += name_.size()) > kMostNames)
      fits = false;
    else
      flat.put(Value::text(name_), depth > 0 && item.is_container() ? Value::borrow(item.is_array() ? "[]" : "{}") : item);
    name_.resize(before);
    return fits;
  }

  const std::shared_ptr<const expr::Program> whole_;
  const Shape shape_;
  expr::Machine machine_;
  std::string name_;  // the path to what is looked at
  size_t names_ = 0;  // bytes of all names of the record at hand
};

constexpr std::array kOptions{
    Option{.name = "separator", .kind = Option::Kind::text, .value = "TEXT", .help = "stands between the parts of a name", .fallback = "."},
    Option{.name = "depth", .kind = Option::Kind::count, .value = "N", .help = "how many levels are taken apart; without it all"},
    Option{
        .name = "zero", .kind = Option::Kind::flag, .value = "", .help = "count the members of arrays from 0, as jq does, and not from 1"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, flat", false, RecordKind::item}, PortSpec{"err", "records that are no objects"}};

// mlr --json flatten; the second by hand
constexpr std::array kExamples{
    Example{"flatten", "{\"a\":{\"b\":1,\"c\":[5,{\"d\":null}],\"e\":{}},\"f\":\"x\"}\n",
            "{\"a.b\":1,\"a.c.1\":5,\"a.c.2.d\":null,\"a.e\":\"{}\",\"f\":\"x\"}\n"},
    Example{"flatten --separator _ --depth 1 --zero", "{\"a\":{\"b\":{\"c\":1}},\"d\":[7]}\n", "{\"a_b\":{\"c\":1},\"d_0\":7}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto whole = compile(".", context);
  if (!whole) return whole.error();
  return std::unique_ptr<Stage>(std::make_unique<Flatten>(
      std::move(*whole), Shape{*settings.text("separator"), settings.count("depth").value_or(UINT64_MAX), settings.flag("zero")}));
}

}  // namespace

constexpr StageSpec kFlatten{
    .name = "flatten",
    .group = "transform",
    .summary = "make nested fields fields of their own",
    .details =
        "The field c inside b inside a becomes the field a.b.c, the first member of an array x becomes x.1: as Miller's flatten does. An "
        "empty object or array becomes "
        "the text {} or []. What lies deeper than --depth levels stays nested. Where two fields come to have one name, the last one "
        "counts.\n\n"
        "The members of an array as records are unbatch, or map '.items[]'.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
    .takes = RecordKind::item,
};

}  // namespace leat
