// Any bytes as the files of a stream's folder: opening ends, in bounded memory, whatever they are; the log then takes a record, gives it
// back, and gives it back again after the next start. A second look at the same folder says the same.
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/hub/log/cursors.h"
#include "core/hub/log/inspect.h"
#include "core/hub/log/layout.h"
#include "tests/support/log_frames.h"
#include "tests/support/sim_disk.h"

namespace {

using namespace leat::hub::log;
using leat::test::SimDisk;

constexpr uint64_t kSalt = 0x5A17;
constexpr size_t kSegmentBytes = 16384;

Options options() { return {.frame_length = leat::test::frame_length, .segment_bytes = kSegmentBytes, .batch_bytes = 512}; }

// The input is a program: what to put where, with checksums made right where it asks for it, since no fuzzer guesses one.
class Folder {
 public:
  Folder(SimDisk& disk, std::string_view in) : disk_(disk), in_(in) {}

  void write() {
    for (uint32_t number = 1; number <= 3 && !in_.empty(); ++number) {
      const uint64_t base = byte() * 2;
      std::string bytes = encode(SegmentHeader{1, kSegmentBytes, base, base - byte() % (base + 1), kSalt});
      if (byte() % 8 == 0) bytes[byte()] ^= 1;
      if (byte() % 8 == 0) bytes[kSecondHeader + byte() % 56] ^= 1;
      bytes.resize(kDataStart);
      for (uint64_t seq = base, left = byte() % 16; left > 0; --left) batch(bytes, seq);
      bytes.resize(byte() % 8 == 0 ? kDataStart + byte() : kSegmentBytes);
      disk_.put("d/" + segment_name(number, byte() % 8 == 0 ? byte() : base), bytes);
    }
    disk_.put("d/cursors", std::string(in_));
  }

 private:
  uint8_t byte() {
    if (in_.empty()) return 0;
    const auto out = static_cast<uint8_t>(in_.front());
    in_.remove_prefix(1);
    return out;
  }

  void batch(std::string& bytes, uint64_t& seq) {
    const uint8_t how = byte();
    std::string body;
    const uint32_t count = 1 + how % 3;
    for (uint32_t i = 0; i < count; ++i) body += leat::test::frame(seq + i, byte() % 16);
    if (how & 4) body.assign(in_.substr(0, in_.size() / 8 * 8).substr(0, 64));
    BatchHeader header{kSalt, seq, count, static_cast<uint32_t>(body.size()), byte(), byte(), byte(), body_crc(body, kSalt)};
    if (how & 8) header.base_seq += byte();
    if (how & 16) header.bytes = byte() * 8u;
    if (how & 32) header.count = byte();
    std::string head(kBatchHeader, '\0');
    encode(header, head.data());
    if (how & 64) head[byte() % kBatchHeader] ^= 1;
    if (how & 128 && !body.empty()) body[byte() % body.size()] ^= 1;
    bytes += head + body;
    seq = header.base_seq + header.count;
  }

  SimDisk& disk_;
  std::string_view in_;
};

// It goes forward without a hole, to the end.
void walked(Log& log) {
  uint64_t next = 1;
  const auto done = log.each(
      1,
      [&](uint64_t seq, std::string_view frame) {
        if (seq != next++) std::abort();
        return !frame.empty();
      },
      [&](const Gap& gap) {
        if (gap.from != next || gap.to <= gap.from) std::abort();
        next = gap.to;
      });
  if (!done || next != log.next_seq()) std::abort();
}

std::unique_ptr<Log> opened(SimDisk& disk, leat::Random& salts) {
  auto log = Log::open(disk, "d", options(), salts);
  if (!log) std::abort();
  return std::move(log->log);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  SimDisk disk(1);
  Folder(disk, {reinterpret_cast<const char*>(data), size}).write();
  if (!Cursors::open(disk, "d")) std::abort();

  leat::SplitMix salts(3);
  auto log = opened(disk, salts);
  walked(*log);
  const uint64_t next = log->next_seq();
  const std::string frame = leat::test::frame(9, 2);
  const std::string_view runs[] = {frame};
  if (!log->append(next, runs, {}) || !log->sync() || log->next_seq() != next + 1) std::abort();
  log.reset();
  disk.crash();
  log = opened(disk, salts);
  std::string into;
  const auto chunk = log->read(next, 100, into);
  if (!chunk || chunk->frames != frame || log->next_seq() != next + 1) std::abort();
  log.reset();

  if (!verify(disk, "d") || !repair(disk, "d", options(), salts)) std::abort();
  log = opened(disk, salts);
  walked(*log);
  if (log->read(next, 100, into)->frames != frame) std::abort();
  return 0;
}
