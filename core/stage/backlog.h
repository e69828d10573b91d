// Backlog: records that wait in front of something slow, kept as records: to be sent again, dropped or refused.
// Owner:   a sink's outlet, or a buffer.   Thread: under the turn.   Blocks: never.
// Fails:   cannot; whoever puts bounds it.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "core/data/batch.h"
#include "core/stage/stage.h"

namespace leat {

// What happens to a record for which there is no room.
enum class WhenFull : uint8_t { block, drop_oldest, drop_newest, dlq };
WhenFull when_full_of(std::string_view word);  // drop-oldest ...; any other word is block

struct Room {
  size_t records, bytes;
};
// Under drop_newest and dlq keeps in a batch what there is room for, record by record. Under dlq the rest fails, as `message` says;
// else it is answered.
std::vector<uint32_t> admit(Batch& batch, WhenFull when_full, Room room, Turn& turn, std::string_view message);

class Backlog {
 public:
  // Small batches are copied together, so that a lone record never pins a block of 256 KiB.
  static constexpr size_t kChunk = 64 * 1024;

  void put(Batch&& batch, Turn& turn);
  size_t bytes() const { return bytes_; }
  size_t records() const { return records_; }
  bool empty() const { return chunks_.empty(); }

  // The oldest chunk not handed out yet, cut to no more than so many records; null: none.
  const Batch* next(size_t most = SIZE_MAX);
  bool all_out() const { return handed_ == chunks_.size(); }
  void rewind() { handed_ = 0; }  // all of them are to be handed out again
  void delivered(size_t chunks);  // the oldest ones, which were handed out
  Batch pop();                    // the oldest chunk for good; of one that is not empty, and nothing of which was handed out
  std::vector<Batch> take();      // everything; nothing is left

  // Of what was not handed out the oldest records, until no more than so many bytes and records wait.
  std::vector<Batch> drop_oldest(size_t bytes, size_t records = SIZE_MAX);

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
  Batch forget(Chunk& chunk);
  void cut(size_t most);

  std::deque<Chunk> chunks_;
  size_t handed_ = 0;  // chunks
  size_t bytes_ = 0, records_ = 0;
};

}  // namespace leat
