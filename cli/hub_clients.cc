#include "cli/hub_clients.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "cli/hub_request.h"
#include "cli/hub_talk.h"
#include "cli/run.h"
#include "cli/words.h"
#include "core/base/text.h"
#include "core/data/json.h"
#include "pipelines/options.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr Option kSubject{
    .name = "subject", .kind = Kind::text, .value = "SUBJECT", .help = "what the messages are about", .operand = true};
constexpr Option kPattern{.name = "pattern",
                          .kind = Kind::text,
                          .value = "PATTERN",
                          .help = "the subjects: * stands for one word, > at the end for one or more",
                          .operand = true};
constexpr Option kRecords{.name = "word",
                          .kind = Kind::text,
                          .value = "WORD",
                          .help = "a record; without any, standard input has them",
                          .operand = true,
                          .repeat = true};
constexpr Option kRequests{.name = "word",
                           .kind = Kind::text,
                           .value = "WORD",
                           .help = "a request; without any, each line of standard input is one",
                           .operand = true,
                           .repeat = true};
constexpr Option kCount{.name = "count", .kind = Kind::count, .value = "N", .help = "end when so many have come: --until count=N"};
constexpr Option kTimeout{
    .name = "timeout", .kind = Kind::duration, .value = "DURATION", .help = "how long an answer may take", .fallback = "5s"};

// The command's own operands, and of an end's options those that mean something at a hub.
std::vector<Option> with(std::initializer_list<Option> own, std::span<const Option> of_end, std::initializer_list<std::string_view> names) {
  std::vector<Option> made(own);
  for (const std::string_view name : names) made.push_back(*find_option(of_end, name));
  return made;
}

// What was given of the options an end has.
Settings end_settings(const Settings& own, std::span<const Option> of_end) {
  Settings made(of_end);
  for (const Setting& setting : own.given())
    if (find_option(of_end, setting.name) && setting.name != "count") made.put(setting.name) = setting;
  return made;
}

EndSpec end_of(std::string url, Settings options) { return {std::move(url), {}, std::move(options), {}, false}; }

void put(Settings& settings, std::string_view name, std::string key, std::string text) {
  settings.put(name).values.push_back({std::move(key), std::move(text), {}});
}

// A pipeline with these words of a command, or what to say of them.
struct Taken {
  Settings own, globals;
  std::optional<Answer> refused;
};
Taken take(std::string_view command, std::span<const Option> options, const Option& needed, const Invocation& call) {
  Taken taken{Settings(options), Settings(global_options()), {}};
  Problems problems;
  read_words(call.words, {.tables = {&taken.own, &taken.globals}, .path = {}}, problems);
  if (problems.empty() && !taken.own.find(needed.name)) problems.push_back({{}, {}, fmt::format("wants {}", needed.value), {}});
  if (!problems.empty()) taken.refused = usage(command, std::move(problems));
  return taken;
}

RunCall run_of(Taken taken, EndSpec from, EndSpec to) {
  RunCall made;
  made.loaded.spec.globals = std::move(taken.globals);
  ChainSpec& chain = made.loaded.spec.chains.emplace_back();
  chain.from.push_back(std::move(from));
  chain.to.push_back(std::move(to));
  settle(made.loaded.spec);
  return made;
}

}  // namespace

std::span<const Option> pub_options() {
  static const std::vector<Option> made =
      with({kSubject, kRecords}, sink_options(), {"hub", "ack", "print_acked", "key", "ttl", "codec", "retry", "timeout", "limit"});
  return made;
}

std::span<const Option> sub_options() {
  static const std::vector<Option> made = with({kPattern, kCount}, source_options(),
                                               {"hub", "start", "durable", "ack_wait", "max_deliver", "group", "where", "name", "until",
                                                "codec", "infer", "header", "separator", "max_record", "retry", "timeout"});
  return made;
}

std::span<const Option> req_options() {
  static const std::vector<Option> made = with({kSubject, kRequests, kTimeout}, sink_options(), {"hub"});
  return made;
}

RunCall pub_command(const Invocation& call) {
  Taken taken = take("pub", pub_options(), kSubject, call);
  if (taken.refused) return {{}, std::move(taken.refused)};
  EndSpec to = end_of("hub:" + *taken.own.text("subject"), end_settings(taken.own, sink_options()));
  EndSpec from = end_of("-", Settings(source_options()));
  if (const auto words = taken.own.values("word"); !words.empty()) {
    std::string texts;  // as an expression: each is a record, and goes out as it was written
    for (const Setting::Value& word : words) {
      if (!text::utf8(word.text)) return {{}, refusal({Error::Kind::usage, "pub: a WORD is UTF-8", "standard input may be any bytes"})};
      if (!texts.empty()) texts += ",";
      json::write(Value::borrow(word.text), texts);
    }
    from.url = "generate:" + texts;
    put(from.options, "count", {}, "1");
    if (!to.options.find("codec") && !taken.globals.find("out")) put(to.options, "codec", {}, "lines");
  }
  return run_of(std::move(taken), std::move(from), std::move(to));
}

RunCall sub_command(const Invocation& call) {
  Taken taken = take("sub", sub_options(), kPattern, call);
  if (taken.refused) return {{}, std::move(taken.refused)};
  EndSpec from = end_of("hub:" + *taken.own.text("pattern"), end_settings(taken.own, source_options()));
  if (const auto count = taken.own.text("count")) put(from.options, "until", "count", *count);
  return run_of(std::move(taken), std::move(from), end_of("-", Settings(sink_options())));
}

Answer req_command(const Invocation& call) {
  Settings own(req_options());
  Problems problems;
  read_words(call.words, {.tables = {&own}, .path = {}}, problems);
  if (problems.empty() && !own.find("subject")) problems.push_back({{}, {}, "wants SUBJECT", {}});
  if (!problems.empty()) return usage("req", std::move(problems));
  HubRequest request;
  request.subject = *own.text("subject");
  request.timeout = *own.duration("timeout");
  for (const Setting::Value& word : own.values("word")) request.payloads.push_back(word.text);
  if (request.payloads.empty()) {
    auto text = call.outside.read_file("-");
    if (!text) return refusal(text.error());
    if (text->ends_with('\n')) text->pop_back();
    for (const std::string_view line : text::split(*text, '\n')) request.payloads.emplace_back(line);
  }
  HubFound found = hub_of(own, call.outside);
  if (found.refused) return *found.refused;
  request.place = std::move(found.place);
  return ask(request);
}

}  // namespace leat
