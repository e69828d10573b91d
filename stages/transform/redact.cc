// redact: takes out of records what their next reader should not see: fields by their paths, or what looks like a secret wherever it
// stands. A record without any leaves with the bytes it came with.
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/at_path.h"
#include "stages/transform/hiding.h"
#include "stages/transform/repack.h"
#include "stages/transform/secrets.h"

namespace leat {
namespace {

using Paths = std::vector<std::shared_ptr<const expr::Program>>;

// What all lanes share.
struct Plan {
  Paths paths;                                       // each answers the paths of what it is about
  std::shared_ptr<const expr::Program> whole, bare;  // the record; the record without what stands at the paths
  std::shared_ptr<const std::vector<Finder>> finders;
  Hiding hiding;
};

// Of a value's JSON text, and of the value that was read of it: where a key stands twice in an object there are fewer in the value.
uint64_t members(std::string_view text) {
  uint64_t count = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    count += text[i] == ':';
    if (text[i] != '"') continue;
    while (++i < text.size() && text[i] != '"') i += text[i] == '\\';
  }
  return count;
}
uint64_t members(const Value& value) {
  uint64_t count = value.entries().size();
  for (const Entry& entry : value.entries()) count += members(entry.item);
  for (const Value& item : value.items()) count += members(item);
  return count;
}

class Redact final : public Stage {
 public:
  explicit Redact(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)), secrets_(plan_->finders) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    uint64_t all = 0;
    const SlabRef entered = batch.ref();
    repack(batch, turn, [&](uint32_t record, std::string& text) {
      hidden_ = 0, shadowed_ = false;
      if (!redact({entered.get(), record}, text)) return turn.fail(record, {code_, std::move(message_)}), Repacked::gone;
      all += hidden_;
      return hidden_ > 0 || shadowed_ ? Repacked::changed : Repacked::same;
    });
    if (all > 0) turn.count("redacted", all, {});
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Redact>(plan_); }

 private:
  using One = expr::Machine::One;
  static constexpr size_t kMostText = 64u << 20;  // what is hidden may be shorter than what stands in its place

  bool redact(const expr::Row& row, std::string& text) {
    Value record;
    if (machine_.one(*plan_->whole, row, record) != One::value) return refuse(machine_.code(), machine_.message());
    if (plan_->paths.empty()) {
      if (!look(record)) return false;
    } else if (!at_paths(row, record)) {
      return false;
    }
    if (hidden_ == 0 && !(shadowed_ = shadows(row, record))) return true;
    json::write(record, text);
    return text.size() <= kMostText || refuse("limit", fmt::format("it would become longer than {}", text::size(kMostText)));
  }

  // Has it a key twice? Only the last value was looked at, so the others must not leave either.
  bool shadows(const expr::Row& row, const Value& record) {
    if (!record.is_container()) return false;
    text_.clear();
    row.slab->format->to_json(row.slab->record(row.record), text_);
    return members(text_) != members(record);
  }

  bool at_paths(const expr::Row& row, Value& record) {
    paths_.clear();
    for (const auto& program : plan_->paths)
      if (!machine_.each(*program, row, [&](const Value& path) { return paths_.emplace_back(path).own(), true; }))
        return refuse(machine_.code(), machine_.message());
    if (plan_->bare) return without(row, record);
    for (const Value& path : paths_)
      if (!at_path(record, path.items(), [&](Value& at) { return secrets_.any() ? look(at) : hide(at); })) return false;
    return true;
  }

  // Taken out all at once, since what is taken out of an array moves what stands behind it.
  bool without(const expr::Row& row, Value& record) {
    for (const Value& path : paths_) at_path(record, path.items(), [&](Value&) { return ++hidden_, true; });
    if (hidden_ == 0) return true;
    return machine_.one(*plan_->bare, row, record) == One::value || refuse(machine_.code(), machine_.message());
  }

  bool hide(Value& at) {
    if (at.is_null()) return true;
    ++hidden_;
    at = plan_->hiding.in_place_of(at);
    return true;
  }

  // Looks first and changes then: most records have no secret, and a walk that changes nothing copies nothing.
  bool look(Value& at) {
    bool found = false;
    if (!holds_one(at, found)) return false;
    return !found || change(at);
  }

  bool holds_one(const Value& at, bool& found) {
    if (at.is_string() || at.is_number()) {
      found = secrets_.in(words(at));
      return !secrets_.limited() || too_long();
    }
    for (const Value& item : at.items())
      if (!holds_one(item, found) || found) return !secrets_.limited();
    for (const Entry& entry : at.entries())
      if (!holds_one(entry.item, found) || found) return !secrets_.limited();
    return true;
  }

  bool change(Value& at) {
    if (at.is_string() || at.is_number()) return change_text(at);
    for (size_t i = 0; i < at.items().size(); ++i) {
      Value item = at.take(i);
      const bool good = change(item);
      at.set(i, std::move(item));
      if (!good) return false;
    }
    for (size_t i = 0; i < at.entries().size(); ++i) {
      Value item = at.take_entry(i);
      const bool good = change(item);
      at.set_entry(i, std::move(item));
      if (!good) return false;
    }
    return true;
  }

  bool change_text(Value& at) {
    const std::string text(words(at));
    std::string made;
    size_t kept = 0;
    secrets_.each(text, [&](Place place) {
      made.append(text, kept, place.begin - kept);
      plan_->hiding.put(std::string_view(text).substr(place.begin, place.end - place.begin), made);
      kept = place.end;
      ++hidden_;
    });
    if (secrets_.limited()) return too_long();
    if (made.size() > kMostText) return refuse("limit", fmt::format("it would become longer than {}", text::size(kMostText)));
    if (kept == 0) return true;
    at = Value::text(made.append(text, kept));
    return true;
  }

  // Of a number as it is written: a card may be one.
  std::string_view words(const Value& at) {
    if (at.is_string()) return at.view();
    number_.clear();
    json::write(at, number_);
    return number_;
  }

  bool too_long() { return refuse("limit", "a regular expression takes too long over a text of it"); }
  bool refuse(std::string_view code, std::string message) {
    code_ = code, message_ = std::move(message);
    return false;
  }

  const std::shared_ptr<const Plan> plan_;
  Secrets secrets_;
  expr::Machine machine_;
  bool shadowed_ = false;  // the record at hand says something twice
  std::string text_;
  std::vector<Value> paths_;  // of the record at hand
  std::string number_;
  uint64_t hidden_ = 0;    // in the record at hand
  std::string_view code_;  // why it failed
  std::string message_;
};

