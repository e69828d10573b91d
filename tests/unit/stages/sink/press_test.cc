#include "stages/sink/press.h"

#include <gtest/gtest.h>

namespace leat {
namespace {

// Everything in the outbox, sent; answers how many records that delivered.
uint64_t send(Outbox& outbox, std::string& sent) {
  uint64_t records = outbox.sent(0);
  for (std::string_view next = outbox.front(); !next.empty(); next = outbox.front()) {
    sent += next;
    records += outbox.sent(next.size());
  }
  return records;
}

// What a reader can make of the bytes so far; "|" behind it: the stream is not whole.
std::string readable(Compression with, std::string_view packed) {
  const auto inflate = make_inflate(with);
  std::string text, buffer(1 << 16, '\0');
  for (size_t made = 1; made > 0 || !packed.empty();) {
    const auto step = inflate->step(packed, buffer.data(), buffer.size());
    if (!step) return text + "|" + step.error().text;
    text.append(buffer, 0, made = *step);
  }
  return inflate->finish() ? text : text + "|";
}

class PressTest : public testing::TestWithParam<Compression> {
 protected:
  Frontier frontier;
  Outbox outbox;
  Press press{outbox, Packing{GetParam(), 0}};
  std::string sent;

  void give(std::string_view text, uint64_t end) {
    press.tail() += text;
    press.owe(Receipt(frontier, end), 1);
  }
};

TEST_P(PressTest, WhatThePackerHoldsIsOwedUntilItLetsGo) {
  give("one\n", 1);
  give("two\n", 2);
  send(outbox, sent);
  EXPECT_EQ(frontier.committed(), 0u) << "nothing can be read of it yet";
  press.flush();
  EXPECT_EQ(frontier.committed(), 0u) << "nor has it been sent";
  EXPECT_EQ(send(outbox, sent), 2u);
  EXPECT_EQ(frontier.committed(), 2u);
  EXPECT_EQ(readable(GetParam(), sent), "one\ntwo\n|");
  press.flush();
  EXPECT_TRUE(outbox.empty()) << "nothing new, nothing to say";
  give("three\n", 3);
  press.finish();
  EXPECT_EQ(send(outbox, sent), 1u);
  EXPECT_EQ(readable(GetParam(), sent), "one\ntwo\nthree\n");
  press.finish();
  press.flush();
  EXPECT_TRUE(outbox.empty()) << "a stream ends once";
}

TEST_P(PressTest, HoldsABoundedPart) {
  Pool pool;
  uint64_t given = 0;
  while (frontier.committed() == 0) {
    SlabRef slab = pool.take();
    slab->append(std::string(100'000, 'x'));
    press.put(std::move(slab));
    press.owe(Receipt(frontier, given += 100'000), 1);
    send(outbox, sent);
    ASSERT_LE(given, Press::kMost + 100'000);
    EXPECT_EQ(pool.lent(), 0) << "no slab is kept";
  }
  EXPECT_EQ(readable(GetParam(), sent), std::string(given, 'x') + "|");
}

TEST_P(PressTest, BatchesOfWhichNothingIsWrittenAreNotHeldForEver) {
  for (uint64_t i = 1; i <= 5000; ++i) {
    press.owe(Receipt(frontier, i), 0);
    send(outbox, sent);
  }
  EXPECT_GT(frontier.committed(), 3000u);
  EXPECT_EQ(sent, "");
}

TEST_P(PressTest, BegunAgainItIsAStreamOfItsOwnAndTheOldIsLost) {
  give("lost\n", 1);
  press.restart();
  outbox.clear();
  EXPECT_EQ(frontier.lost(), 1u);
  give("new\n", 2);
  press.finish();
  send(outbox, sent);
  EXPECT_EQ(readable(GetParam(), sent), "new\n");
}

TEST_P(PressTest, LetGoNothingIsOwed) {
  give("one\n", 1);
  press.let_go();
  EXPECT_EQ(frontier.committed(), 1u);
}

TEST_P(PressTest, AnEmptyStreamIsAWholeOne) {
  press.finish();
  send(outbox, sent);
  EXPECT_NE(sent, "");
  EXPECT_EQ(readable(GetParam(), sent), "");
}

INSTANTIATE_TEST_SUITE_P(Both, PressTest, testing::Values(Compression::gzip, Compression::zstd),
                         [](const auto& made) { return made.param == Compression::gzip ? "gzip" : "zstd"; });

TEST(Press, WithoutPackingItIsTheOutbox) {
  Frontier frontier;
  Outbox outbox;
  Press press(outbox, {});
  press.tail() += "as it is";
  press.owe(Receipt(frontier, 1), 1);
  press.flush();
  std::string sent;
  EXPECT_EQ(send(outbox, sent), 1u);
  press.finish();
  send(outbox, sent);
  EXPECT_EQ(sent, "as it is");
}

}  // namespace
}  // namespace leat
