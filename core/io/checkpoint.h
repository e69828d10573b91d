// Checkpoint: a small file that says how far into its inputs a program has delivered everything.
// Owner:   its source.   Thread: one at a time.
// Blocks:  store() writes and renames a small file, at most some times a second.
// Fails:   load: a file that is no checkpoint; store: a folder that cannot be written, told once.
//
// The file is replaced, never rewritten, so a killed program leaves the old one or the new one. It is text of one line:
//   leat-checkpoint 1 OFFSET DEVICE INODE PATH
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace leat {

// Which file a path or a descriptor names; two names of one file are the same.
struct FileId {
  uint64_t device = 0, inode = 0, size = 0;
  explicit operator bool() const { return inode != 0; }
  bool operator==(const FileId& other) const { return device == other.device && inode == other.inode; }
};
FileId file_id(const std::string& path);  // nothing: there is no such file
FileId file_id(int fd);

class Checkpoint {
 public:
  struct Place {
    std::string path;  // empty: nothing was delivered yet
    FileId file;
    uint64_t offset = 0;
  };

  static Result<Checkpoint> load(const std::string& path);  // a missing file is an empty checkpoint
  const Place& place() const { return place_; }
  Done store(const Place& place, bool now);  // unless `now`, not more often than some times a second

 private:
  explicit Checkpoint(std::string path) : path_(std::move(path)) {}

  std::string path_;
  Place place_, stored_;
  bool failed_ = false;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace leat
