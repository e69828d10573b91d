// The log on a disk that works: batches, segments, reading, retention, time.
#include "core/hub/log/log.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/hub/log/posix_disk.h"
#include "tests/support/log_frames.h"
#include "tests/support/scratch.h"
#include "tests/support/sim_disk.h"

namespace leat::hub::log {
namespace {

using test::SimDisk;

Options small() { return {.frame_length = test::frame_length, .segment_bytes = 32768, .batch_bytes = 1024, .unsynced_bytes = 8192}; }

std::string nth(uint64_t seq) { return test::frame(seq, static_cast<uint32_t>(seq % 13)); }

struct Fixture {
  explicit Fixture(Disk& on, const std::string& in = "d", Options how = small()) : disk(on), dir(in), options(how) { open(); }

  Recovery open() {
    log.reset();
    auto opened = Log::open(disk, dir, options, salts);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().text);
    log = std::move(opened->log);
    return std::move(opened->report);
  }
  void add(uint64_t count, int64_t ts = 0) {
    std::string run;
    const uint64_t first = log->next_seq();
    for (uint64_t i = 0; i < count; ++i) run += nth(first + i);
    const std::string_view runs[] = {run};
    const auto done = log->append(first, runs, {ts, ts});
    ASSERT_TRUE(done) << done.error().text;
    ASSERT_EQ(*done, first + count);
  }
  void fill(uint64_t upto, int64_t ts = 0) {
    while (log->next_seq() < upto) add(std::min<uint64_t>(17, upto - log->next_seq()), ts);
    ASSERT_TRUE(log->sync());
  }
  size_t files(const std::string& ending) {
    std::vector<std::string> names;
    EXPECT_EQ(disk.list(dir, names), 0);
    return static_cast<size_t>(std::count_if(names.begin(), names.end(), [&](const auto& name) { return name.ends_with(ending); }));
  }

  Disk& disk;
  std::string dir;
  Options options;
  SplitMix salts{7};
  std::unique_ptr<Log> log;
};

TEST(Log, ReadGivesTheSameFramesWhateverTheSizesAndTheStart) {
  SimDisk disk(1);
  Fixture at(disk);
  at.fill(3000);
  std::string into;
  for (const size_t most : {size_t{1}, size_t{100}, size_t{1000}, size_t{4096}, size_t{1} << 20})
    for (uint64_t from = 1; from < 3000; from += most < 1000 ? 191 : 37) {
      const auto chunk = at.log->read(from, most, into);
      ASSERT_TRUE(chunk && !chunk->gap && chunk->count > 0);
      ASSERT_EQ(chunk->first_seq, from);
      std::string expected;
      for (uint64_t i = 0; i < chunk->count; ++i) expected += nth(from + i);
      ASSERT_EQ(chunk->frames, expected);
      ASSERT_TRUE(chunk->frames.size() <= most || chunk->count == 1);
    }
  EXPECT_TRUE(at.log->read(3000, 100, into)->at_end());
  EXPECT_TRUE(at.log->read(UINT64_MAX, 100, into)->at_end());
}

TEST(Log, AFrameLargerThanABatchIsABatchOfItsOwn) {
  SimDisk disk(1);
  Fixture at(disk);
  const std::string frames[] = {test::frame(1, 1), test::frame(2, 2000), test::frame(3, 1)};
  const std::string_view runs[] = {frames[0], frames[1], frames[2]};
  ASSERT_TRUE(at.log->append(1, runs, {}));
  std::string into;
  const auto chunk = at.log->read(2, 10, into);
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->count, 1u);
  EXPECT_EQ(chunk->frames, frames[1]);
  EXPECT_EQ(at.log->read(1, 1 << 20, into)->frames, frames[0] + frames[1] + frames[2]);
}

TEST(Log, RefusesWhatItCannotHoldAndChangesNothing) {
  SimDisk disk(1);
  Fixture at(disk);
  at.fill(10);
  const std::string large = test::frame(1, 4096), torn = nth(5).substr(0, 8), good = nth(11);
  const std::string_view too_large[] = {large}, half[] = {good, torn}, fine[] = {good};
  EXPECT_FALSE(at.log->append(10, too_large, {}));
  EXPECT_FALSE(at.log->append(10, half, {}));
  EXPECT_FALSE(at.log->append(9, fine, {}));
  EXPECT_FALSE(at.log->append(11, fine, {}));
  EXPECT_EQ(at.log->next_seq(), 10u);
  EXPECT_EQ(at.log->health(), Health::good);
  EXPECT_TRUE(at.log->append(10, fine, {}));
}

TEST(Log, OpensWithWhatItHadAndGoesOnInTheSameSegment) {
  SimDisk disk(1);
  Fixture at(disk);
  at.fill(500);
  const size_t segments = at.files(".segment");
  const auto before = at.log->stats();
  const auto report = at.open();
  EXPECT_FALSE(report.torn);
  EXPECT_TRUE(report.notes.empty());
  EXPECT_EQ(report.stats.records, 499u);
  EXPECT_EQ(report.stats.bytes, before.bytes);
  at.add(1);
  EXPECT_EQ(at.files(".segment"), segments);
}

