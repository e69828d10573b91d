// The buffer between a source and a reader that has room or has none.
#include <gtest/gtest.h>

#include <numeric>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

constexpr Port kOverflow = 2;

// A turn in which the reader takes `room` records and has no room after them.
class ReaderTurn final : public test::FakeTurn {
 public:
  ReaderTurn(Pool& pool, size_t& room, bool& held) : FakeTurn(Instant{}, pool), room_(room), held_(held) {}
  bool full() const override { return room_ == 0; }
  void hold(bool is) override { held_ = is; }
  void emit(Port port, Batch&& batch) override {
    if (port == kOut) room_ -= std::min(room_, batch.size());
    FakeTurn::emit(port, std::move(batch));
  }

 private:
  size_t& room_;
  bool& held_;
};

class BufferTest : public testing::Test {
 protected:
  void make(std::string_view size, std::string_view policy, std::string_view bytes = "1MiB") {
    FieldPlan plan;
    const uint16_t input = 0;
    MakeContext context{};
    context.fields = &plan;
    context.inputs = {&input, 1};
    auto made = kBuffer.make(test::settings_of(kBuffer, {{"size", size}, {"when_full", policy}, {"bytes", bytes}}), context);
    ASSERT_TRUE(made) << made.error().text;
    buffer = std::move(*made);
  }

  // Brings records numbered on from the last; a batch of them.
  void bring(int count) {
    std::vector<int> records(static_cast<size_t>(count));
    std::iota(records.begin(), records.end(), brought + 1);
    bring(records);
  }
  void bring(const std::vector<int>& records) {
    SlabRef slab = pool.take();
    for (const int record : records) slab->add(std::to_string(record));
    brought += static_cast<int>(records.size());
    Batch batch(std::move(slab), Receipt(frontier, static_cast<uint64_t>(brought)), 0);
    Batch entered = batch.share();
    ReaderTurn turn(pool, room, held);
    buffer->process(batch, turn);
    if (!batch.empty()) turn.emit(kOut, std::move(batch));
    batch.let_go();
    for (const auto& [record, reason] : turn.failures) failed.push_back(std::stoi(std::string(entered.slab().record(record))));
    entered.let_go();
    take(turn);
  }
  void has_room(size_t for_records) {
    room = for_records;
    ReaderTurn turn(pool, room, held);
    buffer->room(turn);
    take(turn);
  }
  void finish() {
    ReaderTurn turn(pool, room, held);
    buffer->finish(turn, false);
    take(turn);
  }
  void take(ReaderTurn& turn) {
    for (auto& [port, batch] : turn.emitted) {
      for (size_t i = 0; i < batch.size(); ++i) (port == kOut ? out : overflow).push_back(std::stoi(std::string(batch.record(i))));
      batch.let_go();
    }
  }
  static std::vector<int> from_to(int from, int to) {
    std::vector<int> all;
    for (int i = from; i <= to; ++i) all.push_back(i);
    return all;
  }

  Pool pool;
  Frontier frontier;
  size_t room = 0;
  bool held = false;
  int brought = 0;
  std::vector<int> out, overflow, failed;
  std::unique_ptr<Stage> buffer;
};

TEST_F(BufferTest, WithRoomBelowEverythingPassesAtOnce) {
  make("1", "block");
  room = 100;
  bring(50);
  EXPECT_EQ(out, from_to(1, 50));
  EXPECT_FALSE(held);
  EXPECT_EQ(frontier.committed(), 50u);
}

TEST_F(BufferTest, BlockHoldsTheSourceFromFullToHalf) {
  make("4", "block");
  bring(3);
  EXPECT_FALSE(held);
  EXPECT_EQ(frontier.committed(), 0u) << "what waits is not delivered";
  bring(1);
  EXPECT_TRUE(held);
  bring(2);  // a batch that was under way already
  has_room(0);
  EXPECT_TRUE(held);
  EXPECT_TRUE(out.empty());
  has_room(6);
  EXPECT_FALSE(held);
  EXPECT_EQ(out, from_to(1, 6));
  EXPECT_EQ(frontier.committed(), 6u);
}

