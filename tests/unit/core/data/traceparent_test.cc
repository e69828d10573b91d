// Row 164. The good and bad texts are those of W3C Trace Context, section 3.2, or a byte away from them.
#include "core/data/traceparent.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace leat {
namespace {

constexpr std::string_view kGood = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceParent, Row164ReadsWhatTheStandardWrites) {
  const auto read = TraceParent::read(kGood);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->trace[0], 0x4bf92f3577b34da6u);
  EXPECT_EQ(read->trace[1], 0xa3ce929d0e0e4736u);
  EXPECT_EQ(read->span, 0x00f067aa0ba902b7u);
  EXPECT_TRUE(read->sampled);
  EXPECT_EQ(read->text(), kGood);
  EXPECT_EQ(read->span_text(), "00f067aa0ba902b7");
}

TEST(TraceParent, Row164AnyByteOutOfPlaceIsNoTrace) {
  const std::string good(kGood);
  for (size_t at = 0; at < good.size(); ++at) {
    for (const char other : {'G', 'A', ' ', '\0', '/', ':', '`', 'g'}) {
      std::string text = good;
      text[at] = other;
      EXPECT_FALSE(TraceParent::read(text)) << text;
    }
    EXPECT_FALSE(TraceParent::read(good.substr(0, at))) << at;
  }
  EXPECT_FALSE(TraceParent::read("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
  EXPECT_FALSE(TraceParent::read("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
  EXPECT_FALSE(TraceParent::read("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
}

TEST(TraceParent, Row164ALaterVersionIsReadAsFarAsThisOneGoesAndGoesOnAsThisOne) {
  const std::string later = "cc" + std::string(kGood.substr(2));
  ASSERT_TRUE(TraceParent::read(later));
  EXPECT_EQ(TraceParent::read(later)->text(), kGood);
  EXPECT_TRUE(TraceParent::read(later + "-what-the-future-will-be-like"));
  EXPECT_FALSE(TraceParent::read(later + ".what"));
  EXPECT_FALSE(TraceParent::read(std::string(kGood) + "-what")) << "of version 00 nothing stands behind";
}

TEST(TraceParent, Row164OfTheFlagsOnlySampledGoesOn) {
  const auto with = [](std::string_view flags) { return std::string(kGood.substr(0, 53)).append(flags); };
  EXPECT_EQ(TraceParent::read(with("fe"))->text(), with("00"));
  EXPECT_EQ(TraceParent::read(with("ff"))->text(), with("01"));
}

TEST(TraceParent, Row164ASpanOfItsOwnInTheSameTrace) {
  SplitMix random(1);
  const auto came = TraceParent::read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  const TraceParent next = came->next(random);
  EXPECT_EQ(next.text().substr(0, 36), came->text().substr(0, 36));
  EXPECT_NE(next.span, came->span);
  EXPECT_FALSE(next.sampled) << "who began it did not want it recorded";
}

TEST(TraceParent, Row164NoneThatIsMadeIsEmpty) {
  // Draws nothing but zeros for a while: an id of zeros would be none.
  struct Zeros final : Random {
    uint64_t next() override { return ++drawn % 3 == 0 ? drawn : 0; }
    uint64_t drawn = 0;
  } zeros;
  const std::string text = TraceParent::fresh(zeros).text();
  EXPECT_EQ(text, "00-00000000000000030000000000000006-0000000000000009-01");
  EXPECT_TRUE(TraceParent::read(text));
}

}  // namespace
}  // namespace leat
