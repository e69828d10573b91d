#include "core/stage/backlog.h"

#include <iterator>
#include <utility>

namespace leat {

void Backlog::Chunk::close() {
  if (slab) batch = Batch(std::exchange(slab, {}), receipts.join(), origin);
}

WhenFull when_full_of(std::string_view word) {
  if (word == "drop-oldest") return WhenFull::drop_oldest;
  if (word == "drop-newest") return WhenFull::drop_newest;
  if (word == "dlq") return WhenFull::dlq;
  return WhenFull::block;
}

std::vector<uint32_t> admit(Batch& batch, WhenFull when_full, Room room, Turn& turn, std::string_view message) {
  std::vector<uint32_t> over;
  if (when_full != WhenFull::drop_newest && when_full != WhenFull::dlq) return over;
  batch.keep_if([&](uint32_t i) {
    const size_t size = batch.slab().record(i).size() + 1;
    if (room.records > 0 && size <= room.bytes) return --room.records, room.bytes -= size, true;
    if (when_full == WhenFull::dlq) return turn.fail(i, {"full", std::string(message)});
    return over.push_back(i), false;
  });
  return over;
}

// May this batch be copied into the last chunk? It must read the same way, and not be under way already.
bool Backlog::joins(const Batch& batch, size_t size) const {
  if (chunks_.size() <= handed_ || !chunks_.back().slab || chunks_.back().bytes + size > kChunk) return false;
  const Slab& last = *chunks_.back().slab;
  const Slab& slab = batch.slab();
  return chunks_.back().origin == batch.origin() && last.format == slab.format && last.original == slab.original &&
         last.source == slab.source && last.envelopes.empty() == slab.envelopes.empty();
}

void Backlog::put(Batch&& batch, Turn& turn) {
  size_t size = 0;
  batch.each([&](uint32_t i) { size += batch.slab().record(i).size() + 1; });
  bytes_ += size, records_ += batch.size();
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
    made.resemble(from);
  }
  Chunk& last = chunks_.back();
  batch.each([&](uint32_t i) {
    last.slab->add(from, i);
    last.slab->offsets.push_back(from.position(i));
    if (!from.envelopes.empty()) last.slab->envelopes.push_back(from.envelopes[i]);
  });
  last.bytes += size;
  last.receipts.keep(batch.receipt());
  batch.let_go();
}

const Batch* Backlog::next(size_t most) {
  if (all_out()) return nullptr;
  chunks_[handed_].close();
  if (chunks_[handed_].batch.size() > most) cut(most);
  return &chunks_[handed_++].batch;
}

// The next chunk becomes several, all at once: to cut off one part after another would copy the rest each time.
void Backlog::cut(size_t most) {
  Batch whole = std::move(chunks_[handed_].batch);
  std::vector<Chunk> parts;
  for (size_t at = 0; at < whole.size(); at += most) {
    std::vector<uint32_t> records;
    size_t bytes = 0;
    for (size_t i = at; i < whole.size() && i - at < most; ++i) {
      records.push_back(whole.index(i));
      bytes += whole.record(i).size() + 1;
    }
    parts.push_back({whole.pick(std::move(records)), {}, {}, 0, bytes});
  }
  whole.let_go();
  const auto place = chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(handed_));
  chunks_.insert(place, std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end()));
}

void Backlog::delivered(size_t chunks) {
  for (; chunks > 0; --chunks) {
    forget(chunks_.front()).let_go();
    chunks_.pop_front();
    --handed_;
  }
}

Batch Backlog::pop() {
  Batch oldest = forget(chunks_.front());
  chunks_.pop_front();
  return oldest;
}

// No longer counts a chunk that is about to go; answers its records.
Batch Backlog::forget(Chunk& chunk) {
  chunk.close();
  bytes_ -= chunk.bytes, records_ -= chunk.batch.size();
  return std::move(chunk.batch);
}

std::vector<Batch> Backlog::drop_oldest(size_t bytes, size_t records) {
  std::vector<Batch> dropped;
  while ((bytes_ > bytes || records_ > records) && handed_ < chunks_.size()) {
    Chunk& oldest = chunks_[handed_];
    oldest.close();
    std::vector<uint32_t> gone;
    Batch all = oldest.batch.share();
    oldest.batch.keep_if([&](uint32_t i) {
      if (bytes_ <= bytes && records_ <= records) return true;
      const size_t size = all.slab().record(i).size() + 1;
      bytes_ -= size, oldest.bytes -= size, --records_;
      gone.push_back(i);
      return false;
    });
    if (oldest.batch.empty()) {
      oldest.batch.let_go();
      chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(handed_));
    }
    dropped.push_back(all.pick(std::move(gone)));
    all.let_go();
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
  handed_ = bytes_ = records_ = 0;
  return all;
}

}  // namespace leat
