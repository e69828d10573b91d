#include "stages/source/until.h"

namespace leat {

using Steady = std::chrono::steady_clock;

Done UntilSource::open(SourceHost& host) {
  if (Done opened = source_->open(host); !opened) return opened;
  if (limits_.whole) {
    whole_ = host.loop().timer([this] { source_->stop(); });
    whole_->start(*limits_.whole);
  }
  if (limits_.idle) {
    last_ = Steady::now();
    silence_ = host.loop().timer([this] {
      const Duration silent = Steady::now() - last_.load();
      if (silent >= *limits_.idle) return source_->stop();
      silence_->start(*limits_.idle - silent);
    });
    silence_->start(*limits_.idle);
  }
  return {};
}

Pull UntilSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  if (limits_.count && left_ == 0) source_->stop();
  const Pull pulled = source_->pull(pool, slab, end);
  if (pulled != Pull::batch) return pulled;
  if (limits_.idle) last_ = Steady::now();
  if (!limits_.count) return pulled;
  if (left_ == 0) return slab = {}, Pull::ended;  // it had this read before it was stopped
  source_->frame(*slab);                          // how many records it is must be known here, under the token
  cut(*slab, end);
  return pulled;
}

void UntilSource::cut(Slab& slab, uint64_t& end) {
  if (slab.records.size() > left_) {
    const uint32_t size = slab.records[left_].begin;
    end -= slab.size() - size;
    slab.records.resize(left_);
    slab.resize(size);
    while (!slab.faults.empty() && slab.faults.back().record >= left_) slab.faults.pop_back();
  }
  left_ -= slab.records.size();
}

void UntilSource::frame(Slab& slab) const {
  if (!limits_.count) source_->frame(slab);
}

}  // namespace leat
