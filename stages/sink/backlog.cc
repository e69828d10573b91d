#include "stages/sink/backlog.h"

#include <utility>

namespace leat {

void Backlog::Chunk::close() {
  if (slab) batch = Batch(std::exchange(slab, {}), receipts.join(), origin);
}

// May this batch be copied into the last chunk? It must read the same way, and not be under way already.
bool Backlog::joins(const Batch& batch, size_t size) const {
  if (chunks_.size() <= handed_ || !chunks_.back().slab || chunks_.back().bytes + size > kChunk) return false;
  const Slab& last = *chunks_.back().slab;
  const Slab& slab = batch.slab();
  return last.format == slab.format && last.source == slab.source && last.envelopes.empty() == slab.envelopes.empty();
}

void Backlog::put(Batch&& batch, Turn& turn) {
  size_t size = 0;
  batch.each([&](uint32_t i) { size += batch.slab().record(i).size() + 1; });
  bytes_ += size;
  if (size >= kChunk / 2) {
    if (chunks_.size() > handed_) chunks_.back().close();
    chunks_.push_back({std::move(batch), {}, {}, 0, size});
    return;
  }
  const Slab& from = batch.slab();
  if (!joins(batch, size)) {
    if (chunks_.size() > handed_) chunks_.back().close();
    chunks_.push_back({{}, turn.slab(), {}, batch.origin(), 0});
    Slab& made = *chunks_.back().slab;
    made.format = from.format, made.source = from.source, made.keeper = from.keeper;
  }
  Chunk& last = chunks_.back();
  batch.each([&](uint32_t i) {
    last.slab->add(from.record(i));
    last.slab->offsets.push_back(from.position(i));
    if (!from.envelopes.empty()) last.slab->envelopes.push_back(from.envelopes[i]);
  });
  last.bytes += size;
  last.receipts.keep(batch.receipt());
  batch.let_go();
}

const Batch* Backlog::next() {
  if (handed_ == chunks_.size()) return nullptr;
  chunks_[handed_].close();
  return &chunks_[handed_++].batch;
}

void Backlog::delivered(size_t chunks) {
  for (; chunks > 0; --chunks) {
    bytes_ -= chunks_.front().bytes;
    chunks_.front().batch.let_go();
    chunks_.pop_front();
    --handed_;
  }
}

uint64_t Backlog::drop_oldest(size_t most) {
  uint64_t dropped = 0;
  while (bytes_ > most && handed_ < chunks_.size()) {
    Chunk& oldest = chunks_[handed_];
    oldest.close();
    const size_t before = oldest.batch.size();
    oldest.batch.keep_if([&](uint32_t i) {
      if (bytes_ <= most) return true;
      const size_t size = oldest.batch.slab().record(i).size() + 1;
      bytes_ -= size, oldest.bytes -= size;
      return false;
    });
    dropped += before - oldest.batch.size();
    if (!oldest.batch.empty()) break;
    oldest.batch.let_go();
    chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(handed_));
  }
  return dropped;
}

std::vector<Batch> Backlog::take() {
  std::vector<Batch> all;
  for (Chunk& chunk : chunks_) {
    chunk.close();
    all.push_back(std::move(chunk.batch));
  }
  chunks_.clear();
  handed_ = bytes_ = 0;
  return all;
}

}  // namespace leat
