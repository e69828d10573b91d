#include "cli/hub_config.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "cli/hub_history.h"
#include "core/base/text.h"
#include "core/hub/subject.h"
#include "pipelines/load_toml.h"
#include "pipelines/options.h"
#include "pipelines/read_settings.h"
#include "pipelines/spec.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr auto kPrincipal = std::to_array<Option>({
    {.name = "name", .kind = Kind::text, .value = "a name", .help = "for people"},
    {.name = "token_sha256", .kind = Kind::text, .value = "a hash", .help = "of the token that it shows"},
    {.name = "users", .kind = Kind::text, .value = "users", .help = "of unix sockets, by name or number", .repeat = true},
    {.name = "publish", .kind = Kind::text, .value = "patterns", .help = "to whose subjects it may publish", .repeat = true},
    {.name = "subscribe", .kind = Kind::text, .value = "patterns", .help = "to which, or less, it may subscribe", .repeat = true},
    {.name = "no_publish", .kind = Kind::text, .value = "patterns", .help = "but not to these", .repeat = true},
    {.name = "no_subscribe", .kind = Kind::text, .value = "patterns", .help = "but not if any of these is in it", .repeat = true},
    {.name = "admin", .kind = Kind::flag, .value = "true", .help = "it may ask for numbers, kick and drain"},
});
constexpr std::string_view kHistories = "history", kPrincipals = "principal", kConfig = "config", kAnybody = "open";

bool is_hash(std::string_view text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// Every value as it was written, with the names: equal for what says the same.
std::vector<std::string> written(const Settings& settings) {
  std::vector<std::string> all;
  for (const Setting& setting : settings.given())
    for (const Setting::Value& value : setting.values) all.push_back(fmt::format("{}={}", setting.name, value.text));
  std::sort(all.begin(), all.end());
  return all;
}

class Reading {
 public:
  Reading(const Document& document, const Outside& outside, const FindUser& find_user, HubPlan& into, Problems& problems)
      : values_(document, outside, problems), find_user_(find_user), into_(into), root_(document.root) {}

  void run() {
    const auto options = into_.settings.options();
    std::vector<std::string_view> known{kPrincipals};
    for (const Option& option : options)
      if (option.name != kConfig) known.push_back(option.name);
    for (const auto& [key, value] : root_.entries) {
      const Option* option = find_option(options, key.text);
      if (key.text == kHistories)
        each(value, kHistories, [&](const Node& table, const std::string& path) { history(table, path); });
      else if (key.text == kPrincipals)
        each(value, kPrincipals, [&](const Node& table, const std::string& path) { principal(table, path); });
      else if (option && key.text != kConfig)
        values_.read(into_.settings, *option, value, key.text);
      else
        values_.unknown(key, {}, "a hub's file", known);
    }
  }

 private:
  template <class Read>
  void each(const Node& node, std::string_view name, Read read) {
    const std::string hint = fmt::format("each begins with [[{}]]", name);
    if (node.kind != Node::Kind::list)
      return values_.report(node, std::string(name), fmt::format("wants a list of tables, here is {}", name_of(node)), hint);
    for (size_t i = 0; i < node.items.size(); ++i) {
      const Node& table = node.items[i];
      const std::string path = fmt::format("{}[{}]", name, i);
      if (table.kind == Node::Kind::map)
        read(table, path);
      else
        values_.report(table, path, fmt::format("wants a table, here is {}", name_of(table)), hint);
    }
  }

  // What a table says by these options; false: with mistakes.
  bool table(const Node& node, const std::string& path, std::string_view what, Settings& into) {
    const size_t before = values_.told();
    std::vector<std::string_view> known;
    for (const Option& option : into.options()) known.push_back(option.name);
    for (const auto& [key, value] : node.entries) {
      const std::string here = fmt::format("{}.{}", path, key.text);
      if (const Option* option = find_option(into.options(), key.text))
        values_.read(into, *option, value, here);
      else if (what == "a principal" && key.text == "token")
        values_.report(key, here, "a token is not written out here", "its token_sha256 is; leat hub token makes both");
      else
        values_.unknown(key, path, what, known);
    }
    return values_.told() == before;
  }

  void history(const Node& node, const std::string& path) {
    Settings said(history_options());
    if (!table(node, path, "a history", said)) return;
    auto made = history_of(said, into_.histories);
    if (!made) return values_.report(node, path, made.error().text, made.error().hint);
    into_.histories.push_back(std::move(*made));
    into_.written.push_back(written(said));
  }

  void principal(const Node& node, const std::string& path) {
    Settings said(kPrincipal);
    if (!table(node, path, "a principal", said)) return;
    const auto wrong = [&](std::string_view key, std::string text, std::string hint = {}) {
      const Node* at = node.find(key);
      values_.report(at ? *at : node, at ? fmt::format("{}.{}", path, key) : path, std::move(text), std::move(hint));
    };
    hub::Principal made;
    made.name = said.text("name").value_or("");
    if (made.name.empty()) return wrong("name", "wants a name");
    made.admin = said.flag("admin");
    made.token_sha256 = said.text("token_sha256").value_or("");
    if (!made.token_sha256.empty() && !is_hash(made.token_sha256))
      return wrong("token_sha256", "wants 64 digits, of them 0 to 9 and a to f", "leat hub token prints the line");
    for (const Setting::Value& user : said.values("users")) {
      const auto number = text::whole(user.text);
      const auto found = number && *number < UINT32_MAX ? std::optional(static_cast<uint32_t>(*number)) : find_user_(user.text);
      if (!found) return wrong("users", fmt::format("this machine has no user {}", text::quoted(user.text)));
      made.users.push_back(*found);
    }
    if (made.token_sha256.empty() && made.users.empty())
      return wrong("", "nobody could be it", "give it token_sha256, as leat hub token prints it, or users of unix sockets");
    for (const auto& [key, list] : {std::pair("publish", &made.publish), std::pair("subscribe", &made.subscribe),
                                    std::pair("no_publish", &made.no_publish), std::pair("no_subscribe", &made.no_subscribe)})
      for (const Setting::Value& pattern : said.values(key)) {
        if (const Done good = hub::check_pattern(pattern.text); !good) return wrong(key, good.error().text, good.error().hint);
        list->push_back(pattern.text);
      }
    if (const std::string twice = taken(made); !twice.empty()) return wrong(twice, "another principal has the same");
    into_.principals.push_back(std::move(made));
  }

  // The key by which somebody could be this one and another.
  std::string taken(const hub::Principal& made) const {
    for (const hub::Principal& other : into_.principals) {
      if (other.name == made.name) return "name";
      if (!made.token_sha256.empty() && other.token_sha256 == made.token_sha256) return "token_sha256";
      for (const uint32_t user : made.users)
        if (std::find(other.users.begin(), other.users.end(), user) != other.users.end()) return "users";
    }
    return {};
  }

  SettingsReader values_;
  const FindUser& find_user_;
  HubPlan& into_;
  const Node& root_;
};

// Puts what the file says into an empty plan.
void read_file(const std::string& path, const Outside& outside, const FindUser& find_user, HubPlan& into) {
  auto text = outside.read_file(path);
  if (!text) return void(into.refused = refusal({Error::Kind::no_input, text.error().text, text.error().hint}));
  const Document document = load_toml(std::move(*text));
  Problems problems = document.problems;
  Reading(document, outside, find_user, into, problems).run();
  if (problems.empty()) return;
  PipelineSpec place;
  place.file = path;
  into.refused = Answer{78, {}, told(place, problems)};
}

}  // namespace

