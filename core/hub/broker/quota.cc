// What waits for one principal, over all its subscriptions, is bounded: above that the queues of those who lag go first, the largest ones
// before the others, each as its subscription says what is to become of it.
#include <algorithm>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/hub/broker/broker.h"
#include "core/hub/broker/frames.h"
#include "core/hub/broker/slow.h"

namespace leat::hub {

struct Broker::Waiting {
  uint32_t session, id;
  bool laggard;
  uint64_t bytes;
  bool operator<(const Waiting& other) const { return std::tie(other.laggard, other.bytes) < std::tie(laggard, bytes); }
};

// To be asked after each turn; it looks when so much has come to wait since it looked last that somebody may be above the bound.
void Broker::bound_queues() {
  if (queued_ < options_.max_queued / 8) return;
  queued_ = 0;
  struct All {
    uint64_t bytes = 0;
    std::vector<Waiting> queues;
  };
  std::unordered_map<const Principal*, All> waits;
  for (const auto& [number, session] : sessions_)
    for (const auto& [id, s] : session->subscriptions()) {
      if (s->queue.empty() || s->how.acknowledges()) continue;  // what is acknowledged has bounds of its own
      All& all = waits[session->principal()];
      all.bytes += s->queue.bytes();
      all.queues.push_back({number, id, s->laggard, s->queue.bytes()});
    }
  for (auto& [principal, all] : waits)
    if (all.bytes > options_.max_queued) shed(principal->name, all.queues, all.bytes);
}

void Broker::shed(const std::string& principal, std::vector<Waiting>& queues, uint64_t bytes) {
  std::sort(queues.begin(), queues.end());
  const uint64_t before = bytes;
  size_t gone = 0;
  for (const Waiting& one : queues) {
    if (bytes <= options_.max_queued / 4 * 3) break;
    const auto known = sessions_.find(one.session);
    if (known == sessions_.end()) continue;
    const auto s = known->second->subscriptions().find(one.id);
    if (s == known->second->subscriptions().end()) continue;  // it went with another
    bytes -= one.bytes, ++gone;
    empty(*s->second);
  }
  note_(fmt::format("{}: {} wait for it, and no more than {} may: {} of its subscriptions lose what waits, or read it again", principal,
                    text::size(before), text::size(options_.max_queued), gone));
}

void Broker::empty(Subscription& s) {
  std::erase(held_, &s);
  let_waiting_go(s);
  if (!std::exchange(s.laggard, true)) event("slow", s.session, s.how.pattern);
  if (s.how.slow == Slow::disconnect) return s.session.fault("slow", fmt::format("too much waits for {}", s.how.pattern));
  const bool spills = s.how.slow == Slow::by_hub || s.how.slow == Slow::spill;
  if (!s.history || !spills || !s.picks.empty()) return drop_all(s);
  const Run& front = s.queue.front();
  Message first;
  Message::read(front.text().substr(0, frame_at(front, front.begin)), first);
  s.queue.clear();
  s.next = first.seq;
  s.behind = s.shed = true;
}

}  // namespace leat::hub