TEST(Log, NumbersBelowTheOneGivenAreLeftOut) {
  SimDisk disk(1);
  Fixture at(disk);
  at.fill(10);
  at.options.next_seq = 50;
  at.open();
  EXPECT_EQ(at.log->next_seq(), 50u);
  at.fill(60);
  at.open();
  std::string into;
  const auto chunk = at.log->read(12, 100, into);
  ASSERT_TRUE(chunk && chunk->gap);
  EXPECT_EQ(chunk->gap->to, 50u);
  EXPECT_EQ(chunk->gap->why, Gap::Why::skipped);
}

TEST(Log, RetentionKeepsWhatItWasToldTo) {
  SimDisk disk(1);
  Fixture at(disk);
  for (int64_t hour = 0; hour < 40; ++hour) at.fill(static_cast<uint64_t>(hour + 1) * 100, hour);
  const auto whole = at.log->stats();
  ASSERT_GT(whole.segments, 5u);

  ASSERT_TRUE(at.log->retain({}, 1000));
  EXPECT_EQ(at.log->stats().records, whole.records);
  ASSERT_TRUE(at.log->retain({.records = 3000}, 1000));
  EXPECT_GE(at.log->stats().records, 3000u);
  EXPECT_LT(at.log->stats().records, 3000u + 600u);
  ASSERT_TRUE(at.log->retain({.bytes = 100000}, 1000));
  EXPECT_LE(at.log->stats().bytes, 100000u);
  EXPECT_GT(at.log->stats().bytes, 100000u - 32768u);
  const uint64_t first = at.log->stats().first_seq;
  ASSERT_TRUE(at.log->retain({.records = 1, .acked = first}, 1000));  // nothing is acknowledged, so nothing goes
  EXPECT_EQ(at.log->stats().first_seq, first);
  ASSERT_TRUE(at.log->retain({.acked = first + 700}, 1000));
  EXPECT_GT(at.log->stats().first_seq, first);
  EXPECT_LE(at.log->stats().first_seq, first + 700);
  ASSERT_TRUE(at.log->retain({.age = 1}, 40));  // 38 and older goes: all but the last segments
  EXPECT_GE(at.log->seek_time(0), at.log->stats().first_seq);
  ASSERT_TRUE(at.log->drop_before(UINT64_MAX));
  EXPECT_EQ(at.log->stats().segments, 1u);
  EXPECT_EQ(at.log->next_seq(), 4000u);

  std::string into;
  const auto chunk = at.log->read(5, 100, into);
  ASSERT_TRUE(chunk && chunk->gap);
  EXPECT_EQ(chunk->gap->why, Gap::Why::dropped);
  EXPECT_EQ(chunk->gap->to, at.log->stats().first_seq);
  at.open();
  EXPECT_TRUE(at.log->gaps().empty());
  EXPECT_EQ(at.log->next_seq(), 4000u);
}

// Segments come round: each is full of what stood in it before, with headers, sums and all, and only the salt tells.
TEST(Log, NothingOfAFormerLifeOfAFileIsEverRead) {
  SimDisk disk(1);
  Fixture at(disk);
  for (int round = 0; round < 60; ++round) {
    at.fill(at.log->next_seq() + 150);
    ASSERT_TRUE(at.log->drop_before(at.log->next_seq() - 100));
    const uint64_t next = at.log->next_seq();
    const auto report = at.open();
    ASSERT_FALSE(report.torn);
    ASSERT_TRUE(report.gaps.empty());
    ASSERT_EQ(at.log->next_seq(), next);
    uint64_t seq = at.log->stats().first_seq;
    ASSERT_TRUE(at.log->each(seq, [&](uint64_t got, std::string_view frame) { return got == seq && frame == nth(seq) && ++seq; }));
    ASSERT_EQ(seq, next);
  }
  EXPECT_LE(at.files(".segment") + at.files(".spare"), 6u);
}

TEST(Log, TimesAreFoundAtOrBeforeTheirFirstRecord) {
  SimDisk disk(1);
  Fixture at(disk);
  std::vector<uint64_t> first;
  for (int64_t ts = 0; ts < 200; ++ts) {
    first.push_back(at.log->next_seq());
    at.fill(at.log->next_seq() + 10, 1000 + ts * 10);
  }
  for (int64_t ts = 0; ts < 200; ++ts) {
    EXPECT_LE(at.log->seek_time(1000 + ts * 10), first[static_cast<size_t>(ts)]);
    EXPECT_LE(at.log->seek_time(1000 + ts * 10 - 9), first[static_cast<size_t>(ts)]);
  }
  EXPECT_EQ(at.log->seek_time(0), 1u);
  EXPECT_EQ(at.log->seek_time(1000 + 199 * 10 + 1), at.log->next_seq());
}

