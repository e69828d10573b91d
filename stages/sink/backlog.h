// Backlog: records a sink has taken and the other side does not have yet, kept as records: to be sent again, dropped or refused.
// Owner:   its outlet.   Thread: under the turn.   Blocks: never.
// Fails:   cannot; whoever puts bounds it.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "core/data/batch.h"
#include "core/stage/stage.h"

namespace leat {

class Backlog {
 public:
  // Small batches are copied together, so that a lone record never pins a block of 256 KiB.
  static constexpr size_t kChunk = 64 * 1024;

  void put(Batch&& batch, Turn& turn);
  size_t bytes() const { return bytes_; }
  bool empty() const { return chunks_.empty(); }

  const Batch* next();                // the oldest chunk not handed out yet; null: none
  void rewind() { handed_ = 0; }      // all of them are to be handed out again
  void delivered(size_t chunks);      // the oldest ones, which were handed out
  uint64_t drop_oldest(size_t most);  // of what was not handed out, until no more than `most` bytes wait; answers how many
  std::vector<Batch> take();          // everything; nothing is left

 private:
  struct Chunk {
    Batch batch;        // of a chunk that is closed
    SlabRef slab;       // of one that still gathers
    Receipts receipts;  // the same
    uint16_t origin = 0;
    size_t bytes = 0;
    void close();
  };
  bool joins(const Batch& batch, size_t size) const;

  std::deque<Chunk> chunks_;
  size_t handed_ = 0;  // chunks
  size_t bytes_ = 0;
};

}  // namespace leat