TEST_F(BufferTest, OrderIsKeptThoughRoomComesBeforeWhatWaitsHasGone) {
  make("1000", "block");
  bring(3);
  room = 1;
  bring(2);
  EXPECT_EQ(out, from_to(1, 3)) << "what waited first fills the room";
  bring(1);
  EXPECT_EQ(out.size(), 3u);
  finish();
  EXPECT_EQ(out, from_to(1, 6));
}

TEST_F(BufferTest, DropNewestKeepsTheFirst) {
  make("4", "drop-newest");
  bring(3);
  bring(3);
  bring(2);
  EXPECT_EQ(overflow, from_to(5, 8));
  EXPECT_FALSE(held);
  finish();
  EXPECT_EQ(out, from_to(1, 4));
  EXPECT_EQ(frontier.committed(), 8u);
}

TEST_F(BufferTest, DropOldestKeepsTheLast) {
  make("4", "drop-oldest");
  bring(3);
  bring(3);
  bring(2);
  EXPECT_EQ(overflow, from_to(1, 4));
  finish();
  EXPECT_EQ(out, from_to(5, 8));
  EXPECT_EQ(frontier.committed(), 8u);
}

TEST_F(BufferTest, DlqFailsWhatDoesNotFit) {
  make("2", "dlq");
  bring(5);
  EXPECT_EQ(failed, from_to(3, 5));
  finish();
  EXPECT_EQ(out, from_to(1, 2));
}

TEST_F(BufferTest, BytesAreABoundTooEachRecordWithItsEnd) {
  make("100", "drop-newest", "6");
  bring(5);
  EXPECT_EQ(overflow, from_to(4, 5));
}

// One that is too long stops none behind it, whether it comes with them or alone.
TEST_F(BufferTest, WhatDoesNotFitStopsNoneBehindIt) {
  for (const char* policy : {"drop-newest", "dlq"})
    for (const bool together : {true, false}) {
      make("100", policy, "8");
      out.clear(), overflow.clear(), failed.clear();
      const std::vector<int> script{1, 1234567, 2, 12345678, 3, 4, 5};  // 1, 2, 3 and 4 take two bytes each with their ends
      if (together)
        bring(script);
      else
        for (int record : script) bring(std::vector<int>{record});
      finish();
      EXPECT_EQ(out, from_to(1, 4)) << policy << together;
      overflow.insert(overflow.end(), failed.begin(), failed.end());
      EXPECT_EQ(overflow, (std::vector<int>{1234567, 12345678, 5})) << policy << together;
    }
}

TEST_F(BufferTest, WhatIsDroppedIsDoneWithThoughOthersWait) {
  make("4", "drop-newest");
  bring(4);
  for (int i = 0; i < 100; ++i) bring(1);
  EXPECT_EQ(frontier.pending(), 1u) << "the receipt of what waits, and of nothing else";
  finish();
  EXPECT_EQ(frontier.committed(), 104u);
}

TEST_F(BufferTest, WhateverTheBatchesTheSameRecordsAreDropped) {
  for (const char* policy : {"drop-newest", "drop-oldest", "dlq"}) {
    std::vector<int> first;
    for (int size : {1, 2, 7, 30}) {
      make("10", policy);
      brought = 0, out.clear(), overflow.clear(), failed.clear();
      for (int left = 30; left > 0; left -= size) bring(std::min(left, size));
      finish();
      std::vector<int> gone = overflow;
      gone.insert(gone.end(), failed.begin(), failed.end());
      EXPECT_EQ(out.size() + gone.size(), 30u);
      if (size == 1) first = gone;
      EXPECT_EQ(gone, first) << policy << " in batches of " << size;
    }
  }
}

}  // namespace
}  // namespace leat