constexpr std::array kOptions{
    Option{.name = "path",
           .kind = Option::Kind::expr,
           .value = "PATH",
           .help = "what is hidden, or with --find and --regex where to look",
           .operand = true,
           .repeat = true},
    Option{.name = "find",
           .kind = Option::Kind::choice,
           .value = "KIND",
           .help = "hide what looks like this",
           .choices = kSecretKinds,
           .repeat = true},
    Option{.name = "regex", .kind = Option::Kind::text, .value = "REGEX", .help = "hide what this matches", .repeat = true},
    Option{.name = "with", .kind = Option::Kind::text, .value = "TEXT", .help = "what stands in its place", .fallback = "[redacted]"},
    Option{.name = "keep", .kind = Option::Kind::count, .value = "N", .help = "instead a * for each character but the last N"},
    Option{.name = "hash",
           .kind = Option::Kind::text,
           .value = "KEY",
           .help = "instead its HMAC-SHA256 under this key, so that equals stay equal"},
    Option{.name = "drop", .kind = Option::Kind::flag, .value = "", .help = "instead nothing at all"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, without what it should not say"},
                            PortSpec{"err", "records whose paths lead nowhere (.a.b of a text) or that take too long, as they came"}};

// jq -c '.password = "[redacted]"'; sed by hand; jq -c 'del(.a[0].b)'
constexpr std::array kExamples{
    Example{"redact .password", "{\"user\":\"a\",\"password\":\"x\"}\n{\"user\": \"b\"}\n",
            "{\"user\":\"a\",\"password\":\"[redacted]\"}\n{\"user\": \"b\"}\n"},
    Example{"redact --find email --find card --keep 4", "{\"msg\":\"pay 4111 1111 1111 1111 to joe@example.com\"}\n",
            "{\"msg\":\"pay ***************1111 to ***********.com\"}\n"},
    Example{"redact '.a[].b' --drop", "{\"a\":[{\"b\":1,\"c\":2},{\"c\":3}]}\n", "{\"a\":[{\"c\":2},{\"c\":3}]}\n"},
};

Done add_paths(const Settings& settings, const MakeContext& context, Plan& plan) {
  std::string all;
  for (const auto& value : settings.values("path")) {
    FieldPlan aside;  // the user's own words first, so that a mistake in them is told with its place
    auto alone = expr::Program::compile(value.text, aside, compile_options(context));
    if (!alone) return alone.error();
    auto paths = compile(fmt::format("path(({}\n))", value.text), context);
    if (!paths) return paths.error();
    plan.paths.push_back(std::move(*paths));
    all += fmt::format("{}({}\n)", all.empty() ? "" : ",", value.text);
  }
  if (plan.hiding.drops() && !plan.paths.empty() && plan.finders->empty()) {
    auto bare = compile(fmt::format("del({})", all), context);
    if (!bare) return bare.error();
    plan.bare = std::move(*bare);
  }
  return {};
}

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto hiding = Hiding::of(settings);
  if (!hiding) return hiding.error();
  auto finders = std::make_shared<std::vector<Finder>>();
  for (const std::string_view option : {"find", "regex"})
    for (const auto& value : settings.values(option)) {
      auto finder = option == "find" ? finder_of(value.text) : finder_for(value.text);
      if (!finder) return finder.error();
      finders->push_back(std::move(*finder));
    }
  Plan plan{{}, nullptr, nullptr, std::move(finders), std::move(*hiding)};
  if (const Done good = add_paths(settings, context, plan); !good) return good.error();
  if (plan.paths.empty() && plan.finders->empty())
    return Error{Error::Kind::usage, "redact wants to know what to hide", "a path such as .password, --find email, or --regex"};
  auto whole = compile(".", context);
  if (!whole) return whole.error();
  plan.whole = std::move(*whole);
  return std::unique_ptr<Stage>(std::make_unique<Redact>(std::make_shared<const Plan>(std::move(plan))));
}

}  // namespace

