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

}  // namespace
}  // namespace leat
