#include "stages/ends_hub.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/letter.h"
#include "core/data/moment.h"
#include "core/data/number.h"
#include "core/expr/program.h"
#include "core/hub/subject.h"
#include "core/stage/guards.h"
#include "stages/misplaced.h"
#include "stages/sink/hub.h"
#include "stages/source/hub.h"

namespace leat {
namespace {

bool until(const Settings& options, std::string_view key) {
  const auto values = options.values("until");
  return std::any_of(values.begin(), values.end(), [&](const Setting::Value& value) { return value.key == key; });
}

// A moment as people write it, RFC 3339 or seconds since 1970.
std::optional<int64_t> moment_of(const std::string& text) {
  const bool number = !text.empty() && number::length(text) == text.size();
  const auto at = moment(number ? Value::literal(text) : Value::text(text));
  return at ? std::optional(at->time_since_epoch().count()) : std::nullopt;
}

Result<hub::Start> start_of(const Settings& options) {
  hub::Start start;
  const auto values = options.values("start");
  if (values.size() > 1) return usage("--start wants one place to begin");
  if (values.empty()) return start;
  const Setting::Value& said = values.front();
  if (said.key == "all") start.kind = hub::Start::Kind::all;
  if (said.key == "last-per-subject") start.kind = hub::Start::Kind::last_per_subject;
  if (said.key == "last" || said.key == "seq") {
    start.kind = said.key == "seq" ? hub::Start::Kind::seq : hub::Start::Kind::last;
    start.number = *text::whole(said.text);
    if (said.key == "last" && start.number > UINT32_MAX) return usage("--start last= wants no more than 4294967295");
  }
  if (said.key == "time") {
    const auto time = moment_of(said.text);
    if (!time) return usage(fmt::format("--start time= wants 2026-01-31T08:00:00Z or seconds since 1970, not {}", text::quoted(said.text)));
    start.kind = hub::Start::Kind::time, start.time = *time;
  }
  return start;
}

Result<hub::Subscribe> subscription_of(const Address& address, const Settings& options) {
  hub::Subscribe wanted;
  if (Done good = hub::check_pattern(address.rest); !good) return good.error();
  wanted.pattern = address.rest;
  wanted.durable = options.text("durable").value_or("");
  wanted.group = options.text("group").value_or("");
  for (const std::string* name : {&wanted.durable, &wanted.group})
    if (Done good = name->empty() ? Done() : hub::check_name(*name); !good) return good.error();
  auto start = start_of(options);
  if (!start) return start.error();
  wanted.start = *start;
  wanted.filter = options.text("where").value_or("");
  if (!wanted.filter.empty()) {
    FieldPlan fields;
    expr::CompileOptions how;
    how.condition = true;
    if (auto program = expr::Program::compile(wanted.filter, fields, how); !program) return program.error();
  }
  wanted.messages = HubSource::kMessages, wanted.bytes = HubSource::kBytes;
  if (wanted.durable.empty()) {
    if (options.find("ack_wait") || options.find("max_deliver")) return usage("--ack-wait and --max-deliver belong to --durable");
    return wanted;
  }
  wanted.acks = true;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(options.duration("ack_wait").value_or(std::chrono::seconds(30))).count();
  wanted.ack_wait_ms = static_cast<uint32_t>(std::clamp<int64_t>(wait, 1000, UINT32_MAX));
  wanted.max_deliver = static_cast<uint32_t>(std::min<uint64_t>(options.count("max_deliver").value_or(0), UINT32_MAX));
  wanted.max_pending = HubSource::kPending;
  return wanted;
}

}  // namespace

Result<std::unique_ptr<Source>> hub_source(const Address& address, const std::string& url, const Settings& options, const CodecSpec& codec,
                                           const CodecOptions& codec_options, const SourceUse& use) {
  if (Done fits = allow(options, url,
                        {"codec", "until", "hub", "start", "durable", "ack_wait", "max_deliver", "group", "where", "name", "infer",
                         "header", "separator", "max_record", "retry", "timeout"});
      !fits)
    return fits.error();
  auto wanted = subscription_of(address, options);
  if (!wanted) return wanted.error();
  hub::client::Connection::Options how;
  how.session.name = options.text("name").value_or("");
  if (Done good = how.session.name.empty() ? Done() : hub::check_name(how.session.name); !good) return good.error();
  const auto place = find_hub(options.text("hub"), use.hubs, use.environment);
  if (!place) return place.error();
  auto socket = socket_of(*place, Error::Kind::no_input);
  if (!socket) return socket.error();
  const auto guards = guards_of(options);
  if (!guards) return guards.error();
  how.session.token = place->token;
  how.session.producer = HubSink::some_producer();
  how.timeout = guards->timeout;
  how.first = options.find("retry") ? guards->retry : until(options, "forever") ? hub::client::Connection::patient() : Retry();
  how.again = options.find("retry") ? guards->retry : hub::client::Connection::patient();
  return std::unique_ptr<Source>(std::make_unique<HubSource>(url, std::move(*socket), std::move(how), std::move(*wanted),
                                                             until(options, "eof"), codec, codec_options));
}

Result<std::unique_ptr<Sink>> hub_sink(const Address& address, const std::string& url, const Settings& options, const CodecSpec& codec,
                                       const CodecOptions& codec_options, const SinkUse& use) {
  if (Done fits = allow(options, url,
                        {"codec", "hub", "ack", "key", "ttl", "print_acked", "when_full", "header", "separator", "retry", "timeout",
                         "limit", "fallback"});
      !fits)
    return fits.error();
  const bool letters = use.dead_letters && !options.find("codec");
  auto messages = HubMessages::make({address.rest, options.text("key").value_or(""), use.codec_named},
                                    letters ? letter_codec(false) : codec, codec_options, use.environment);
  if (!messages) return messages.error();
  const auto place = find_hub(options.text("hub"), use.hubs, use.environment);
  if (!place) return place.error();
  auto socket = socket_of(*place, Error::Kind::io);
  if (!socket) return socket.error();
  auto guards = guards_of(options);
  if (!guards) return guards.error();
  HubSink::Options how;
  how.token = place->token;
  const std::string ack = options.text("ack").value_or("best");
  how.ack = ack == "routed"    ? hub::Level::routed
            : ack == "written" ? hub::Level::written
            : ack == "synced"  ? hub::Level::synced
                               : hub::Level::best;
  if (const auto ttl = options.duration("ttl")) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*ttl).count();
    how.ttl_ms = static_cast<uint32_t>(std::min<int64_t>(ms, UINT32_MAX));
  }
  how.guards = std::move(*guards);
  how.retry_said = options.find("retry") != nullptr;
  how.when_full = when_full_of(options.text("when_full").value_or("block"));
  how.print_acked = options.flag("print_acked");
  how.lazy = use.fallback;
  return std::unique_ptr<Sink>(std::make_unique<HubSink>(url, std::move(*socket), std::move(how), std::move(*messages)));
}

}  // namespace leat
