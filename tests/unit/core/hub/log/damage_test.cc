// Damage by hand: every bit-rotten byte and every cut of a small log, and every single call of the disk failing. What is served is what
// was written; what is not is told; no number is given twice.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/hub/log/log.h"
#include "tests/support/log_frames.h"
#include "tests/support/log_model.h"
#include "tests/support/seeds.h"
#include "tests/support/sim_disk.h"

namespace leat::hub::log {
namespace {

using test::LogModel;
using test::SimDisk;

const std::string kDir = "d";

Options small() { return {.frame_length = test::frame_length, .segment_bytes = 16384, .batch_bytes = 700, .unsynced_bytes = 4096}; }

// A log with somebody who remembers what it said.
struct Kept {
  explicit Kept(uint64_t seed) : disk(seed), salts(seed) {}

  std::string open() {
    auto opened = Log::open(disk, kDir, small(), salts);
    if (!opened) return opened.error().text;
    log = std::move(opened->log);
    return {};
  }
  bool append(uint64_t count, uint64_t words) {
    const uint64_t seq = log->next_seq();
    std::string run;
    std::vector<std::string> frames;
    for (uint64_t i = 0; i < count; ++i) frames.push_back(test::frame(seq + i, static_cast<uint32_t>(words + i)));
    for (const auto& frame : frames) run += frame;
    const std::string_view runs[] = {run};
    for (uint64_t i = 0; i < count; ++i) model.offered(seq + i, frames[i]);
    if (!log->append(seq, runs, {})) return false;
    for (uint64_t i = 0; i < count; ++i) model.accepted(seq + i, frames[i]);
    return true;
  }
  bool sync() {
    const auto done = log->sync();
    if (done) model.synced(*done);
    return static_cast<bool>(done);
  }

