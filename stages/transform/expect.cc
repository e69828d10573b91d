// expect: lets pass what is what it should be, and fails the rest with what it is instead.
#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/expr/json_schema.h"
#include "core/stage/lender.h"
#include "stages/catalog.h"
#include "stages/expression.h"

namespace leat {
namespace {

// One thing a record must have one of several values of.
struct Wanted {
  std::string_view what;  // as messages name it
  std::shared_ptr<const expr::Program> program;
  std::vector<std::string> any;
  std::string shown;  // A or B
};

struct Required {
  std::shared_ptr<const expr::Program> program;
  std::string text;
};

struct Plan {
  std::vector<Wanted> wanted;
  std::vector<Required> required;
  std::shared_ptr<const expr::Program> whole;  // with a schema
  std::string schema;                          // its path, for messages
};

// The type itself: without parameters, letter case and white space.
std::string media(std::string_view type) {
  std::string plain(type.substr(0, type.find(';')));
  std::transform(plain.begin(), plain.end(), plain.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::erase_if(plain, [](unsigned char c) { return std::isspace(c); });
  return plain;
}

class Expect final : public Stage {
 public:
  Expect(std::shared_ptr<const Plan> plan, std::unique_ptr<expr::JsonSchema> schema) : plan_(std::move(plan)), schema_(std::move(schema)) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    batch.keep_if([&](uint32_t record) { return holds({&batch.slab(), record}) || turn.fail(record, {code_, std::move(message_)}); });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Expect>(plan_, schema_ ? schema_->clone() : nullptr); }

 private:
  bool holds(const expr::Row& row) {
    for (const Wanted& wanted : plan_->wanted)
      if (!is(wanted, row)) return false;
    for (const Required& required : plan_->required)
      if (!has(required, row)) return false;
    return !schema_ || fits(row);
  }

  bool fits(const expr::Row& row) {
    Value whole;
    if (machine_.one(*plan_->whole, row, whole) != expr::Machine::One::value) return refuse(machine_.code(), machine_.message());
    return schema_->fits(whole) || refuse(schema_->code(), fmt::format("{}: {}", plan_->schema, schema_->reason()));
  }

  bool is(const Wanted& wanted, const expr::Row& row) {
    Value value;
    if (machine_.one(*wanted.program, row, value) == expr::Machine::One::failed) return refuse(machine_.code(), machine_.message());
    std::string got;
    if (value.is_string())
      got = value.view();
    else if (!value.is_null())
      json::write(value, got);
    const std::string compared = wanted.what == kMedia ? media(got) : got;
    if (std::find(wanted.any.begin(), wanted.any.end(), compared) != wanted.any.end()) return true;
    return refuse("type", fmt::format("expected {} {}, got {}", wanted.what, wanted.shown, got.empty() ? "none" : shown(got)));
  }

  bool has(const Required& required, const expr::Row& row) {
    bool found = false;
    if (!machine_.each(*required.program, row, [&](const Value& value) { return found = !value.is_null(), !found; }))
      return refuse(machine_.code(), machine_.message());
    return found || refuse("type", fmt::format("expected {}, got none", required.text));
  }

  // What came from outside: only a plain word stands bare in a message.
  static std::string shown(std::string_view text) {
    const bool plain = text.size() <= 60 && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isgraph(c); });
    return plain ? std::string(text) : text::quoted(text);
  }

  bool refuse(std::string_view code, std::string message) {
    code_ = code, message_ = std::move(message);
    return false;
  }

 public:
  static constexpr std::string_view kMedia = "media type";

 private:
  const std::shared_ptr<const Plan> plan_;  // shared by the clones: immutable
  const std::unique_ptr<expr::JsonSchema> schema_;
  expr::Machine machine_;
  std::string_view code_;  // why the last record does not hold
  std::string message_;
};

// An option, what of the envelope it is about, and how messages call that.
constexpr std::array<std::array<std::string_view, 3>, 4> kAbout{{{"type", "$meta.type", "type"},
                                                                 {"media_type", "$artifact.media_type", Expect::kMedia},
                                                                 {"role", "$artifact.role", "role"},
                                                                 {"scope", "$artifact.scope", "scope"}}};