HubPlan plan_of(const Settings& words, const Outside& outside, const FindUser& find_user) {
  HubPlan plan{Settings(words.options()), {}, {}, {}};
  if (const auto path = words.text(kConfig)) read_file(*path, outside, find_user, plan);
  if (plan.refused) return plan;
  for (const Setting& setting : words.given()) plan.settings.put(setting.name) = setting;
  if (words.find(kHistories)) plan.histories.clear(), plan.written.clear();
  for (const Setting::Value& value : words.values(kHistories)) {
    auto made = history_of_word(value.text, plan.histories);
    if (!made) return plan.refused = refusal(made.error()), plan;
    plan.histories.push_back(std::move(*made));
    plan.written.push_back({value.text});
  }
  for (const hub::History::Options& one : plan.histories)
    if (one.per_subject > 0 && plan.settings.find("data"))
      plan.refused = refusal({words.find(kHistories) ? Error::Kind::usage : Error::Kind::config,
                              fmt::format("history {}: per-subject is for histories in memory", one.name),
                              "on disk whole segments go, by count, bytes and age"});
  return plan;
}

std::string waits_for_start(const HubPlan& runs, const HubPlan& read) {
  std::string out;
  const auto say = [&](std::string_view name) { out += fmt::format("{}{}", out.empty() ? "" : ", ", name); };
  for (const Option& option : runs.settings.options()) {
    if (option.name == kAnybody || option.name == kHistories) continue;
    const auto of = [&](const HubPlan& plan) {
      std::string all;
      for (const Setting::Value& value : plan.settings.values(option.name)) all += value.text + "\n";
      return all;
    };
    if (of(runs) != of(read)) say(option.name);
  }
  if (runs.written != read.written) say(kHistories);
  return out;
}

}  // namespace leat