TEST(Log, AFullDiskIsSaidAndPasses) {
  SimDisk disk(1);
  Fixture at(disk);
  bool done = false;
  while (!done) {
    const auto more = at.log->prepare();
    ASSERT_TRUE(more);
    done = !*more;
  }
  at.fill(100);
  disk.limit(disk.used());
  const std::string frame = test::frame(1, 100);
  const std::string_view runs[] = {frame};
  uint64_t accepted = at.log->next_seq();
  while (at.log->append(accepted, runs, {})) ++accepted;
  EXPECT_EQ(at.log->health(), Health::full);
  EXPECT_EQ(at.log->next_seq(), accepted);
  ASSERT_TRUE(at.log->sync());
  EXPECT_EQ(at.files(".spare"), 1u);  // kept for a segment that fails
  EXPECT_FALSE(at.log->append(accepted, runs, {}));
  ASSERT_TRUE(at.log->drop_before(1));  // nothing to go
  disk.limit(UINT64_MAX);
  EXPECT_TRUE(at.log->append(accepted, runs, {}));
  EXPECT_EQ(at.log->health(), Health::good);

  disk.limit(disk.used());
  disk.fail(1, SimDisk::Fault::eio);  // the sync: what it was to keep goes into the spare
  EXPECT_TRUE(at.log->sync());
  EXPECT_EQ(at.log->synced(), accepted + 1);
  EXPECT_EQ(at.files(".spare"), 0u);
}

TEST(Log, TwoFailuresRunningMakeItReadOnly) {
  SimDisk disk(1);
  Fixture at(disk);
  at.fill(100);
  at.add(5);
  disk.fail(1, SimDisk::Fault::eio, 1000);
  EXPECT_FALSE(at.log->sync());
  disk.heal();
  EXPECT_EQ(at.log->health(), Health::read_only);
  EXPECT_EQ(at.log->synced(), 100u);
  const std::string frame = nth(1);
  const std::string_view runs[] = {frame};
  const auto refused = at.log->append(105, runs, {});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text.find("read-only"), std::string::npos);
  std::string into;
  EXPECT_EQ(at.log->read(1, 1 << 20, into)->first_seq, 1u);  // reading goes on
  at.open();
  EXPECT_GE(at.log->next_seq(), 100u);
  EXPECT_TRUE(at.log->append(at.log->next_seq(), runs, {}));
}

TEST(Log, OnARealDiskItIsTheSame) {
  const test::Scratch scratch;
  PosixDisk disk;
  Fixture at(disk, (scratch / "a/b/c").string());
  at.fill(2000);
  SplitMix salts(3);
  const auto second = Log::open(disk, at.dir, at.options, salts);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().hint.find("another process"), std::string::npos);
  ASSERT_TRUE(at.log->drop_before(1000));
  const auto report = at.open();
  EXPECT_EQ(at.log->next_seq(), 2000u);
  EXPECT_TRUE(report.gaps.empty());
  uint64_t seq = report.stats.first_seq;
  ASSERT_TRUE(at.log->each(seq, [&](uint64_t got, std::string_view frame) { return got == seq && frame == nth(seq) && ++seq; }));
  EXPECT_EQ(seq, 2000u);
}

TEST(Log, RefusesAFolderItMayNotRead) {
  PosixDisk disk;
  SplitMix salts(1);
  EXPECT_FALSE(Log::open(disk, "/dev/null/log", small(), salts));
}

// Readers beside a writer whose retention takes segments away under them: every frame is right and in order, whatever is gone is told.
TEST(Log, ReadersAndTheWriterDoNotDisturbEachOther) {
  const test::Scratch scratch;
  PosixDisk disk;
  Fixture at(disk, (scratch / "log").string());
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&, i] {
      std::string into;
      uint64_t next = 1;
      while (!stop) {
        const auto chunk = at.log->read(next, 300u << (2 * i), into);
        if (!chunk)
          ++wrong;
        else if (chunk->gap)
          wrong += chunk->gap->why != Gap::Why::dropped, next = chunk->gap->to;
        else {
          std::string expected;
          for (uint64_t k = 0; k < chunk->count; ++k) expected += nth(chunk->first_seq + k);
          wrong += chunk->first_seq != next || chunk->frames != expected;
          next += chunk->count;
          if (chunk->at_end() || next % 7 == 0) next = 1 + next / 2;
        }
        (void)at.log->stats();
        (void)at.log->seek_time(5);
      }
    });
  std::thread preparer([&] {
    while (!stop) (void)at.log->prepare();
  });
  for (int round = 0; round < 150; ++round) {
    at.fill(at.log->next_seq() + 60);
    (void)at.log->drop_before(at.log->next_seq() - std::min<uint64_t>(at.log->next_seq(), 900));
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  preparer.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace leat::hub::log
