#include "core/hub/broker/slow.h"

#include <string>
#include <unordered_map>
#include <utility>

#include "core/hub/broker/frames.h"
#include "core/hub/message.h"

namespace leat::hub {
namespace {

// f(block, begin, end, message) for each message that waits; nothing waits any more.
template <class F>
void take_each(Subscription& s, F&& f) {
  RunQueue old;
  std::swap(old, s.queue);
  for (const Run& run : old.runs())
    each_frame(run, [&](uint32_t begin, uint32_t end) {
      Message message;
      Message::read({run.block->data() + begin, end - begin}, message);
      f(run.block, begin, end, message);
    });
}

}  // namespace

void lose(Subscription& s, uint64_t seq, Gap::Reason reason) {
  ++s.dropped;
  if (!s.gap) {
    s.gap = Gap{s.how.id, seq, seq, 1, reason};
    return;
  }
  s.gap->first = std::min(s.gap->first, seq), s.gap->last = std::max(s.gap->last, seq);
  ++s.gap->count;
}

void drop_oldest(Subscription& s) {
  const uint64_t messages = s.queue.messages(), bytes = s.queue.bytes();
  uint64_t gone = 0, gone_bytes = 0;
  RunQueue kept;
  take_each(s, [&](const BlockRef& block, uint32_t begin, uint32_t end, const Message& message) {
    if (messages - gone < Subscription::kMessages / 2 && bytes - gone_bytes < Subscription::kBytes / 2) return kept.push(block, begin, end);
    ++gone, gone_bytes += end - begin;
    lose(s, message.seq, Gap::Reason::dropped);
  });
  s.queue = std::move(kept);
}

void keep_latest(Subscription& s) {
  const auto key_of = [](const Message& message) {
    return message.key.empty() ? "s" + std::string(message.subject) : "k" + std::string(message.key);
  };
  std::unordered_map<std::string, uint64_t> last;
  const RunQueue all = s.queue;
  take_each(s, [&](const BlockRef&, uint32_t, uint32_t, const Message& message) { last[key_of(message)] = message.seq; });
  s.queue = all;
  RunQueue kept;
  take_each(s, [&](const BlockRef& block, uint32_t begin, uint32_t end, const Message& message) {
    if (last[key_of(message)] == message.seq) return kept.push(block, begin, end);
    lose(s, message.seq, Gap::Reason::dropped);
  });
  s.queue = std::move(kept);
  if (!s.few()) drop_oldest(s);
}

void drop_all(Subscription& s) {
  take_each(s, [&](const BlockRef&, uint32_t, uint32_t, const Message& message) { lose(s, message.seq, Gap::Reason::dropped); });
}

}  // namespace leat::hub
