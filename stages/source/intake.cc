#include "stages/source/intake.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace leat {

ssize_t Intake::fail(Error error) {
  error_ = std::move(error);
  return kFailed;
}

ssize_t Intake::take(Descriptor& from, char* to, size_t room, bool more) {
  const ssize_t got = from.read(to, room);
  if (got == 0 && more) return Descriptor::kWait;
  if (got < 0 && got != Descriptor::kWait)
    return fail({Error::Kind::io, fmt::format("cannot read: {}", std::strerror(static_cast<int>(-got))), {}});
  if (got > 0) taken_ += static_cast<uint64_t>(got);
  return got;
}

// Another piece behind what is held, which is the front of a stream or nothing. At the end it holds what it held.
ssize_t Intake::fill(Descriptor& from, bool more) {
  if (!piece_) piece_ = std::make_unique_for_overwrite<char[]>(kPiece);
  if (!held_.empty()) std::memmove(piece_.get(), held_.data(), held_.size());
  const ssize_t got = take(from, piece_.get() + held_.size(), kPiece - held_.size(), more);
  held_ = {piece_.get(), held_.size() + static_cast<size_t>(std::max<ssize_t>(got, 0))};
  at_end_ = got == 0;
  return got;
}

void Intake::unpack_as(Compression with) {
  inflate_ = make_inflate(with, how_.limits);
  state_ = inflate_ ? State::packed : State::plain;
}

void Intake::look(bool end) {
  if (const auto with = compression_of(held_, end); with && *with != Compression::none)
    unpack_as(*with);
  else if (with)  // at the end of less than a front, its name says what it should have been
    unpack_as(end && !held_.empty() && !compression_of(held_, false) ? how_.with : Compression::none);
}

ssize_t Intake::unpack(char* to, size_t room) {
  const auto made = inflate_->step(held_, to, room);
  if (!made) return fail(made.error());
  if (*made > 0 || !at_end_) return static_cast<ssize_t>(*made);
  const Done whole = inflate_->finish();
  return whole ? 0 : fail(whole.error());
}

ssize_t Intake::read(Descriptor& from, char* to, size_t room, bool more) {
  if (state_ == State::starts && !how_.by_front) unpack_as(how_.with);
  while (state_ == State::starts) {
    const ssize_t got = fill(from, more);
    if (got < 0) return got;
    look(at_end_);
  }
  if (state_ == State::packed) {
    while (true) {
      const ssize_t made = unpack(to, room);
      if (made != 0 || at_end_) return made;
      const ssize_t got = fill(from, more);
      if (got < 0) return got;
    }
  }
  if (!piece_) return take(from, to, room, more);
  const size_t first = std::min(room, held_.size());
  std::copy_n(held_.begin(), first, to);
  held_.remove_prefix(first);
  if (held_.empty()) piece_.reset();
  return static_cast<ssize_t>(first);
}

}  // namespace leat
