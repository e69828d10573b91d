// Intake: the bytes of a descriptor on their way into slabs, unpacked where they come as gzip or zstd.
// Owner:   its feed.   Thread: one at a time.
// Blocks:  as the descriptor it is lent.
// Fails:   a read error; packed data that is corrupt, ends too early or unpacks without bound, at the byte as it came.
//
// What comes plain is read straight to where it belongs, but for the first piece, whose front says which it is.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/codec/compress.h"
#include "core/data/slab.h"
#include "core/io/descriptor.h"

namespace leat {

class Intake {
 public:
  static constexpr ssize_t kFailed = -1;          // by error()
  static constexpr size_t kPiece = Slab::kBlock;  // read at a time of what is packed, and first of all: so plain input loses no block

  explicit Intake(const Unpacking& how) : how_(how) {}

  // 0: the end; Descriptor::kWait; kFailed. `more`: the end of the descriptor is not the end of the stream; then it answers kWait.
  // Everything that can be had in front of what is wrong comes before kFailed.
  ssize_t read(Descriptor& from, char* to, size_t room, bool more = false);
  uint64_t taken() const { return taken_; }  // of the descriptor
  bool packed() const { return state_ == State::packed; }
  const Error& error() const { return error_; }

 private:
  enum class State : uint8_t { starts, plain, packed };

  ssize_t take(Descriptor& from, char* to, size_t room, bool more);
  ssize_t fill(Descriptor& from, bool more);
  void look(bool end);
  void unpack_as(Compression with);
  ssize_t unpack(char* to, size_t room);
  ssize_t fail(Error error);

  const Unpacking how_;
  State state_ = State::starts;
  bool at_end_ = false;
  std::unique_ptr<char[]> piece_;
  std::string_view held_;  // of piece_, read and not used yet
  std::unique_ptr<Inflate> inflate_;
  uint64_t taken_ = 0;
  Error error_;
};

}  // namespace leat
