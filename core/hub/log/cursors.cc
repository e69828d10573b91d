#include "core/hub/log/cursors.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "core/base/crc32c.h"
#include "core/hub/log/little_endian.h"

// A record = magic u32 | crc u32 of what follows | bytes of the body u32 | 0 u32 | the body, padded to a multiple of 8
// its body = length of the name u32 | ranges u32 | deliveries u32 | 0 u32, or 1 where the cursor was erased | floor u64 |
//            (from u64, to u64)... | (number u64, times u64)... | the name

namespace leat::hub::log {
namespace {

constexpr uint32_t kMagic = 0x55435F4C;  // L_CU
constexpr size_t kHead = 16, kBodyHead = 24;

size_t padded(size_t size) { return (size + 7) / 8 * 8; }

std::string record(std::string_view name, const Cursor* cursor) {
  static const Cursor kNone;
  const Cursor& at = cursor ? *cursor : kNone;
  const size_t body = kBodyHead + 16 * (at.acked.size() + at.deliveries.size()) + name.size();
  std::string out(kHead + padded(body), '\0');
  char* to = out.data() + kHead;
  put(to, static_cast<uint32_t>(name.size()));
  put(to + 4, static_cast<uint32_t>(at.acked.size()));
  put(to + 8, static_cast<uint32_t>(at.deliveries.size()));
  put(to + 12, cursor ? uint32_t{0} : uint32_t{1});
  put(to + 16, at.floor);
  to += kBodyHead;
  for (const auto& [from, behind] : at.acked) put(to, from), put(to + 8, behind), to += 16;
  for (const auto& [seq, times] : at.deliveries) put(to, seq), put(to + 8, uint64_t{times}), to += 16;
  name.copy(to, name.size());
  put(out.data(), kMagic);
  put(out.data() + 8, static_cast<uint32_t>(body));
  put(out.data() + 4, crc32c(std::string_view(out).substr(8)));
  return out;
}

// How long the record is that these bytes begin with; 0: they begin with none.
size_t whole_record(std::string_view bytes) {
  if (bytes.size() < kHead || get<uint32_t>(bytes.data()) != kMagic) return 0;
  const size_t size = kHead + padded(get<uint32_t>(bytes.data() + 8));
  if (size > bytes.size() || get<uint32_t>(bytes.data() + 4) != crc32c(bytes.substr(8, size - 8))) return 0;
  return size;
}

void normalize(Cursor& cursor) {
  std::sort(cursor.acked.begin(), cursor.acked.end());
  std::vector<std::pair<uint64_t, uint64_t>> merged;
  for (const auto& [from, behind] : cursor.acked) {
    if (behind <= from || behind <= cursor.floor) continue;
    if (from <= cursor.floor)
      cursor.floor = behind;
    else if (!merged.empty() && from <= merged.back().second)
      merged.back().second = std::max(merged.back().second, behind);
    else
      merged.emplace_back(from, behind);
  }
  cursor.acked = std::move(merged);
  std::sort(cursor.deliveries.begin(), cursor.deliveries.end());
  std::erase_if(cursor.deliveries, [&](const auto& one) {
    const auto range = std::upper_bound(cursor.acked.begin(), cursor.acked.end(), std::pair(one.first, UINT64_MAX));
    return one.first < cursor.floor || (range != cursor.acked.begin() && one.first < std::prev(range)->second);
  });
}

}  // namespace

Result<std::unique_ptr<Cursors>> Cursors::open(Disk& disk, const std::string& dir) {
  if (const int error = disk.make_dir(dir)) return cannot("make the folder", dir, error);
  std::unique_ptr<Cursors> out(new Cursors(disk, dir));
  if (const auto done = out->load(); !done) return done.error();
  return out;
}

Done Cursors::load() {
  std::unique_ptr<File> file;
  uint64_t size = 0;
  int error = disk_.open(path_, Disk::Open::read, file);
  if (error == ENOENT) return {};
  if (error == 0) error = file->size(size);
  if (error != 0) return cannot("read", path_, error);
  std::string all(static_cast<size_t>(size), '\0');
  all.resize(read_all(*file, 0, all.data(), all.size()).bytes);
  lost_ = size - all.size();
  // Records begin at multiples of 8, so behind a damaged one the next is found.
  for (std::string_view rest = all; !rest.empty();) {
    const size_t length = whole_record(rest);
    if (length == 0 || !load_record(rest.substr(kHead, get<uint32_t>(rest.data() + 8)))) lost_ += std::min<size_t>(rest.size(), 8);
    rest.remove_prefix(std::min(rest.size(), std::max<size_t>(length, 8)));
  }
  changed_.clear();
  return {};  // the next flush writes it anew: nothing is ever written behind what may be half there
}

bool Cursors::load_record(std::string_view body) {
  if (body.size() < kBodyHead) return false;
  const size_t name = get<uint32_t>(body.data()), acked = get<uint32_t>(body.data() + 4), deliveries = get<uint32_t>(body.data() + 8);
  if (body.size() != kBodyHead + 16 * (acked + deliveries) + name) return false;
  const std::string key(body.substr(body.size() - name));
  if (get<uint32_t>(body.data() + 12) != 0) return cursors_.erase(key), true;
  Cursor cursor;
  cursor.floor = get<uint64_t>(body.data() + 16);
  const char* at = body.data() + kBodyHead;
  for (size_t i = 0; i < acked; ++i, at += 16) cursor.acked.emplace_back(get<uint64_t>(at), get<uint64_t>(at + 8));
  for (size_t i = 0; i < deliveries; ++i, at += 16)
    cursor.deliveries.emplace_back(get<uint64_t>(at), static_cast<uint32_t>(get<uint64_t>(at + 8)));
  return static_cast<bool>(put(key, std::move(cursor)));
}

const Cursor* Cursors::find(std::string_view name) const {
  const auto found = cursors_.find(name);
  return found == cursors_.end() ? nullptr : &found->second;
}

uint64_t Cursors::lowest() const {
  uint64_t out = UINT64_MAX;
  for (const auto& [name, cursor] : cursors_) out = std::min(out, cursor.floor);
  return out;
}

uint64_t Cursors::highest() const {
  uint64_t out = 1;
  for (const auto& [name, cursor] : cursors_) {
    out = std::max(out, cursor.acked.empty() ? cursor.floor : cursor.acked.back().second);
    if (!cursor.deliveries.empty()) out = std::max(out, cursor.deliveries.back().first + 1);
  }
  return out;
}

Done Cursors::put(std::string_view name, Cursor cursor) {
  const auto known = cursors_.find(name);
  if (name.empty() || name.size() > kName) return Error{Error::Kind::usage, fmt::format("a cursor's name has 1 to {} bytes", kName), {}};
  if (known == cursors_.end() && cursors_.size() >= kCursors)
    return Error{Error::Kind::usage, fmt::format("there are {} cursors on this stream, and may be no more", kCursors), {}};
  if (known != cursors_.end()) cursor.floor = std::max(cursor.floor, known->second.floor);
  normalize(cursor);
  if (cursor.acked.size() > kAcked || cursor.deliveries.size() > kDeliveries)
    return Error{Error::Kind::usage, fmt::format("a cursor keeps at most {} ranges and {} pending records", kAcked, kDeliveries), {}};
  if (known != cursors_.end() && known->second == cursor) return {};
  changed_.emplace(name);
  cursors_.insert_or_assign(std::string(name), std::move(cursor));
  return {};
}

void Cursors::erase(std::string_view name) {
  const auto found = cursors_.find(name);
  if (found == cursors_.end()) return;
  cursors_.erase(found);
  changed_.emplace(name);
}

Done Cursors::flush() {
  if (changed_.empty() && (file_ || cursors_.empty())) return {};
  int error = file_ && size_ <= 2 * live_ + kSlack ? append() : EIO;
  if (error != 0) error = rewrite();
  if (error != 0) return cannot("write", path_, error);
  changed_.clear();
  return {};
}

int Cursors::append() {
  std::string out;
  for (const std::string& name : changed_) out += record(name, find(name));
  int error = write_all(*file_, size_, out);
  if (error == 0) error = file_->sync();
  size_ += out.size();
  if (error != 0) file_.reset();  // nobody knows what of it is there
  return error;
}

int Cursors::rewrite() {
  std::string out;
  for (const auto& [name, cursor] : cursors_) out += record(name, &cursor);
  const std::string beside = path_ + ".new";
  file_.reset();
  std::unique_ptr<File> file;
  int error = disk_.open(beside, Disk::Open::create, file);
  if (error == 0) error = write_all(*file, 0, out);
  if (error == 0) error = file->sync();
  if (error == 0) error = disk_.rename(beside, path_);
  if (error == 0) error = disk_.sync_dir(dir_);
  if (error != 0) return error;
  file_ = std::move(file);
  size_ = live_ = out.size();
  return 0;
}

}  // namespace leat::hub::log
