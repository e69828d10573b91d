// What the hub tells about itself to clients that ask, as JSON.
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

// Each in its unit, which is so many of the histogram's.
std::string summary(const Histogram& values, double scale) {
  const auto scaled = [&](double value) { return fmt::format("{:.6g}", value * scale); };
  const auto quantile = [&](double share) { return scaled(static_cast<double>(values.quantile(share))); };
  return fmt::format("{{\"count\":{},\"mean\":{},\"p50\":{},\"p90\":{},\"p99\":{},\"most\":{}}}", values.count(), scaled(values.mean()),
                     quantile(0.5), quantile(0.9), quantile(0.99), quantile(1));
}

// {"word":count,...}, of those that have any.
template <size_t kWords>
std::string counts(const std::array<std::string_view, kWords>& words, const std::array<uint64_t, kWords>& of) {
  std::string out = "{";
  for (size_t i = 0; i < kWords; ++i)
    if (of[i] > 0) fmt::format_to(std::back_inserter(out), "{}\"{}\":{}", out.size() == 1 ? "" : ",", words[i], of[i]);
  return out + "}";
}

constexpr double kNanosecond = 1e-9;

}  // namespace

Report Broker::report(const Control& asked) {
  if (asked.verb == "stats") return {stats(), false};
  if (asked.verb == "metrics") return {metrics_text(), false};
  if (asked.verb == "clients") return {clients(), false};
  if (asked.verb == "drain") {
    drain_asked_ = true;
    return {"{\"draining\":true}", false};
  }
  if (asked.verb == "forget") {
    if (Done gone = teams_.forget(asked.argument); !gone) return {gone.error().text, true};
    return {"{\"forgotten\":" + quoted(asked.argument) + "}", false};
  }
  if (asked.verb != "kick") return {fmt::format("this hub does not know how to {}", asked.verb), true};
  const auto known = names_.find(asked.argument);
  if (known == names_.end()) return {fmt::format("there is no client {}", asked.argument), true};
  known->second->fault("kicked", "shown the door");
  return {"{\"kicked\":" + quoted(asked.argument) + "}", false};
}

Broker::Numbers Broker::numbers() const {
  Numbers all{totals_};
  for (const auto& [number, session] : sessions_) {
    all.sum.in += session->counts().in, all.sum.in_bytes += session->counts().in_bytes;
    all.sum.out += session->counts().out, all.sum.out_bytes += session->counts().out_bytes;
    for (const auto& [id, one] : session->subscriptions()) {
      ++all.subscriptions, all.laggards += one->laggard, all.sum.dropped += one->dropped;
      all.waiting += one->queue.messages(), all.waiting_bytes += one->queue.bytes();
    }
  }
  return all;
}

bool Broker::ready() const {
  for (const auto& history : histories_)
    if (const Keeper* keeper = history->keeper(); keeper && !keeper->trouble().empty()) return false;
  return !draining_;
}

std::string Broker::stats() {
  const Numbers now = numbers();
  std::string out = fmt::format(
      "{{\"clients\":{},\"came\":{},\"not_let_in\":{},\"subscriptions\":{},\"messages_in\":{},\"bytes_in\":{},\"messages_out\":{},"
      "\"bytes_out\":{},\"dropped\":{},\"waiting\":{},\"waiting_bytes\":{},\"laggards\":{},\"held\":{},",
      names_.size(), now.sum.came, now.sum.refused_logins, now.subscriptions, now.sum.in, now.sum.in_bytes, now.sum.out, now.sum.out_bytes,
      now.sum.dropped, now.waiting, now.waiting_bytes, now.laggards, held_.size());
  fmt::format_to(std::back_inserter(out),
                 "\"ended\":{},\"gaps\":{},\"missed\":{},\"stalls\":{},\"stalled_seconds\":{:.6g},"
                 "\"acknowledged_seconds\":{},\"delivered_seconds\":{},\"histories\":[",
                 counts(Metrics::kEndings, metrics_.endings), counts(Metrics::kGaps, metrics_.gaps),
                 counts(Metrics::kGaps, metrics_.missed), metrics_.stalls, std::chrono::duration<double>(metrics_.stalled).count(),
                 summary(metrics_.acknowledged, kNanosecond), summary(metrics_.delivered, kNanosecond));
  for (const auto& history : histories_) {
    fmt::format_to(std::back_inserter(out), "{}{{\"name\":{},\"first\":{},\"next\":{},\"bytes\":{}", out.back() == '[' ? "" : ",",
                   quoted(history->options().name), history->first(), history->next(), history->bytes());
    if (const Syncs* syncs = history->keeper() ? history->keeper()->syncs() : nullptr)
      fmt::format_to(std::back_inserter(out), ",\"sync_seconds\":{},\"sync_bytes\":{},\"sync_messages\":{}",
                     summary(syncs->time, kNanosecond), summary(syncs->bytes, 1), summary(syncs->messages, 1));
    out += '}';
  }
  out += "],\"subjects\":[";
  for (const Busiest::One& one : interest_.busiest().subjects())
    fmt::format_to(std::back_inserter(out),
                   "{}{{\"subject\":{},\"subscribers\":{},\"messages_per_second\":{:.6g},\"bytes_per_second\":{:.6g}}}",
                   out.back() == '[' ? "" : ",", quoted(one.subject), route(one.subject).subscribers(), one.messages, one.bytes);
  return out + "],\"durables\":" + teams_.report() + "}";
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
