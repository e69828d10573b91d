// By hand, from the definition in the header.
#include <gtest/gtest.h>

#include "core/window/watermark.h"

namespace leat::window {
namespace {

Instant second(int64_t s) { return Instant(std::chrono::seconds(s)); }
constexpr Duration kFive = std::chrono::seconds(5), kTen = std::chrono::seconds(10);

TEST(Watermark, IsTheHighestTimeLessDisorder) {
  const uint16_t inputs[] = {3};
  Watermark watermark(inputs, kFive, kTen);
  EXPECT_EQ(watermark.at(), kBegin);
  watermark.arrive(3, second(0));
  EXPECT_TRUE(watermark.see(3, second(100)));
  EXPECT_EQ(watermark.at(), second(95));
  EXPECT_FALSE(watermark.see(3, second(90)));
  EXPECT_EQ(watermark.at(), second(95));
  EXPECT_FALSE(watermark.deadline());  // alone, it waits for nobody
  EXPECT_TRUE(watermark.end(3));
  EXPECT_EQ(watermark.at(), kEnd);
}

TEST(Watermark, IsTheLowestOfTheInputsThatAreNotIdle) {
  const uint16_t inputs[] = {0, 2};
  Watermark watermark(inputs, Duration(0), kTen);
  watermark.arrive(0, second(1000));
  EXPECT_FALSE(watermark.see(0, second(50)));  // 2 has said nothing yet
  EXPECT_EQ(watermark.deadline(), second(1010));
  watermark.arrive(2, second(1004));
  EXPECT_TRUE(watermark.see(2, second(20)));
  EXPECT_EQ(watermark.at(), second(20));
  EXPECT_EQ(watermark.deadline(), second(1014));
  EXPECT_FALSE(watermark.wait(second(1013)));
  watermark.arrive(0, second(1013));
  EXPECT_TRUE(watermark.wait(second(1014)));
  EXPECT_EQ(watermark.at(), second(50));
  watermark.arrive(2, second(1015));
  EXPECT_FALSE(watermark.see(2, second(30)));  // back, but time does not go back
  EXPECT_EQ(watermark.at(), second(50));
}

TEST(Watermark, WhenAllAreIdleTheHighestCounts) {
  const uint16_t inputs[] = {0, 1};
  Watermark watermark(inputs, Duration(0), kTen);
  watermark.arrive(0, second(0));
  watermark.arrive(1, second(0));
  watermark.see(0, second(50));
  watermark.see(1, second(20));
  EXPECT_TRUE(watermark.wait(second(10)));
  EXPECT_EQ(watermark.at(), second(50));
  EXPECT_FALSE(watermark.deadline());
}

TEST(Watermark, AnEndedInputHoldsNobodyUp) {
  const uint16_t inputs[] = {0, 1};
  Watermark watermark(inputs, Duration(0), kTen);
  watermark.arrive(0, second(0));
  watermark.see(0, second(50));
  EXPECT_TRUE(watermark.end(1));
  EXPECT_EQ(watermark.at(), second(50));
  EXPECT_TRUE(watermark.end(0));
  EXPECT_EQ(watermark.at(), kEnd);
}

TEST(Watermark, SumsStayAtTheEndsOfTime) {
  EXPECT_EQ(later(kEnd, kTen), kEnd);
  EXPECT_EQ(later(kBegin, -kTen), kBegin);
  EXPECT_EQ(later(second(1), kTen), second(11));
}

}  // namespace
}  // namespace leat::window
