#include "core/io/outbox.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

SlabRef slab(Pool& pool, size_t size, char fill) {
  SlabRef made = pool.take();
  made->append(std::string(size, fill));
  return made;
}

TEST(Outbox, BytesLeaveInOrderWhateverTheirPieces) {
  Pool pool;
  Outbox outbox;
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    const size_t size = i % 3 == 0 ? Outbox::kGather + 7 : 11;
    outbox.put(slab(pool, size, static_cast<char>('a' + i)));
    outbox.tail() += "-";
    expected += std::string(size, static_cast<char>('a' + i)) + "-";
  }
  EXPECT_EQ(outbox.bytes(), expected.size());
  std::string sent;
  for (size_t step = 1; !outbox.empty(); step = step * 3 % 70001) {
    const auto next = outbox.front().substr(0, step);
    sent += next;
    outbox.sent(next.size());
  }
  EXPECT_EQ(sent, expected);
  EXPECT_EQ(outbox.bytes(), 0u);
}

TEST(Outbox, AReceiptIsDeliveredWithItsLastByteAndNotBefore) {
  Frontier frontier;
  Outbox outbox;
  for (uint64_t i = 1; i <= 3; ++i) {
    outbox.tail() += "abc";
    outbox.owe(Receipt(frontier, i), 1);
  }
  outbox.front();
  EXPECT_EQ(outbox.sent(2), 0u);
  EXPECT_EQ(frontier.committed(), 0u);
  EXPECT_EQ(outbox.sent(1), 1u);
  EXPECT_EQ(frontier.committed(), 1u);
  EXPECT_EQ(outbox.sent(6), 2u);
  EXPECT_EQ(frontier.committed(), 3u);
}

TEST(Outbox, WhatIsClearedIsLost) {
  Frontier frontier;
  Outbox outbox;
  outbox.tail() += "abc";
  outbox.owe(Receipt(frontier, 3), 1);
  outbox.front();
  outbox.sent(1);
  outbox.clear();
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(frontier.lost(), 1u);
  outbox.tail() += "d";
  outbox.owe(Receipt(frontier, 4), 1);
  EXPECT_EQ(outbox.front(), "d");
  EXPECT_EQ(outbox.sent(1), 1u);
  EXPECT_EQ(frontier.committed(), 0u);
}

TEST(Outbox, ABatchOfWhichNothingWasWrittenIsDeliveredInItsTurn) {
  Frontier frontier;
  Outbox outbox;
  outbox.tail() += "abc";
  outbox.owe(Receipt(frontier, 1), 1);
  outbox.owe(Receipt(frontier, 2), 0);
  EXPECT_EQ(outbox.sent(0), 0u);
  EXPECT_EQ(frontier.pending(), 2u);
  outbox.front();
  outbox.sent(3);
  EXPECT_EQ(frontier.committed(), 2u);
}

}  // namespace
}  // namespace leat