  SimDisk disk;
  SplitMix salts;
  LogModel model;
  std::unique_ptr<Log> log;
};

// Three segments' worth of synced records.
struct Small : Kept {
  explicit Small(uint64_t seed = 1) : Kept(seed) {
    EXPECT_EQ(open(), "");
    for (uint64_t i = 0; i < 60; ++i) append(1 + i % 5, i % 7 == 6 ? 60 : i % 11);
    EXPECT_TRUE(sync());
    written = log->next_seq();
  }
  uint64_t written = 0;
};

// A damaged copy is opened: it is all there or told, and goes on. Answers how many records are not there.
uint64_t open_damaged(const Small& whole, SimDisk disk, const std::string& what) {
  SplitMix salts(99);
  auto opened = Log::open(disk, kDir, small(), salts);
  EXPECT_TRUE(opened) << what;
  if (!opened) return 0;
  Log& log = *opened->log;
  EXPECT_EQ(whole.model.check(log, false), "") << what;
  EXPECT_GE(log.next_seq(), whole.written) << what;
  uint64_t served = 0;
  const auto count = [&](uint64_t, std::string_view) { return ++served > 0; };
  EXPECT_TRUE(log.each(1, count)) << what;
  const std::string frame = test::frame(7, 3);
  const std::string_view runs[] = {frame};
  EXPECT_TRUE(log.append(log.next_seq(), runs, {})) << what;
  EXPECT_TRUE(log.sync()) << what;
  return whole.written - 1 - served;
}

TEST(LogDamage, EveryFlippedBitIsToldOrHarmless) {
  const Small whole;
  uint64_t costly = 0;
  for (const auto& name : whole.disk.names()) {
    const size_t size = whole.disk.copy().bytes(name)->size();
    for (size_t at = 0; at < size; ++at) {
      SimDisk disk = whole.disk.copy();
      (*disk.bytes(name))[at] ^= static_cast<char>(1 << at % 8);
      const uint64_t missing = open_damaged(whole, std::move(disk), fmt::format("{} at {}", name, at));
      if (testing::Test::HasFailure()) return;
      costly += missing > 0;
      ASSERT_LE(missing, 5u) << name << " at " << at;  // a batch at most
    }
  }
  EXPECT_GT(costly, 10000u);  // the flips did hit records
}

TEST(LogDamage, EveryCutIsToldOrHarmless) {
  const Small whole;
  for (const auto& name : whole.disk.names()) {
    const size_t size = whole.disk.copy().bytes(name)->size();
    for (size_t left = 0; left < size; left += left < 8100 ? 97 : 1) {
      SimDisk disk = whole.disk.copy();
      disk.bytes(name)->resize(left);
      open_damaged(whole, std::move(disk), fmt::format("{} cut at {}", name, left));
      if (testing::Test::HasFailure()) return;
    }
  }
}

TEST(LogDamage, AMissingFileIsTold) {
  const Small whole;
  std::vector<std::string> segments;
  for (const auto& name : whole.disk.names())
    if (name.find(".segment") != std::string::npos) segments.push_back(name);
  ASSERT_GE(segments.size(), 3u);
  for (size_t i = 1; i + 1 < segments.size(); ++i) {  // the first one's looks like retention, the last one's nobody can know of
    SimDisk disk = whole.disk.copy();
    ASSERT_EQ(disk.unlink(segments[i]), 0);
    SplitMix salts(3);
    auto opened = Log::open(disk, kDir, small(), salts);
    ASSERT_TRUE(opened);
    EXPECT_EQ(whole.model.check(*opened->log, false), "");
    EXPECT_EQ(opened->log->next_seq(), whole.written);
    ASSERT_EQ(opened->log->gaps().size(), 1u);
    EXPECT_EQ(opened->log->gaps()[0].why, Gap::Why::damaged);
  }
}

TEST(LogDamage, WhatRotsWhileItIsOpenIsTold) {
  for (uint64_t seed = 1; seed <= uint64_t{test::seeds(300)}; ++seed) {
    Small small(seed);
    SplitMix lots(seed);
    const auto names = small.disk.names();
    const std::string& name = names[lots.next() % names.size()];
    std::string& bytes = *small.disk.bytes(name);
    for (int i = 0; i < 3; ++i) bytes[kDataStart + lots.next() % (bytes.size() - kDataStart)] ^= 0x10;
    ASSERT_EQ(small.model.check(*small.log, false), "") << seed;
    ASSERT_EQ(small.model.check(*small.log, false), "") << seed;  // and the second time from what was learned
  }
}

// A life with a few segments, in which call number `call` fails, and `more` behind it.
std::string with_fault(uint64_t seed, int call, SimDisk::Fault how, int more, int& calls) {
  Kept life(seed + static_cast<uint64_t>(call) * 7 + static_cast<uint64_t>(more));
  life.disk.fail(call, how, more);
  if (!life.open().empty() && !life.open().empty()) {
    life.disk.heal();
    if (const auto refused = life.open(); !refused.empty()) return "it refused to start: " + refused;
  }
  for (uint64_t i = 0; i < 40; ++i) {
    life.append(1 + i % 3, i % 9 == 8 ? 80 : i % 11);
    if (i % 3 == 2) life.sync();
    if (i % 10 == 9) (void)life.log->prepare();
    if (i == 30) life.model.dropped(30), (void)life.log->drop_before(30);
  }
  calls = life.disk.calls();
  if (const auto wrong = life.model.check(*life.log, false); !wrong.empty()) return wrong;
  life.disk.heal();
  if (more == 0 && life.log->health() == Health::read_only) return "it gave up after one failure";
  if (life.log->health() != Health::read_only && !(life.append(2, 3) && life.sync())) return "it does not go on when the disk does";
  life.log.reset();
  life.disk.crash();
  const auto refused = life.open();
  return refused.empty() ? life.model.check(*life.log, true) : refused;
}

TEST(LogDamage, EveryCallMayFail) {
  using Fault = SimDisk::Fault;
  for (const Fault how : {Fault::eio, Fault::enospc, Fault::brief})
    for (const int more : {0, 1, 2, 5, 1 << 20})
      for (uint64_t seed = 0; seed < 4000; seed += 1000) {
        int calls = 1;
        for (int call = 1; call <= calls; ++call)
          ASSERT_EQ(with_fault(seed, call, how, more, calls), "")
              << "seed " << seed << " call " << call << " kind " << static_cast<int>(how) << " and " << more;
        EXPECT_GT(calls, 60);
      }
}

}  // namespace
}  // namespace leat::hub::log
