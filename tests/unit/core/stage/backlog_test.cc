#include "core/stage/backlog.h"

#include <gtest/gtest.h>

#include "tests/support/turn.h"

namespace leat {
namespace {

class BacklogTest : public testing::Test {
 protected:
  // A batch of records "FROM" ... of `size` bytes each, committed as one position.
  void put(int from, int count, size_t size = 3, uint16_t origin = 0) {
    SlabRef slab = pool.take();
    slab->source = &name;
    slab->offset = 1000;
    for (int i = 0; i < count; ++i) {
      std::string record = std::to_string(from + i);
      record.resize(size, '.');
      slab->add(record);
    }
    backlog.put(Batch(std::move(slab), Receipt(frontier, ++end), origin), turn);
  }
  static std::vector<int> numbers(const Batch& batch) {
    std::vector<int> found;
    for (size_t i = 0; i < batch.size(); ++i) found.push_back(std::stoi(std::string(batch.record(i))));
    return found;
  }
  size_t drop_oldest(size_t bytes, size_t records = SIZE_MAX) {
    size_t dropped = 0;
    for (Batch& batch : backlog.drop_oldest(bytes, records)) {
      dropped += batch.size();
      batch.let_go();
    }
    return dropped;
  }
  std::vector<int> waiting() {
    std::vector<int> all;
    for (const Batch& batch : backlog.take())
      for (int number : numbers(batch)) all.push_back(number);
    return all;
  }

  const std::string name = "a";
  Pool pool;
  test::FakeTurn turn{Instant{}, pool};
  Frontier frontier;
  uint64_t end = 0;
  Backlog backlog;
};

TEST_F(BacklogTest, LoneRecordsShareABlock) {
  for (int i = 0; i < 1000; ++i) put(i, 1);
  EXPECT_EQ(pool.lent(), 1);
  EXPECT_EQ(backlog.bytes(), 4000u);
  const Batch* chunk = backlog.next();
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->size(), 1000u);
  EXPECT_EQ(chunk->slab().position(7), 1000u) << "a record keeps its place in the source";
  EXPECT_EQ(frontier.committed(), 0u);
  backlog.delivered(1);
  EXPECT_EQ(frontier.committed(), 1000u);
  EXPECT_TRUE(backlog.empty());
  EXPECT_EQ(backlog.bytes(), 0u);
}

TEST_F(BacklogTest, WhatWasHandedOutComesAgainAfterARewind) {
  put(1, 2);
  EXPECT_EQ(numbers(*backlog.next()), (std::vector{1, 2}));
  put(3, 1);  // not into the chunk that is under way
  EXPECT_EQ(numbers(*backlog.next()), (std::vector{3}));
  EXPECT_FALSE(backlog.next());
  backlog.rewind();
  EXPECT_EQ(numbers(*backlog.next()), (std::vector{1, 2}));
  backlog.delivered(1);
  EXPECT_EQ(numbers(*backlog.next()), (std::vector{3}));
}

TEST_F(BacklogTest, TheOldestAreDroppedByRecordAndOnlyWhatIsNotUnderWay) {
  put(0, 10);
  backlog.next();
  put(10, 10);
  put(20, 1, Backlog::kChunk);
  put(30, 10);
  EXPECT_EQ(drop_oldest(40 + 7 * 4 + Backlog::kChunk + 1 + 40), 3u);
  EXPECT_EQ(drop_oldest(40 + 5 * 4), 7u + 1u + 5u);
  EXPECT_EQ(backlog.bytes(), 60u);
  EXPECT_EQ(frontier.committed(), 0u) << "the first chunk is still owed";
  backlog.delivered(1);
  EXPECT_EQ(waiting(), (std::vector{35, 36, 37, 38, 39}));
  EXPECT_EQ(frontier.committed(), 3u) << "what was dropped by policy is done with";
}

TEST_F(BacklogTest, TheOldestAreDroppedByCountToo) {
  put(0, 5);
  put(5, 20000);
  EXPECT_EQ(drop_oldest(SIZE_MAX, 20000), 5u);
  EXPECT_EQ(drop_oldest(SIZE_MAX, 3), 19997u);
  EXPECT_EQ(backlog.records(), 3u);
  EXPECT_EQ(backlog.bytes(), 12u);
}

TEST_F(BacklogTest, TheOldestChunkIsTakenForGood) {
  put(0, 2000, 20);
  put(100, 2);
  Batch oldest = backlog.pop();
  EXPECT_EQ(oldest.size(), 2000u);
  oldest.let_go();
  EXPECT_EQ(backlog.records(), 2u);
  Batch next = backlog.pop();
  EXPECT_EQ(numbers(next), (std::vector{100, 101}));
  next.let_go();
  EXPECT_TRUE(backlog.empty());
  EXPECT_EQ(backlog.bytes(), 0u);
  EXPECT_EQ(frontier.pending(), 0u);
  EXPECT_EQ(frontier.lost(), 0u);
}

TEST_F(BacklogTest, RecordsOfTwoInputsDoNotShareAChunk) {
  put(1, 1);
  put(2, 1, 3, 1);
  Batch first = backlog.pop();
  EXPECT_EQ(numbers(first), std::vector{1});
  EXPECT_EQ(first.origin(), 0);
  first.let_go();
  Batch second = backlog.pop();
  EXPECT_EQ(second.origin(), 1);
  second.let_go();
}

TEST_F(BacklogTest, AChunkIsHandedOutInPartsOfSoManyRecords) {
  put(0, 7);
  put(7, 1, Backlog::kChunk);
  EXPECT_EQ(numbers(*backlog.next(3)), (std::vector{0, 1, 2}));
  EXPECT_EQ(numbers(*backlog.next(3)), (std::vector{3, 4, 5}));
  EXPECT_FALSE(backlog.all_out());
  EXPECT_EQ(numbers(*backlog.next(1)), (std::vector{6}));
  EXPECT_EQ(numbers(*backlog.next(1)), (std::vector{7}));
  EXPECT_TRUE(backlog.all_out());
  EXPECT_EQ(backlog.records(), 8u);
  EXPECT_EQ(backlog.bytes(), 7u * 4 + Backlog::kChunk + 1);
  backlog.delivered(2);
  EXPECT_EQ(frontier.committed(), 0u) << "a part of the batch is still owed";
  EXPECT_EQ(backlog.bytes(), 4u + Backlog::kChunk + 1);
  backlog.delivered(2);
  EXPECT_EQ(frontier.committed(), 2u);
  EXPECT_EQ(backlog.bytes(), 0u);
}

TEST_F(BacklogTest, WhatIsTakenAndLetGoUndeliveredIsLost) {
  put(1, 1);
  backlog.take();
  EXPECT_EQ(frontier.lost(), 1u);
}

}  // namespace
}  // namespace leat
