#include "stages/sink/captured.h"

#include <unordered_set>

namespace leat {

void CapturedSink::take(Batch&& batch, Turn& turn) {
  std::unordered_set<uint32_t> refused;
  encoder_->encode(batch, caught_.text(), [&](uint32_t record, Reason reason) {
    refused.insert(record);
    turn.fail(record, std::move(reason));
  });
  if (!refused.empty()) batch.keep_if([&](uint32_t record) { return !refused.contains(record); });
  caught_.add(batch);
  host_->delivered(batch.size());
  batch.let_go();
}

void CapturedSink::finish() {
  encoder_->finish(caught_.text());
  finished_ = true;
  host_->idle();
}

}  // namespace leat
