#include "stages/source/events.h"

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
    full = waiting_.size() >= kMostRecords || bytes_ + record.size() > kMostBytes;
    if (stopped_ || full) {
      left_out_.fetch_add(1, std::memory_order_relaxed);
    } else {
      waiting_.emplace_back(record);
      bytes_ += record.size();
    }
  }
  if (!full) return host_->wake();
  if (left_out() == 1)
    host_->note(fmt::format("{}: more happens than is read: what finds {} events or {} waiting is left out, and counted", name_,
                            kMostRecords, text::size(kMostBytes)));
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
    left_out_.fetch_add(waiting_.size(), std::memory_order_relaxed);
    waiting_.clear();
    bytes_ = 0;
  }
  if (host_) host_->wake();
}

Pull EventSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  std::lock_guard lock(mutex_);
  if (waiting_.empty()) return ended_ || stopped_ ? Pull::ended : Pull::later;
  slab = pool.take();
  slab->format = &json_format();
  slab->source = &name_;
  slab->offset = position_;
  slab->contiguous = true;
  for (; !waiting_.empty() && (slab->size() == 0 || slab->size() + waiting_.front().size() < Slab::kBlock); waiting_.pop_front()) {
    bytes_ -= waiting_.front().size();
    slab->add(waiting_.front());
  }
  end = position_ += slab->size();
  return Pull::batch;
}

}  // namespace leat
