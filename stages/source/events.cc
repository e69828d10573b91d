#include "stages/source/events.h"

#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_format.h"

namespace leat {

Done EventSource::open(SourceHost& host) {
  host_ = &host;
  return {};
}

void EventSource::put(std::string_view record) {
  bool full = false;
  {
    std::lock_guard lock(mutex_);
    full = waiting_.size() + record.size() + 1 > kMostBytes;
    if (stopped_ || full) {
      left_out_.fetch_add(1, std::memory_order_relaxed);
    } else {
      const auto begin = static_cast<uint32_t>(waiting_.size());
      waiting_ += record;
      records_.push_back({begin, static_cast<uint32_t>(waiting_.size())});
      waiting_ += '\n';
    }
  }
  if (!full) return host_->wake();
  if (left_out() == 1)
    host_->note(
        fmt::format("{}: more happens than is read: what finds {} waiting is left out, and counted", name_, text::size(kMostBytes)));
}

void EventSource::end() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  host_->wake();
}

void EventSource::stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    left_out_.fetch_add(records_.size(), std::memory_order_relaxed);
    waiting_ = {}, records_ = {};
  }
  if (host_) host_->wake();
}

Pull EventSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  std::lock_guard lock(mutex_);
  if (records_.empty()) return ended_ || stopped_ ? Pull::ended : Pull::later;
  slab = pool.take();
  slab->format = &json_format();
  slab->source = &name_;
  slab->offset = position_;
  slab->contiguous = true;
  slab->append(waiting_);
  slab->records = std::exchange(records_, {});
  waiting_.clear();
  end = position_ += slab->size();
  return Pull::batch;
}

}  // namespace leat
