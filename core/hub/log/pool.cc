#include "core/hub/log/pool.h"

#include <algorithm>
#include <utility>

#include "core/hub/log/segment.h"

namespace leat::hub::log {
namespace {

constexpr size_t kPiece = size_t{1} << 20;

std::string_view zeros() {
  static const std::string kZeros(kPiece, '\0');
  return kZeros;
}

}  // namespace

std::string Pool::path(uint32_t number) const { return dir_ + "/" + spare_name(number); }

size_t Pool::ready() const {
  const std::lock_guard lock(mutex_);
  return spares_.size();
}

bool Pool::wanted() const { return ready() < kEnough; }

void Pool::adopt(uint32_t number) {
  std::unique_ptr<File> file;
  uint64_t size = 0;
  const bool whole = disk_.open(path(number), Disk::Open::read, file) == 0 && file->size(size) == 0 && size == segment_bytes_;
  if (whole && wanted())
    give(number);
  else
    disk_.unlink(path(number));
}

void Pool::give(uint32_t number) {
  const std::lock_guard lock(mutex_);
  spares_.push_back(number);
}

int Pool::take(bool reserve, Spare& out) {
  {
    const std::lock_guard lock(mutex_);
    if (spares_.size() > (reserve ? 0u : 1u)) {
      out.number = spares_.back();
      spares_.pop_back();
    }
  }
  if (out.number != 0) return disk_.open(path(out.number), Disk::Open::write, out.file);
  for (uint64_t written = 0; written < segment_bytes_;)
    if (const int error = step(out, written, kPiece)) return error;
  return seal(out);
}

int Pool::prepare(bool ahead, bool& done) {
  done = making_.number == 0 && ready() >= (ahead ? kEnough : 1);
  if (done) return 0;
  int error = step(making_, made_, kPiece);
  if (error == 0) error = seal(making_);  // each time, so that a sync of the stream beside it never waits for all of it
  if (error == 0 && made_ < segment_bytes_) return 0;
  if (error == 0) give(making_.number);
  making_ = {};
  made_ = 0;
  return error;
}

// The next piece of a spare in the making.
int Pool::step(Spare& spare, uint64_t& written, uint64_t most) {
  int error = 0;
  if (spare.number == 0) {
    spare.number = next_number();
    written = 0;
    error = disk_.open(path(spare.number), Disk::Open::create, spare.file);
  }
  const uint64_t size = std::min(most, segment_bytes_ - written);
  if (error == 0) error = write_all(*spare.file, written, zeros().substr(0, static_cast<size_t>(size)));
  written += size;
  if (error != 0) disk_.unlink(path(spare.number));  // a full disk is not kept full by what cannot be finished
  return error;
}

int Pool::seal(const Spare& spare) {
  const int error = spare.file->sync();
  if (error != 0) disk_.unlink(path(spare.number));
  return error;
}

}  // namespace leat::hub::log