constexpr std::array kOptions{
    Option{.name = "type", .kind = Option::Kind::text, .value = "NAME", .help = "what meta.type must be", .repeat = true},
    Option{.name = "media_type", .kind = Option::Kind::text, .value = "TYPE", .help = "what the payload must be", .repeat = true},
    Option{.name = "role", .kind = Option::Kind::text, .value = "NAME", .help = "the role it must have", .repeat = true},
    Option{.name = "scope", .kind = Option::Kind::text, .value = "NAME", .help = "the scope it must have", .repeat = true},
    Option{.name = "require", .kind = Option::Kind::expr, .value = "EXPR", .help = "what must be there and not null", .repeat = true},
    Option{.name = "schema", .kind = Option::Kind::text, .value = "FILE", .help = "the JSON Schema (draft 7) it must fit"},
};

constexpr std::array kPorts{PortSpec{"out", "the records that are as expected, untouched"}, PortSpec{"err", "the others, untouched too"}};

// jq -c 'select(.id != null and .ts != null)'
constexpr std::array kExamples{
    Example{"expect --require .id --require .ts then take 1", "{\"id\":1,\"ts\":0}\n", "{\"id\":1,\"ts\":0}\n"},
    Example{"set meta.type=.t then expect --type order --type refund", "{\"t\":\"refund\"}\n", "{\"t\":\"refund\"}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto plan = std::make_shared<Plan>();
  for (const auto& [option, expression, what] : kAbout) {
    Wanted wanted{what, {}, {}, {}};
    for (const auto& value : settings.values(option)) {
      wanted.any.push_back(what == Expect::kMedia ? media(value.text) : value.text);
      wanted.shown.append(wanted.shown.empty() ? "" : " or ").append(value.text);
    }
    if (wanted.any.empty()) continue;
    auto program = compile(expression, context);
    if (!program) return program.error();
    wanted.program = std::move(*program);
    plan->wanted.push_back(std::move(wanted));
  }
  for (const auto& value : settings.values("require")) {
    auto program = compile(value.text, context);
    if (!program) return program.error();
    plan->required.push_back({std::move(*program), value.text});
  }
  std::unique_ptr<expr::JsonSchema> schema;
  if (const auto path = settings.text("schema")) {
    const auto text = context.lender->file(*path);
    if (!text) return text.error();
    auto compiled = expr::JsonSchema::compile(*text);
    if (!compiled) return Error{compiled.error().kind, fmt::format("{}: {}", *path, compiled.error().text), compiled.error().hint};
    auto whole = compile(".", context);
    if (!whole) return whole.error();
    schema = std::move(*compiled), plan->whole = std::move(*whole), plan->schema = *path;
  }
  if (plan->wanted.empty() && plan->required.empty() && !schema)
    return Error{Error::Kind::usage, "expect wants to know what a record should be", "--type order, --require .id ..."};
  return std::unique_ptr<Stage>(std::make_unique<Expect>(std::move(plan), std::move(schema)));
}

}  // namespace

constexpr StageSpec kExpect{
    .name = "expect",
    .group = "transform",
    .summary = "fail records that are not what they should be",
    .details =
        "Everything asked for must hold; of several values of one option one is enough. --type, --media-type, --role and --scope look "
        "at the envelope (set writes it, codecs of artifacts bring it); a media type is compared without its parameters and letter "
        "case. --require wants an expression to answer something else than null: false and 0 are something.\n\n"
        "--schema wants the record to fit a JSON Schema of draft 7, which stands in a file of its own and refers to no other file. Its "
        "patterns are read as those of the language are (PCRE2); of the formats it knows date, time and date-time. Records deeper than "
        "256 levels fail. It is refused where leat was built without the validator.\n\n"
        "A record that is something else fails as it came, with the words: expected type order, got refund; or with the place in it, as "
        "a JSON pointer, and the rule that it breaks: order.json: /items/0: Missing required property 'price'.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
