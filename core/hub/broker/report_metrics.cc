// What the hub tells about itself to what watches it, as OpenMetrics.
#include <utility>

#include "core/hub/broker/broker.h"
#include "core/hub/broker/openmetrics.h"

namespace leat::hub {

std::string Broker::metrics_text() {
  const Numbers now = numbers();
  OpenMetrics text;
  const auto counter = [&](std::string_view name, std::string_view unit, std::string_view help, uint64_t value) {
    text.family(name, "counter", unit, help);
    text.value(value);
  };
  const auto gauge = [&](std::string_view name, std::string_view unit, std::string_view help, uint64_t value) {
    text.family(name, "gauge", unit, help);
    text.value(value);
  };
  const auto by_word = [&](std::string_view name, std::string_view help, const auto& words, const auto& of) {
    text.family(name, "counter", "", help);
    for (size_t i = 0; i < words.size(); ++i) text.value(of[i], {{"reason", words[i]}});
  };
  gauge("leat_hub_clients", "", "Clients that have been let in.", names_.size());
  counter("leat_hub_connections", "", "Connections that came.", now.sum.came);
  by_word("leat_hub_connections_ended", "Connections that ended, by why.", Metrics::kEndings, metrics_.endings);
  counter("leat_hub_logins_refused", "", "Connections that were not let in.", now.sum.refused_logins);
  gauge("leat_hub_subscriptions", "", "Subscriptions.", now.subscriptions);
  counter("leat_hub_messages_in", "", "Messages that were published.", now.sum.in);
  counter("leat_hub_in_bytes", "bytes", "Bytes that clients sent.", now.sum.in_bytes);
  counter("leat_hub_messages_out", "", "Messages that were delivered.", now.sum.out);
  counter("leat_hub_out_bytes", "bytes", "Bytes that were sent to clients.", now.sum.out_bytes);
  gauge("leat_hub_waiting_messages", "", "Messages that wait for subscriptions.", now.waiting);
  gauge("leat_hub_waiting_bytes", "bytes", "Their size.", now.waiting_bytes);
  gauge("leat_hub_laggards", "", "Subscriptions that nobody waits for any more.", now.laggards);
  gauge("leat_hub_held", "", "Subscriptions that publishers wait for.", held_.size());
  counter("leat_hub_dropped", "", "Messages that subscriptions missed, told or not.", now.sum.dropped);
  by_word("leat_hub_gaps", "Gaps that subscribers were told of, by why.", Metrics::kGaps, metrics_.gaps);
  by_word("leat_hub_missed", "Messages in those gaps.", Metrics::kGaps, metrics_.missed);
  counter("leat_hub_stalls", "", "Times that messages waited without credit.", metrics_.stalls);
  text.family("leat_hub_stalled_seconds", "counter", "seconds", "How long they did.");
  text.value(std::chrono::duration<double>(metrics_.stalled).count());
  text.family("leat_hub_acknowledged_seconds", "histogram", "seconds", "From a publish to its acknowledgement.");
  text.histogram(metrics_.acknowledged, OpenMetrics::kSeconds);
  text.family("leat_hub_delivered_seconds", "histogram", "seconds", "From a publish to its delivery: the longest of each delivery.");
  text.histogram(metrics_.delivered, OpenMetrics::kSeconds);
  histories_text(text);
  subjects_text(text);
  teams_.report(text);
  return std::move(text).text();
}

void Broker::histories_text(OpenMetrics& text) const {
  const auto each = [&](std::string_view name, std::string_view type, std::string_view unit, std::string_view help, auto&& of) {
    text.family(name, type, unit, help);
    for (const auto& history : histories_) of(*history, OpenMetrics::Labels{{"history", history->options().name}});
  };
  const auto sync = [&](std::string_view name, std::string_view unit, std::string_view help, Histogram Syncs::*which,
                        const OpenMetrics::Buckets& buckets) {
    each(name, "histogram", unit, help, [&](const History& one, OpenMetrics::Labels labels) {
      if (const Syncs* syncs = one.keeper() ? one.keeper()->syncs() : nullptr) text.histogram(syncs->*which, buckets, labels);
    });
  };
  using Labels = OpenMetrics::Labels;
  each("leat_hub_history_first", "gauge", "", "Number of the oldest message that is kept.",
       [&](const History& one, Labels labels) { text.value(one.first(), labels); });
  each("leat_hub_history_next", "gauge", "", "Number that the next message will get.",
       [&](const History& one, Labels labels) { text.value(one.next(), labels); });
  each("leat_hub_history_memory_bytes", "gauge", "bytes", "Size of what is in memory.",
       [&](const History& one, Labels labels) { text.value(one.bytes(), labels); });
  sync("leat_hub_sync_seconds", "seconds", "To write and sync a group of messages.", &Syncs::time, OpenMetrics::kSeconds);
  sync("leat_hub_sync_bytes", "bytes", "Size of such a group.", &Syncs::bytes, OpenMetrics::kCounts);
  sync("leat_hub_sync_messages", "", "Messages in such a group.", &Syncs::messages, OpenMetrics::kCounts);
}

void Broker::subjects_text(OpenMetrics& text) {
  const auto subjects = interest_.busiest().subjects();
  text.family("leat_hub_subject_subscribers", "gauge", "", "Subscriptions to the subjects that are busiest just now.");
  for (const Busiest::One& one : subjects) text.value(route(one.subject).subscribers(), {{"subject", one.subject}});
  text.family("leat_hub_subject_messages_per_second", "gauge", "", "Messages published to them.");
  for (const Busiest::One& one : subjects) text.value(one.messages, {{"subject", one.subject}});
  text.family("leat_hub_subject_bytes_per_second", "gauge", "", "Their bytes.");
  for (const Busiest::One& one : subjects) text.value(one.bytes, {{"subject", one.subject}});
}

}  // namespace leat::hub
