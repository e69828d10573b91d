// Log: the records of one stream on the disk, numbered without a hole, kept through crashes.
// Owner:   the broker. Disk and Random outlive it. One process at a time has a folder: open() locks it.
// Thread:  the writer's, one at a time: append, sync, drop_before, retain, health, segment ends. Any, at any time, side by side: read,
//          seek_time, each, stats, gaps, next_seq. prepare: one at a time, any, also while the writer is at work.
// Blocks:  for the device; read for nothing else but that.
// Fails:   append, sync: health() says what the error means. `full`: there is no room, nothing changed, try again later. `read_only`:
//          the disk failed twice running and the log takes nothing more until it is opened again. What sync() answered is kept.
//
// A record is a frame: bytes the log does not look into, but for their length. They go to the disk in batches (layout.h) of 64 KiB or
// one frame, several in one write; the caller groups what came while the last sync() was under way into the next append().
// A segment that fails to write or to sync is never written again: what was not synced goes into a new one.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/hub/log/disk.h"
#include "core/hub/log/pool.h"
#include "core/hub/log/shelf.h"

namespace leat::hub::log {

struct Survey;

struct Options {
  FrameLength frame_length = nullptr;  // must be given
  uint64_t stream = 0;                 // a folder of another stream is not read; 0: any, and a new folder's is drawn
  uint64_t segment_bytes = uint64_t{64} << 20;
  uint32_t batch_bytes = 64 * 1024;             // what a reader must check, and damage can cost, at least
  uint64_t unsynced_bytes = uint64_t{8} << 20;  // more than that is synced without being asked
  // Numbers below were given to somebody, by other knowledge: a consumer's floor that outlived unsynced records.
  uint64_t next_seq = 1;
};

// What open() found. None of it needs anything done.
struct Recovery {
  Stats stats;
  std::vector<Gap> gaps;
  bool torn = false;               // the end was cut off behind the last whole batch
  std::vector<std::string> notes;  // a line each for whoever looks after the hub
};

// What may go; 0 is no limit. Segments go as a whole, and never the last one.
struct Retention {
  uint64_t records = 0;           // so many are kept, or more
  uint64_t bytes = 0;             // so many are kept, or fewer
  int64_t age = 0;                // in the unit of the stamps: what is older goes
  std::optional<uint64_t> acked;  // everything below was acknowledged and may go; nothing else may, whatever the limits say
};

struct Stamps {
  int64_t min = 0, max = 0;
};

enum class Health : uint8_t { good, full, read_only };

class Log {
 public:
  struct Opened;
  static Result<Opened> open(Disk& disk, const std::string& dir, const Options& options, Random& random);

  // `runs` are whole frames, one behind the other; the first gets `first_seq`, which must be next_seq(), since frames have it inside.
  // All of them or none. Not durable yet. Answers the number after the last.
  Result<uint64_t> append(uint64_t first_seq, std::span<const std::string_view> runs, Stamps stamps);
  // Every number below the answer is on the disk.
  Result<uint64_t> sync();
  uint64_t synced() const { return synced_; }
  Health health() const { return health_; }

  Done drop_before(uint64_t seq);  // segments all of whose records are below
  Done retain(const Retention& limits, int64_t now);
  // One step, of a MiB, towards having the next segment ready. False: there is nothing to do. An error is a full disk, mostly, and
  // is no harm before the log says so itself.
  Result<bool> prepare();

  Result<Chunk> read(uint64_t from, size_t most, std::string& into) { return shelf_.read(from, most, into); }
  uint64_t seek_time(int64_t ts) const { return shelf_.seek_time(ts); }
  Done each(uint64_t from, const FrameVisitor& frame, const GapVisitor& gap = {}) { return shelf_.each(from, frame, gap); }
  Stats stats() const { return shelf_.stats(); }
  std::vector<Gap> gaps() const { return shelf_.gaps(); }
  uint64_t next_seq() const { return shelf_.next_seq(); }

 private:
  struct Active {  // the segment that is written to
    std::shared_ptr<File> file;
    uint64_t size = 0, salt = 0;
    uint64_t offset = 0;  // where what is not synced begins
    bool usable = false;  // false: it failed, or another may have taken its place
  };
  struct Cut {  // a batch to be
    size_t bytes = 0;
    uint32_t count = 0;
  };

  Log(Disk& disk, std::string dir, const Options& options, Random& random, uint32_t next_number);
  void adopt(Survey& found);
  static int secure(const Segment& last);
  Result<std::vector<Cut>> cut(std::span<const std::string_view> runs) const;
  void hold(const std::vector<Cut>& cuts, std::span<const std::string_view> runs, Stamps stamps);
  std::vector<BatchHeader> held(size_t from) const;
  void salt_held(uint64_t salt);
  bool fits(uint64_t bytes) const;
  int store(size_t from);
  int write(File& file, uint64_t offset, size_t from);
  int move_on(bool reserve);
  int next_segment(bool reserve);
  int promote(uint32_t spare, const Segment& segment);
  Error fail(std::string_view what, int error);
  Done let_go();
  int remove(Segment& segment);
  std::string path(const std::string& name) const { return dir_ + "/" + name; }

  Disk& disk_;
  const std::string dir_;
  Options options_;
  Random& random_;
  std::unique_ptr<Disk::Lock> lock_;
  Pool pool_;
  Shelf shelf_;

  Active active_;
  std::string held_;  // the batches that are not synced, as they were written: their second chance
  uint64_t held_records_ = 0;
  uint64_t next_ = 1, synced_ = 1;
  uint64_t skipped_from_ = UINT64_MAX;  // the next segment says that numbers from here on were left out
  Health health_ = Health::good;
  Error broken_;                    // what read_only answers
  std::atomic<bool> ahead_{false};  // the active segment is half full
  std::deque<Segment> leaving_;     // off the shelf, and still in the folder
  std::deque<uint32_t> aside_;      // damaged ones that retention took, kept for whoever wants to look
};

struct Log::Opened {
  std::unique_ptr<Log> log;
  Recovery report;
};

}  // namespace leat::hub::log
