#include "core/hub/log/inspect.h"

#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tests/support/log_frames.h"
#include "tests/support/sim_disk.h"

namespace leat::hub::log {
namespace {

using test::SimDisk;

Options small() { return {.frame_length = test::frame_length, .segment_bytes = 16384, .batch_bytes = 700}; }

void write(SimDisk& disk, uint64_t upto) {
  SplitMix salts(1);
  auto opened = Log::open(disk, "d", small(), salts);
  ASSERT_TRUE(opened);
  Log& log = *opened->log;
  while (log.next_seq() < upto) {
    const uint64_t seq = log.next_seq();
    const std::string frame = test::frame(seq, static_cast<uint32_t>(seq % 40));
    const std::string_view runs[] = {frame};
    ASSERT_TRUE(log.append(seq, runs, {}));
  }
  ASSERT_TRUE(log.sync());
}

std::map<uint64_t, std::string> dumped(SimDisk& disk, std::vector<Gap>* gaps = nullptr) {
  std::map<uint64_t, std::string> out;
  const auto done = dump(
      disk, "d", test::frame_length, 1, [&](uint64_t seq, std::string_view frame) { return out.emplace(seq, frame).second; },
      [&](const Gap& gap) {
        if (gaps) gaps->push_back(gap);
      });
  EXPECT_TRUE(done);
  return out;
}

bool sound(const Survey& found) {
  return std::none_of(found.segments.begin(), found.segments.end(), [](const Segment& one) { return one.damaged; });
}

TEST(Inspect, ASoundLogIsSoundAndNothingIsTouched) {
  SimDisk disk(1);
  write(disk, 300);
  const SimDisk before = disk.copy();
  const auto found = verify(disk, "d");
  ASSERT_TRUE(found);
  EXPECT_TRUE(sound(*found));
  EXPECT_TRUE(found->notes.empty());
  EXPECT_EQ(found->next_seq, 300u);
  EXPECT_EQ(dumped(disk).size(), 299u);
  for (const auto& name : before.names()) EXPECT_EQ(*disk.copy().bytes(name), *before.copy().bytes(name));
}

// Whatever bytes are spoiled: repair loses none of what could be read, gives no number back, and leaves a sound folder behind it.
TEST(Inspect, RepairKeepsWhatCanBeReadAndLeavesASoundFolder) {
  SimDisk whole(1);
  write(whole, 600);
  const auto all = dumped(whole);
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    SimDisk disk = whole.copy();
    SplitMix lots(seed);
    const auto names = disk.names();
    for (uint64_t i = 0; i <= seed % 4; ++i) {
      std::string& bytes = *disk.bytes(names[lots.next() % names.size()]);
      const size_t at = lots.next() % (lots.next() % 3 == 0 ? kDataStart : bytes.size());
      for (size_t k = at; k < std::min(bytes.size(), at + lots.next() % 5000); ++k) bytes[k] = static_cast<char>(lots.next());
    }
    const auto before = dumped(disk);
    SplitMix salts(seed);
    const auto repaired = repair(disk, "d", small(), salts);
    ASSERT_TRUE(repaired) << seed;
    disk.crash();
    std::vector<Gap> gaps;
    const auto after = dumped(disk, &gaps);
    for (const auto& [seq, frame] : before) ASSERT_EQ(after.count(seq), 1u) << seed << " lost " << seq;
    for (const auto& [seq, frame] : after) ASSERT_EQ(frame, all.at(seq)) << seed;
    const auto found = verify(disk, "d");
    ASSERT_TRUE(found);
    EXPECT_GE(found->next_seq, 600u) << seed;
    EXPECT_TRUE(sound(*found) || !repaired->notes.empty()) << seed;
    uint64_t missing = 0;
    for (const Gap& gap : gaps) missing += std::min<uint64_t>(gap.to, 600) - std::min<uint64_t>(gap.from, 600);
    EXPECT_EQ(after.size() + missing, 599u) << seed;
    SplitMix more(seed);
    auto opened = Log::open(disk, "d", small(), more);
    ASSERT_TRUE(opened);
    const std::string frame = test::frame(1, 1);
    const std::string_view runs[] = {frame};
    EXPECT_TRUE(opened->log->append(opened->log->next_seq(), runs, {}));
  }
}

TEST(Inspect, ASegmentWithoutBothHeadersIsReadAgainAfterRepair) {
  SimDisk disk(1);
  write(disk, 600);
  const auto all = dumped(disk);
  std::fill_n(disk.bytes(disk.names()[1])->begin(), kDataStart, 'x');
  EXPECT_LT(dumped(disk).size(), all.size());
  SplitMix salts(2);
  const auto repaired = repair(disk, "d", small(), salts);
  ASSERT_TRUE(repaired);
  EXPECT_EQ(repaired->segments.size(), 1u);
  EXPECT_EQ(dumped(disk), all);
}

}  // namespace
}  // namespace leat::hub::log
