// parse: what is written inside a text of the record as fields: in the words of a codec, or as a regular expression names its parts.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/data/number.h"
#include "core/expr/regex.h"
#include "core/stage/lender.h"
#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/rewrite.h"

namespace leat {
namespace {

// The parts of a text that a regular expression names.
class Pattern final : public Decoder {
 public:
  Pattern(std::shared_ptr<const expr::Regex> regex, bool infer) : regex_(std::move(regex)), infer_(infer) {}

  bool decode(std::string_view text, Value& record) override {
    const auto found = regex_->match(text, 0, scratch_);
    if (found == expr::Regex::Found::limit) return refuse("limit", "the regular expression takes too long over this text");
    if (found == expr::Regex::Found::no) return refuse("malformed", "the regular expression does not match");
    record = Value::object(regex_->groups());
    for (size_t i = 0; i < regex_->names().size(); ++i) {
      const std::string& name = regex_->names()[i];
      const size_t begin = scratch_.offsets()[2 * i + 2], end = scratch_.offsets()[2 * i + 3];
      if (name.empty()) continue;
      if (begin != expr::RegexScratch::kUnset)
        record.put(Value::borrow(name), value_of(text.substr(begin, end - begin)));
      else if (!record.find(name))  // of several groups of one name the one that took part counts
        record.put(Value::borrow(name), Value());
    }
    return true;
  }

  std::unique_ptr<Decoder> clone() const override { return std::make_unique<Pattern>(regex_, infer_); }

 private:
  // As csv and logfmt read a field.
  Value value_of(std::string_view text) const {
    if (infer_ && (text == "true" || text == "false")) return Value(text == "true");
    return infer_ && !text.empty() && number::length(text) == text.size() ? Value::literal(text) : Value::borrow(text);
  }

  const std::shared_ptr<const expr::Regex> regex_;
  const bool infer_;
  expr::RegexScratch scratch_;
};

// What all lanes share.
struct Plan {
  std::shared_ptr<const expr::Program> text, whole;
  std::string into;  // empty: the record itself
};

class Parse final : public Stage {
 public:
  Parse(std::shared_ptr<const Plan> plan, std::unique_ptr<Decoder> decoder) : plan_(std::move(plan)), decoder_(std::move(decoder)) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    const Slab& slab = batch.slab();
    rewrite(batch, turn, [&](uint32_t record, std::string& text) {
      return parse({&slab, record}, text) || turn.fail(record, {code_, std::move(message_)});
    });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Parse>(plan_, decoder_->clone()); }

 private:
  using One = expr::Machine::One;

  bool parse(const expr::Row& row, std::string& out) {
    Value text, parsed, record;
    const One found = machine_.one(*plan_->text, row, text);
    if (found == One::failed) return refuse(machine_.code(), machine_.message());
    if (found != One::value) return refuse("type", fmt::format("one text is wanted, not {}", found == One::none ? "none" : "several"));
    if (!text.is_string()) {
      std::string shown;
      json::write(text, shown);
      return refuse("type", "no text to parse, but " + text::quoted(shown));
    }
    if (!decoder_->decode(text.view(), parsed)) return refuse(decoder_->code(), decoder_->reason());
    if (machine_.one(*plan_->whole, row, record) != One::value) return refuse(machine_.code(), machine_.message());
    return join(record, std::move(parsed)) && (json::write(record, out), true);
  }

  // The result joins the fields of the record, or stands for a record that is itself the text.
  bool join(Value& record, Value parsed) {
    if (!plan_->into.empty()) {
      if (!record.is_object()) return refuse("type", "the record is no object to put a field into");
      record.put(Value::borrow(plan_->into), std::move(parsed));
      return true;
    }
    if (!record.is_object()) return record = std::move(parsed), true;
    if (!parsed.is_object()) return refuse("type", "the text is no object: its value needs a field (into)");
    for (const Entry& entry : parsed.entries()) record.put(entry.key, entry.item);
    return true;
  }

  bool refuse(std::string_view code, std::string message) {
    code_ = code, message_ = std::move(message);
    return false;
  }

