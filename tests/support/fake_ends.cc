#include "tests/support/fake_ends.h"

#include <algorithm>

#include "core/codec/json_format.h"

namespace leat::test {

Pull FakeSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  if (stopped) return Pull::ended;
  if (rest_ > 0 && ++pulls_ % rest_ == 0) {
    host_->loop().post([this] { host_->wake(); });
    return Pull::later;
  }
  if (fail_at > 0 && given >= fail_at) return Pull::failed;
  if (given == count_) return endless ? Pull::later : Pull::ended;
  slab = pool.take();
  slab->source = &name_;
  slab->offset = given;
  const size_t upto = std::min(given + per_batch_, count_);
  for (; given < upto; ++given) slab->append(name_ + "-" + std::to_string(given) + "\n");
  end = given;
  return Pull::batch;
}

void FakeSource::frame(Slab& slab) const {
  if (on_frame) on_frame();
  for (uint32_t begin = 0; begin < slab.size();) {
    const auto end = static_cast<uint32_t>(slab.text().find('\n', begin));
    slab.records.push_back({begin, end});
    begin = end + 1;
  }
  slab.format = &json_format();
}

void FakeSource::stop() {
  stopped = true;
  if (host_) host_->wake();
}

void FakeSource::committed(uint64_t position, bool) {
  if (position == committed_) return;
  committed_ = position;
  if (on_commit) on_commit(position);
}

void FakeSink::take(Batch&& batch, Turn&) {
  if (closed_) return;
  if (refuses) {
    host_->refuse(std::move(batch), {{"timeout", "no answer"}, 3, Instant(Duration(1)), Instant(Duration(2))});
    return;
  }
  waiting_records_ += batch.size();
  most_waiting = std::max(most_waiting, waiting_records_);
  waiting_.push_back(std::move(batch));
  if (manner_ == Manner::at_once)
    while (!waiting_.empty() && !closed_) deliver_one();
  update_gate();
  if (manner_ == Manner::pauses && !busy_) {
    busy_ = true;
    host_->loop().post([this] { host_->post([this] { busy_ = false, deliver_one(); }); });
  }
}

// One batch, then a pause: the rest waits for the loop to come round.
void FakeSink::deliver_one() {
  if (closed_ || waiting_.empty() || stuck) return;
  Batch batch = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_records_ -= batch.size();
  for (size_t i = 0; i < batch.size(); ++i) records.emplace_back(batch.record(i));
  host_->delivered(batch.size());
  batch.let_go();
  if (records.size() >= fail_after) return closed_ = true, host_->failed({Error::Kind::io, "the sink failed", {}});
  if (records.size() >= done_after) return closed_ = true, host_->done(true);
  update_gate();
  if (manner_ == Manner::pauses && !waiting_.empty() && !busy_) {
    busy_ = true;
    host_->loop().post([this] { host_->post([this] { busy_ = false, deliver_one(); }); });
  }
  if (finished_ && waiting_.empty()) host_->idle();
}

void FakeSink::flush() {
  if (manner_ == Manner::waits_for_flush)
    while (!waiting_.empty()) deliver_one();
}

void FakeSink::update_gate() {
  const bool full = waiting_records_ > (full_ ? most_ / 2 : most_);
  if (full != full_ && manner_ == Manner::pauses) host_->full(full_ = full);
}

void FakeSink::finish() {
  finished_ = true;
  if (manner_ == Manner::holds || manner_ == Manner::waits_for_flush)
    while (!waiting_.empty()) deliver_one();
  if (waiting_.empty()) host_->idle();
}

void FakeSink::abandon() {
  closed_ = true;
  waiting_.clear();
  if (full_) host_->full(full_ = false);
}

}  // namespace leat::test