constexpr StageSpec kRedact{
    .name = "redact",
    .group = "transform",
    .summary = "hide what should not be read any further",
    .details =
        "PATH is a path of the language, such as .user.email, .cards[].number or '.. | .password?'; what stands there is hidden whole, "
        "null "
        "aside, and nothing is made where nothing is. With --find and --regex it says where to look, and without one all texts and numbers "
        "of "
        "the record are looked through; names of fields are not.\n\n"
        "--find knows email addresses; the numbers of payment cards, by their check digit, with blanks and hyphens; ipv4 addresses; the "
        "token "
        "behind the word bearer; and jwt. --regex is a regular expression (PCRE2). Those that overlap are hidden as one. "
        "A "
        "number in which something is found becomes a text.\n\n"
        "A hidden text of no more than N characters is all * under --keep N; an object or array **** whole. --hash gives 64 hex digits, "
        "those of openssl dgst -sha256 -hmac KEY over the text, or over the JSON text of what is none; keep the key out of the file: "
        "${HASH_KEY} or ${file:PATH}. Records without anything to hide leave with the bytes they came with; the summary counts what was "
        "hidden, as redacted. A record of which something is hidden leaves as JSON, as one that map makes does. Of a key that stands twice "
        "only the last value leaves. What fails goes to err as it came, secrets and all.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
