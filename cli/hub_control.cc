#include "cli/hub_control.h"

#include <array>

#include <fmt/format.h>

#include "cli/hub_show.h"
#include "cli/hub_talk.h"
#include "cli/words.h"
#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/data/json.h"
#include "core/hub/broker/access.h"
#include "pipelines/options.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr Option kHub{.name = "hub", .kind = Kind::text, .value = "ADDR|NAME", .help = "which hub; by default the user's own"};
constexpr Option kJson{.name = "json", .kind = Kind::flag, .value = "", .help = "print what the hub says as it says it, a line of JSON"};
constexpr Option kTimeout{
    .name = "timeout", .kind = Kind::duration, .value = "DURATION", .help = "how long the answer may take", .fallback = "5s"};
constexpr auto kOptions = std::to_array<Option>({kHub, kJson, kTimeout});
constexpr auto kKickOptions = std::to_array<Option>({
    {.name = "name", .kind = Kind::text, .value = "NAME", .help = "of the client, as leat hub clients shows it", .operand = true},
    kHub,
    kJson,
    kTimeout,
});
constexpr auto kMetricsOptions = std::to_array<Option>({kHub, kTimeout});
constexpr auto kForgetOptions = std::to_array<Option>({
    {.name = "name",
     .kind = Kind::text,
     .value = "NAME",
     .help = "of the durable subscription, as leat hub stats shows it",
     .operand = true},
    kHub,
    kJson,
    kTimeout,
});
constexpr size_t kTokenBytes = 32;

class Asking final : public HubTalk {
 public:
  Asking(SocketName place, std::string token, Duration patience, hub::Control asked, bool as_json)
      : HubTalk(std::move(place), std::move(token), patience, fmt::format("hub {}", asked.verb),
                fmt::format("the hub has not answered within {}", text::duration(patience))),
        asked_(std::move(asked)),
        as_json_(as_json) {}

 private:
  void told(const Session::Event& event) override {
    if (std::holds_alternative<hub::Welcome>(event)) {
      with([&](Session& session) { session.control(asked_); });
      await();
    } else if (const auto* report = std::get_if<hub::Report>(&event)) {
      report->failed ? fail(report->text) : show(report->text);
      end();
    }
  }

  void show(const std::string& text) {
    Value report;
    json::Mistake mistake;
    const bool read = !as_json_ && json::parse(text, json::Keep::borrowed, report, mistake);
    answer_.out = read ? as_lines(report) : text + (text.ends_with('\n') ? "" : "\n");
  }

  const hub::Control asked_;
  const bool as_json_;
};

Answer ask(std::string_view verb, std::string argument, const Settings& own, const Invocation& call) {
  const HubFound found = hub_of(own, call.outside);
  if (found.refused) return *found.refused;
  auto place = socket_of(found.place, Error::Kind::io);
  if (!place) return refusal(place.error());
  return Asking(std::move(*place), found.place.token, *own.duration("timeout"), {std::string(verb), std::move(argument)}, own.flag("json"))
      .run();
}

Answer ask(std::string_view verb, const Invocation& call, std::span<const Option> options = kOptions) {
  Settings own(options);
  Problems problems;
  read_words(call.words, {.tables = {&own}, .path = {}}, problems);
  if (!problems.empty()) return usage(fmt::format("hub {}", verb), std::move(problems));
  return ask(verb, {}, own, call);
}

// With a NAME, which `where` lists.
Answer ask_of(std::string_view verb, std::span<const Option> options, std::string_view where, const Invocation& call) {
  Settings own(options);
  Problems problems;
  read_words(call.words, {.tables = {&own}, .path = {}}, problems);
  if (problems.empty() && !own.find("name")) problems.push_back({{}, {}, "wants NAME", std::string(where)});
  if (!problems.empty()) return usage(fmt::format("hub {}", verb), std::move(problems));
  return ask(verb, *own.text("name"), own, call);
}

}  // namespace

std::span<const Option> hub_control_options() { return kOptions; }
std::span<const Option> hub_metrics_options() { return kMetricsOptions; }
std::span<const Option> hub_kick_options() { return kKickOptions; }
std::span<const Option> hub_forget_options() { return kForgetOptions; }

Answer hub_stats_command(const Invocation& call) { return ask("stats", call); }
Answer hub_clients_command(const Invocation& call) { return ask("clients", call); }
Answer hub_metrics_command(const Invocation& call) { return ask("metrics", call, kMetricsOptions); }
Answer hub_drain_command(const Invocation& call) { return ask("drain", call); }

Answer hub_kick_command(const Invocation& call) { return ask_of("kick", kKickOptions, "leat hub clients lists them", call); }
Answer hub_forget_command(const Invocation& call) { return ask_of("forget", kForgetOptions, "leat hub stats lists them", call); }

Answer hub_token_command(const Invocation& call) {
  Settings none;
  Problems problems;
  read_words(call.words, {.tables = {&none}, .path = {}}, problems);
  if (!problems.empty()) return usage("hub token", std::move(problems));
  RealRandom random;
  std::string bytes, token;
  while (bytes.size() < kTokenBytes) {
    const uint64_t more = random.next();
    bytes.append(reinterpret_cast<const char*>(&more), sizeof more);
  }
  base64::encode(bytes, token);
  token.erase(token.find_last_not_of('=') + 1);
  for (char& c : token) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return {0, token + "\n", fmt::format("token_sha256 = \"{}\"\n", hub::token_sha256(token))};
}

}  // namespace leat
