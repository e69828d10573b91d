// Disk: what the log asks of a file system, so that a test can be one that loses, tears and refuses.
// Owner:   the Disk outlives every File and Lock it made. A File closes itself.
// Thread:  a Disk any; a File is read by any number of threads while one writes it.
// Blocks:  for the device.
// Fails:   every call answers errno, 0 for done, and says nothing itself: who called knows what it means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace leat::hub::log {

struct Io {
  int error = 0;
  size_t bytes = 0;  // may be fewer than were asked for, with and without an error
};

class File {
 public:
  virtual ~File() = default;
  virtual Io pread(uint64_t offset, char* to, size_t size) = 0;  // 0 bytes and no error: the file ends there
  virtual Io pwrite(uint64_t offset, std::string_view bytes) = 0;
  virtual int sync() = 0;  // after an error nobody knows what of the unsynced is on the disk, and a second try would lie
  virtual int size(uint64_t& bytes) = 0;
};

class Disk {
 public:
  enum class Open : uint8_t { read, write, create };  // create: new and empty, whatever stood there

  struct Lock {  // held while it lives
    virtual ~Lock() = default;
  };

  virtual ~Disk() = default;
  virtual int open(const std::string& path, Open how, std::unique_ptr<File>& file) = 0;
  virtual int rename(const std::string& from, const std::string& to) = 0;  // replaces `to`
  virtual int unlink(const std::string& path) = 0;
  virtual int list(const std::string& dir, std::vector<std::string>& names) = 0;  // of files, in no order
  virtual int make_dir(const std::string& dir) = 0;                               // and its ancestors, each lasting; there already is done
  virtual int sync_dir(const std::string& dir) = 0;                               // makes created, renamed and unlinked names last
  virtual int lock(const std::string& dir, std::unique_ptr<Lock>& lock) = 0;      // EWOULDBLOCK: another process has it
};

// Everything or an error: a short transfer goes on where it stopped. read_all: fewer bytes without an error are the file's end.
Io read_all(File& file, uint64_t offset, char* to, size_t size);
int write_all(File& file, uint64_t offset, std::string_view bytes);

// What passes when somebody makes room: on the disk, among the descriptors, in memory.
bool passing(int error);

// The error a user reads.
Error cannot(std::string_view what, const std::string& path, int error);

}  // namespace leat::hub::log
