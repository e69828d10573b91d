// What the hub tells about itself, as JSON.
#include <utility>

#include <fmt/format.h>

#include "core/codec/json_text.h"
#include "core/hub/broker/broker.h"

namespace leat::hub {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  json::quote(text, out);
  return out;
}

}  // namespace

Report Broker::report(const Control& asked) {
  if (asked.verb == "stats") return {stats(), false};
  if (asked.verb == "clients") return {clients(), false};
  if (asked.verb == "drain") {
    drain_asked_ = true;
    return {"{\"draining\":true}", false};
  }
  if (asked.verb != "kick") return {fmt::format("this hub does not know how to {}", asked.verb), true};
  const auto known = names_.find(asked.argument);
  if (known == names_.end()) return {fmt::format("there is no client {}", asked.argument), true};
  known->second->fault("kicked", "shown the door");
  return {"{\"kicked\":" + quoted(asked.argument) + "}", false};
}

std::string Broker::stats() const {
  Totals sum = totals_;
  uint64_t subscriptions = 0, waiting = 0, waiting_bytes = 0, laggards = 0;
  for (const auto& [number, session] : sessions_) {
    sum.in += session->counts().in, sum.in_bytes += session->counts().in_bytes;
    sum.out += session->counts().out, sum.out_bytes += session->counts().out_bytes;
    for (const auto& [id, one] : session->subscriptions()) {
      ++subscriptions, laggards += one->laggard, sum.dropped += one->dropped;
      waiting += one->queue.messages(), waiting_bytes += one->queue.bytes();
    }
  }
  std::string out = fmt::format(
      "{{\"clients\":{},\"came\":{},\"not_let_in\":{},\"subscriptions\":{},\"messages_in\":{},\"bytes_in\":{},\"messages_out\":{},"
      "\"bytes_out\":{},\"dropped\":{},\"waiting\":{},\"waiting_bytes\":{},\"laggards\":{},\"held\":{},\"histories\":[",
      names_.size(), sum.came, sum.refused_logins, subscriptions, sum.in, sum.in_bytes, sum.out, sum.out_bytes, sum.dropped, waiting,
      waiting_bytes, laggards, held_.size());
  for (const auto& history : histories_)
    fmt::format_to(std::back_inserter(out), "{}{{\"name\":{},\"first\":{},\"next\":{},\"bytes\":{}}}", out.back() == '[' ? "" : ",",
                   quoted(history->options().name), history->first(), history->next(), history->bytes());
  return out + "]}";
}

std::string Broker::clients() const {
  std::string out = "[";
  for (const auto& [name, session] : names_) {
    fmt::format_to(std::back_inserter(out), "{}{{\"name\":{},\"address\":{},\"since\":{},\"in\":{},\"out\":{},\"subscriptions\":[",
                   out.size() == 1 ? "" : ",", quoted(name), quoted(session->peer().address),
                   session->since().time_since_epoch() / std::chrono::seconds(1), session->counts().in, session->counts().out);
    for (const auto& [id, one] : session->subscriptions())
      fmt::format_to(std::back_inserter(out), "{}{{\"pattern\":{},\"delivered\":{},\"waiting\":{},\"dropped\":{},\"slow\":{}}}",
                     out.back() == '[' ? "" : ",", quoted(one->how.pattern), one->delivered, one->queue.messages(), one->dropped,
                     one->laggard);
    out += "]}";
  }
  return out + "]";
}

}  // namespace leat::hub
