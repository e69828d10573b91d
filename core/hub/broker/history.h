// History: the messages of some subjects that are kept: their frames, each with its number, so that whoever comes late or falls behind
// reads on from there. In memory, or by a keeper on the disk; then the memory holds the youngest and all that is not on the disk yet.
// Owner:   the broker.   Thread: the hub's loop.   Blocks: never.
// Fails:   cannot; its limits bound it, and what a slow disk leaves in memory is bounded by full().
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/clock.h"
#include "core/hub/broker/block.h"
#include "core/hub/broker/keeper.h"
#include "core/hub/broker/producers.h"
#include "core/hub/message.h"

namespace leat::hub {

struct Subscription;

class History {
 public:
  // What is kept; 0 is no bound but that on bytes, which there always is.
  struct Options {
    std::string name;
    std::vector<std::string> patterns;
    uint64_t count = 0;
    uint64_t bytes = 64u << 20;
    Duration age{};
    uint64_t per_subject = 0;         // of each subject so many; older ones are passed over
    bool until_acknowledged = false;  // ... by all that are durable; `bytes` is what there is room for, then, and the others are no bounds
  };

  explicit History(Options options) : options_(std::move(options)) {}

  // Before the first message. The numbers begin behind those that are kept already.
  void keep_by(std::unique_ptr<Keeper> keeper);
  Keeper* keeper() const { return keeper_.get(); }
  void settled();  // the keeper has more than before

  const Options& options() const { return options_; }
  bool holds(std::string_view pattern) const;  // every subject of the pattern is kept here

  uint64_t first() const { return keeper_ ? std::min(keeper_->first(), first_) : first_; }  // the oldest number that is kept
  uint64_t first_in_memory() const { return first_; }
  uint64_t next() const { return next_; }                                   // the number the next one will get
  uint64_t visible() const { return keeper_ ? keeper_->synced() : next_; }  // those below may be given: no crash takes them back
  bool full() const { return keeper_ && keeper_->waiting() > kUnsynced; }   // too much is not on the disk yet
  uint64_t bytes() const { return bytes_; }

  // The frame, stamped with next(), is copied; answers where it lies now.
  Run append(std::string_view frame, const Message& message, Instant now);
  void expire(Instant now);  // by age
  void acknowledged(uint64_t below);
  struct Refusal {
    std::string code, text;
  };
  std::optional<Refusal> refuses() const;  // why it takes nothing now: the disk, or that nothing of it is acknowledged
  bool too_old(int64_t time, Instant now) const {
    return options_.age > Duration::zero() && time < (now - options_.age).time_since_epoch().count();
  }

  Producers& producers() { return producers_; }
  bool hurries() const { return ttl_; }  // a message of it may be too old to be given

  uint64_t since(Instant time) const;  // the first number that is not older

  // Messages that are for somebody once they are visible.
  struct Due {
    Subscription* whose;
    Run run;
    uint64_t number;
  };
  std::deque<Due> due;
  std::vector<Subscription*> readers;  // all that have a place in it

  // What is in memory from max(from, first_in_memory()) on, in one stretch of one block; count 0 behind the last.
  struct Stretch {
    BlockRef block;
    uint64_t first = 0;              // number of the first message
    uint32_t begin = 0;              // where it begins
    const uint32_t* ends = nullptr;  // where each ends; good until the next append
    size_t count = 0;
  };
  Stretch read(uint64_t from) const;
  bool stale(uint64_t number) const;  // later ones of its subject have taken its place

 private:
  struct Piece {
    BlockRef block;
    uint64_t first = 0;  // number of its first message
    std::vector<uint32_t> ends;
    std::vector<int64_t> times;
    std::vector<bool> stale;
    uint64_t next() const { return first + ends.size(); }
  };
  Piece& piece_for(size_t size);
  size_t piece_of(uint64_t number) const;  // its place in pieces_, or their number
  void trim();
  void supersede(std::string_view subject, uint64_t number);

  static constexpr uint64_t kYoungest = 2u << 20;  // bytes in memory of what is on the disk, too
  static constexpr uint64_t kUnsynced = 16u << 20;

  const Options options_;
  std::unique_ptr<Keeper> keeper_;
  std::deque<Piece> pieces_;
  uint64_t first_ = 1, next_ = 1, bytes_ = 0;
  uint64_t needed_ = 1;                                           // none below is, where they are kept until acknowledged
  std::unordered_map<std::string, std::deque<uint64_t>> recent_;  // by subject, where per_subject is asked for
  Producers producers_;
  bool ttl_ = false;
};

}  // namespace leat::hub
