#include "core/data/receipt.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

TEST(Receipt, CommitsOnlyTheContiguousDeliveredPrefix) {
  Frontier frontier(100);
  Receipt first(frontier, 110), second(frontier, 120);
  std::move(second).deliver();
  EXPECT_EQ(frontier.committed(), 100u);
  std::move(first).deliver();
  EXPECT_EQ(frontier.committed(), 120u);
  EXPECT_EQ(frontier.pending(), 0u);
}

TEST(Receipt, DroppedWithoutDeliverIsLostForGood) {
  Frontier frontier;
  { Receipt lost(frontier, 10); }
  Receipt next(frontier, 20);
  std::move(next).deliver();
  EXPECT_EQ(frontier.committed(), 0u);
  EXPECT_EQ(frontier.lost(), 1u);
}

TEST(Receipt, OneHolderThatLosesSpoilsTheShares) {
  Frontier frontier;
  Receipt one(frontier, 10);
  {
    Receipt two = one.share();
    std::move(one).deliver();
    EXPECT_EQ(frontier.pending(), 1u);
  }
  EXPECT_EQ(frontier.committed(), 0u);
  EXPECT_EQ(frontier.lost(), 1u);
}

TEST(Receipt, JointPromiseSettlesEveryPart) {
  Frontier a, b;
  std::vector<Receipt> parts;
  parts.emplace_back(a, 1);
  parts.emplace_back(b, 2);
  Receipt joint = Receipt::join(std::move(parts));
  EXPECT_EQ(a.pending() + b.pending(), 2u);
  std::move(joint).deliver();
  EXPECT_EQ(a.committed(), 1u);
  EXPECT_EQ(b.committed(), 2u);
}

TEST(Receipts, KeepsOneSharePerBatch) {
  Frontier frontier;
  Receipts kept;
  Receipt batch(frontier, 10);
  for (int i = 0; i < 3; ++i) kept.keep(batch);
  EXPECT_EQ(kept.size(), 1u);
  std::move(batch).deliver();
  EXPECT_EQ(frontier.pending(), 1u);
  kept.join().deliver();
  EXPECT_TRUE(kept.empty());
  EXPECT_EQ(frontier.committed(), 10u);
}

TEST(Receipts, TakenAndSharedPromisesAreSettledOnce) {
  Frontier frontier;
  Receipt first(frontier, 1), second(frontier, 2);
  Receipts a, b, both;
  a.keep(first), a.keep(second), b.keep(second);
  a.share_into(both);
  both.take(std::move(b));
  std::move(first).deliver(), std::move(second).deliver();
  a.deliver();
  EXPECT_EQ(frontier.pending(), 2u);
  both.deliver();
  EXPECT_EQ(frontier.committed(), 2u);
}

}  // namespace
}  // namespace leat
