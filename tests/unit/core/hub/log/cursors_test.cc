#include "core/hub/log/cursors.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "tests/support/sim_disk.h"

namespace leat::hub::log {
namespace {

using test::SimDisk;

std::unique_ptr<Cursors> open(SimDisk& disk) {
  auto opened = Cursors::open(disk, "d");
  if (!opened) ADD_FAILURE() << opened.error().text;
  return std::move(*opened);
}

TEST(Cursors, RangesJoinTheFloorAndEachOther) {
  SimDisk disk(1);
  const auto cursors = open(disk);
  ASSERT_TRUE(cursors->put("a", {10, {{20, 25}, {10, 12}, {24, 30}, {5, 7}, {40, 40}}, {{11, 2}, {15, 3}, {26, 1}, {31, 9}}}));
  const Cursor* at = cursors->find("a");
  EXPECT_EQ(at->floor, 12u);
  EXPECT_EQ(at->acked, (std::vector<std::pair<uint64_t, uint64_t>>{{20, 30}}));
  EXPECT_EQ(at->deliveries, (std::vector<std::pair<uint64_t, uint32_t>>{{15, 3}, {31, 9}}));
  ASSERT_TRUE(cursors->put("a", {3, {}, {}}));
  EXPECT_EQ(cursors->find("a")->floor, 12u);  // never back
  ASSERT_TRUE(cursors->put("b", {7, {}, {}}));
  EXPECT_EQ(cursors->lowest(), 7u);
  EXPECT_EQ(cursors->highest(), 12u);
}

TEST(Cursors, RefusesWhatIsOutOfBoundsAndChangesNothing) {
  SimDisk disk(1);
  const auto cursors = open(disk);
  EXPECT_FALSE(cursors->put("", {}));
  EXPECT_FALSE(cursors->put(std::string(Cursors::kName + 1, 'x'), {}));
  Cursor wide;
  for (uint64_t i = 0; i <= Cursors::kAcked; ++i) wide.acked.emplace_back(10 + 2 * i, 11 + 2 * i);
  EXPECT_FALSE(cursors->put("a", wide));
  for (size_t i = 0; i < Cursors::kCursors; ++i) ASSERT_TRUE(cursors->put("c" + std::to_string(i), {}));
  EXPECT_FALSE(cursors->put("one more", {}));
  EXPECT_EQ(cursors->find("a"), nullptr);
}

TEST(Cursors, TheFileStaysSmallHoweverOftenTheyMove) {
  SimDisk disk(1);
  const auto cursors = open(disk);
  Cursor at;
  for (uint64_t i = 0; i < 500; ++i) at.acked.emplace_back(1000000 + 2 * i, 1000001 + 2 * i);
  for (uint64_t i = 1; i < 2000; ++i) {
    at.floor = i;
    ASSERT_TRUE(cursors->put("a", at));
    ASSERT_TRUE(cursors->flush());
    ASSERT_LE(disk.bytes("d/cursors")->size(), Cursors::kSlack + 5 * 8200u);
  }
  EXPECT_EQ(open(disk)->all(), cursors->all());
}

// What was flushed is there after a crash, or something newer; never something older, and never something else.
TEST(Cursors, FloorsSurviveCrashesAndFailures) {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    SimDisk disk(seed);
    SplitMix lots(seed);
    uint64_t flushed[3] = {1, 1, 1}, tried[3] = {1, 1, 1};
    for (int life = 0; life < 3; ++life) {
      auto cursors = open(disk);
      for (int i = 0; i < 3; ++i) {
        const Cursor* at = cursors->find(std::string(1, static_cast<char>('a' + i)));
        const uint64_t floor = at ? at->floor : 1;
        ASSERT_GE(floor, flushed[i]) << seed;
        ASSERT_LE(floor, tried[i]) << seed;
        tried[i] = floor;
      }
      for (uint64_t step = lots.next() % 20; step > 0; --step) {
        const size_t i = lots.next() % 3;
        tried[i] += lots.next() % 5;
        ASSERT_TRUE(cursors->put(std::string(1, static_cast<char>('a' + i)), {tried[i], {{tried[i] + 2, tried[i] + 3}}, {}}));
        if (lots.next() % 6 == 0)
          disk.fail(1 + static_cast<int>(lots.next() % 6), lots.next() % 2 ? SimDisk::Fault::eio : SimDisk::Fault::enospc, 2);
        if (lots.next() % 2 && cursors->flush()) std::copy(tried, tried + 3, flushed);
      }
      if (lots.next() % 4) disk.crash();
      disk.heal();
    }
  }
}

TEST(Cursors, AnyCutAndAnyFlippedBitCostOneCursorAtMost) {
  SimDisk whole(1);
  const auto cursors = open(whole);
  const std::string names[] = {"a", "bb", "ccc", "dddd"};
  for (const auto& name : names) ASSERT_TRUE(cursors->put(name, {5 + name.size(), {{50, 60}}, {{40, 2}}}));
  ASSERT_TRUE(cursors->flush());
  const std::string bytes = *whole.bytes("d/cursors");
  for (size_t at = 0; at < bytes.size(); ++at)
    for (const bool cut : {false, true}) {
      SimDisk disk(2);
      std::string now = bytes;
      if (cut)
        now.resize(at);
      else
        now[at] ^= static_cast<char>(1 << at % 8);
      disk.put("d/cursors", now);
      const auto found = open(disk);
      size_t right = 0;
      for (const auto& [name, cursor] : found->all()) {
        ASSERT_NE(cursors->find(name), nullptr);
        ASSERT_EQ(cursor, *cursors->find(name));
        ++right;
      }
      if (cut)
        EXPECT_GE(right, at * 4 / bytes.size() - (at * 4 / bytes.size() > 0));
      else
        EXPECT_GE(right, 3u);
      EXPECT_EQ(found->lost() > 0, right < 4 && !(cut && at % (bytes.size() / 4) == 0)) << at;
    }
}

TEST(Cursors, AnErasedOneStaysErased) {
  SimDisk disk(1);
  auto cursors = open(disk);
  ASSERT_TRUE(cursors->put("a", {4, {}, {}}));
  ASSERT_TRUE(cursors->put("b", {5, {}, {}}));
  ASSERT_TRUE(cursors->flush());
  cursors->erase("a");
  ASSERT_TRUE(cursors->flush());
  disk.crash();
  cursors = open(disk);
  EXPECT_EQ(cursors->find("a"), nullptr);
  EXPECT_EQ(cursors->find("b")->floor, 5u);
}

}  // namespace
}  // namespace leat::hub::log
