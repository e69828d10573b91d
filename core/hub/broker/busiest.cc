#include "core/hub/broker/busiest.h"

#include <algorithm>
#include <utility>

namespace leat::hub {
namespace {

constexpr double kNew = 0.2;    // what the last second counts for in a rate
constexpr double kIdle = 0.01;  // messages a second: none has come for half a minute, or few for longer

}  // namespace

void Busiest::add(std::string_view subject, uint64_t messages, uint64_t bytes) {
  auto flow = flows_.find(subject);
  if (flow == flows_.end()) {
    if (flows_.size() >= kMost) {
      const auto least = std::min_element(flows_.begin(), flows_.end(),
                                          [](const auto& a, const auto& b) { return a.second.weight() < b.second.weight(); });
      if (least->second.weight() >= static_cast<double>(messages)) return;
      flows_.erase(least);
    }
    flow = flows_.emplace(subject, Flow{}).first;
  }
  flow->second.messages += messages, flow->second.bytes += bytes;
}

void Busiest::beat(Duration since) {
  const double seconds = std::chrono::duration<double>(since).count();
  if (seconds <= 0) return;
  for (auto& [subject, flow] : flows_) {
    const double share = std::exchange(flow.fresh, false) ? 1 : kNew;
    flow.message_rate += share * (static_cast<double>(std::exchange(flow.messages, 0)) / seconds - flow.message_rate);
    flow.byte_rate += share * (static_cast<double>(std::exchange(flow.bytes, 0)) / seconds - flow.byte_rate);
  }
  std::erase_if(flows_, [](const auto& one) { return one.second.message_rate < kIdle; });
}

std::vector<Busiest::One> Busiest::subjects() const {
  std::vector<One> all;
  for (const auto& [subject, flow] : flows_) all.push_back({subject, flow.message_rate, flow.byte_rate});
  std::stable_sort(all.begin(), all.end(), [](const One& a, const One& b) { return a.messages > b.messages; });
  return all;
}

}  // namespace leat::hub
