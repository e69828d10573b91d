// Pool: pre-written files that wait to become segments. A write into blocks a file already has needs no journal, which makes a MiB
// durable in a tenth of the time it takes at the end of a growing file.
// Owner:   the Log.
// Thread:  prepare: one at a time, any, also while the writer is at work; the others: the writer's.
// Blocks:  for the device.
// Fails:   with errno; what is half made is removed, or left for the next open() to remove.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/hub/log/disk.h"

namespace leat::hub::log {

class Pool {
 public:
  struct Spare {
    uint32_t number = 0;
    std::unique_ptr<File> file;  // as large as a segment is, and all of it on the disk
  };

  Pool(Disk& disk, std::string dir, uint64_t segment_bytes, uint32_t next_number)
      : disk_(disk), dir_(std::move(dir)), segment_bytes_(segment_bytes), next_number_(next_number) {}

  void adopt(uint32_t number);  // a spare that was found in the folder; it is removed if it is not whole
  // One to write to. The last one there is stays, unless `reserve` says that this is the need it was kept for; then a new one is made.
  int take(bool reserve, Spare& out);
  bool wanted() const;         // may one more be given?
  void give(uint32_t number);  // a file of that spare's name, synced, with nobody reading it

  // Makes the next spare, a MiB at a time; `done` when there are enough. One is kept for need, and one more where `ahead`.
  int prepare(bool ahead, bool& done);

  uint32_t next_number() { return next_number_++; }

 private:
  static constexpr size_t kEnough = 2;

  size_t ready() const;
  int step(Spare& spare, uint64_t& written, uint64_t most);
  int seal(const Spare& spare);
  std::string path(uint32_t number) const;

  Disk& disk_;
  const std::string dir_;
  const uint64_t segment_bytes_;
  std::atomic<uint32_t> next_number_;

  Spare making_;  // prepare's own
  uint64_t made_ = 0;

  mutable std::mutex mutex_;
  std::vector<uint32_t> spares_;
};

}  // namespace leat::hub::log
