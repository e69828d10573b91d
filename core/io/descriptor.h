// Descriptor: one end of a file, pipe, socket or terminal, read and written without ever blocking on a neighbour.
// Owner:   whoever opened it; closes what it opened, leaves inherited descriptors open.
// Thread:  one at a time.
// Blocks:  a regular file may wait for the disk; anything else answers kWait.
// Fails:   open with no_input, later with the negated errno.
//
// O_NONBLOCK belongs to the open file description, which a shell shares between the programs of a pipe. It is therefore never
// set on an inherited one: FIFOs and terminals are opened anew through /proc/self/fd, sockets are asked with MSG_DONTWAIT.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace leat {

class Descriptor {
 public:
  enum class Kind : uint8_t {
    none,
    file,     // regular files and devices such as /dev/null: always ready
    stream,   // our own non-blocking description
    foreign,  // a description shared with others that could not be opened anew
  };
  static constexpr ssize_t kWait = -11;  // -EAGAIN

  Descriptor() = default;
  Descriptor(int fd, Kind kind, bool owned) : fd_(fd), kind_(kind), owned_(owned) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  static Result<Descriptor> input(const std::string& path);  // "-" is stdin
  static Result<Descriptor> standard_output();
  static Descriptor socket(int fd);                                        // one of our own, not blocking
  static Result<Descriptor> create(const std::string& path, bool append);  // FIFOs and devices are written, never replaced

  int fd() const { return fd_; }
  Kind kind() const { return kind_; }
  bool shared() const { return kind_ == Kind::foreign; }
  bool fifo() const { return fifo_; }
  uint64_t size() const { return size_; }  // of a regular file when it was opened; else 0

  ssize_t read(char* to, size_t room);           // 0: the end; kWait; or the negated errno
  ssize_t write(const char* from, size_t size);  // kWait or the negated errno
  ssize_t send(const iovec* parts, int count);   // the same, of a socket of our own
  void close();

 private:
  int fd_ = -1;
  Kind kind_ = Kind::none;
  bool owned_ = false;
  bool socket_ = false;
  bool fifo_ = false;
  uint64_t size_ = 0;

  static Result<Descriptor> wrap(int fd, bool owned, bool writing, const std::string& name);
};

// Fills whichever of 0, 1, 2 is closed, so that no other file takes the number; using it still fails. First thing in main.
void fill_standard_descriptors();

}  // namespace leat