  const std::shared_ptr<const Plan> plan_;  // shared by the clones: immutable
  const std::unique_ptr<Decoder> decoder_;
  expr::Machine machine_;
  std::string_view code_;  // why the last record failed
  std::string message_;
};

constexpr std::array kOptions{
    Option{
        .name = "text", .kind = Option::Kind::expr, .value = "EXPR", .help = "the text that is parsed", .fallback = ".", .operand = true},
    Option{.name = "codec", .kind = Option::Kind::text, .value = "CODEC", .help = "what it is written in: logfmt, json, csv ..."},
    Option{.name = "regex", .kind = Option::Kind::text, .value = "REGEX", .help = "or where its parts stand: (?<name>...)"},
    Option{.name = "into",
           .kind = Option::Kind::text,
           .value = "NAME",
           .help = "the field that the result becomes, instead of joining the record"},
    Option{.name = "columns", .kind = Option::Kind::text, .value = "ROW", .help = "csv, tsv: the header that is not there"},
    Option{.name = "infer",
           .kind = Option::Kind::flag,
           .value = "",
           .help = "canonical numbers and true, false are no strings, where the codec itself does not say",
           .fallback = "true"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, with what was parsed"},
                            PortSpec{"err", "records without the text, or whose text does not parse; as they came"}};

// By hand; the parts are those of jq -c '. + (.line | capture("^(?<verb>[A-Z]+) (?<path>[^ ]+)"))'
constexpr std::array kExamples{
    Example{"parse .msg --codec logfmt", "{\"id\":8,\"msg\":\"level=warn ms=12 at=\\\"a b\\\"\"}\n",
            "{\"id\":8,\"msg\":\"level=warn ms=12 at=\\\"a b\\\"\",\"level\":\"warn\",\"ms\":12,\"at\":\"a b\"}\n"},
    Example{"parse .line --regex '^(?<verb>[A-Z]+) (?<path>[^ ]+)' --into request", "{\"line\":\"GET /a HTTP/1.1\"}\n",
            "{\"line\":\"GET /a HTTP/1.1\",\"request\":{\"verb\":\"GET\",\"path\":\"/a\"}}\n"},
    Example{"--in lines parse --codec json", "{\"a\":1}\n[2]\n", "{\"a\":1}\n[2]\n"},
};

Result<std::unique_ptr<Decoder>> make_pattern(const std::string& text, bool infer) {
  auto regex = expr::Regex::compile(text, {});
  if (!regex) return regex.error();
  for (const std::string& name : (*regex)->names())
    if (!name.empty()) return std::unique_ptr<Decoder>(std::make_unique<Pattern>(std::move(*regex), infer));
  return Error{Error::Kind::usage, fmt::format("{} names no part of the text", text::quoted(text)), "a part with a name: (?<name>...)"};
}

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  const auto codec = settings.text("codec"), regex = settings.text("regex"), columns = settings.text("columns");
  if (codec.has_value() == regex.has_value())
    return Error{Error::Kind::usage, "parse wants either a codec or a regular expression", "--codec logfmt, or --regex '(?<name>...)'"};
  if (columns && regex) return Error{Error::Kind::usage, "columns go with --codec csv and tsv", {}};
  const bool infer = settings.flag("infer");
  auto decoder = regex ? make_pattern(*regex, infer) : context.lender->decoder({*codec, infer, columns.value_or("")});
  if (!decoder) return decoder.error();
  auto text = compile(*settings.text("text"), context), whole = compile(".", context);
  if (!text) return text.error();
  if (!whole) return whole.error();
  auto plan = std::make_shared<const Plan>(Plan{std::move(*text), std::move(*whole), settings.text("into").value_or("")});
  return std::unique_ptr<Stage>(std::make_unique<Parse>(std::move(plan), std::move(*decoder)));
}

}  // namespace

constexpr StageSpec kParse{
    .name = "parse",
    .group = "transform",
    .summary = "read a text inside the record into fields",
    .details =
        "The text is what the expression answers; it must be one record of the codec, any that reads text (leat list codecs), or match "
        "the regular expression (PCRE2, anywhere in the text unless it says ^ and $), whose named parts are the result; a part that "
        "took no part in the match is null. The fields of the result join the record's, in place of those of the same name; with "
        "--into it becomes one field, and need be no object then. A record that is no object but the text itself, as --in lines makes "
        "them, "
        "becomes the result.\n\n"
        "A record whose text is missing, is no text or does not parse fails as it came, with the reason.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
