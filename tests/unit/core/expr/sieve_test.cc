// Sieve. Its law: what it takes out of a batch the filter would not have let pass; what it cannot know it leaves in.
#include "core/expr/sieve.h"

#include <functional>

#include <gtest/gtest.h>

#include "core/codec/json_format.h"
#include "core/codec/lines.h"

namespace leat::expr {
namespace {

using Lines = std::vector<std::string>;

Lines kept(const Needle& needle, const Format& format, const Lines& records, bool trusted) {
  Pool pool;
  SlabRef slab = pool.take();
  slab->format = &format;
  for (const std::string& record : records) slab->add(record);
  Batch batch(std::move(slab), {}, 0);
  Sieve(needle).keep(batch, trusted);
  Lines out;
  for (size_t i = 0; i < batch.size(); ++i) out.emplace_back(batch.record(i));
  batch.let_go();
  return out;
}

const Needle kPart{"web-1", false, false}, kField{"web-1", false, true}, kWhole{"web-1", true, true};

TEST(Sieve, KeepsLinesThatHoldTheText) {
  const Lines records{"web-1", "web-2", "", "a web-10 b", "web", "-1", "\xff web-1", "\xff"};
  for (const Format* format : {&lines_format(), &nul_format()})
    for (const bool trusted : {false, true})
      EXPECT_EQ(kept(kPart, *format, records, trusted), (Lines{"web-1", "a web-10 b", "\xff web-1"}));
}

TEST(Sieve, ATextAcrossTwoLinesIsInNeither) {
  EXPECT_EQ(kept({"b", false, false}, lines_format(), {"a", "cb", "a"}, false), (Lines{"cb"}));
}

TEST(Sieve, LeavesJsonInUnlessTrusted) {
  const Lines records{R"({"a":"web-1"})", R"({"a":"web-2"})", "{no JSON"};
  EXPECT_EQ(kept(kField, json_format(), records, false), records);
  EXPECT_EQ(kept(kField, json_format(), records, true), (Lines{records[0]}));
}

TEST(Sieve, LeavesInWhatMayFailOtherwise) {
  const Lines records{R"({"a":"web-2"})", "5"};
  EXPECT_EQ(kept(kPart, json_format(), records, true), records);    // the record is no string, which is a failure
  EXPECT_EQ(kept(kField, lines_format(), records, true), records);  // and a line has no field
}

TEST(Sieve, LeavesInWhatMaySpellTheTextOtherwise) {
  const Lines records{R"({"a":"web\u002d1"})", R"({"a":"web\/1"})", R"({"a":"\u0077"})", R"({"a":"\u00e9 \n \\ \" \u2014 \u000a"})"};
  EXPECT_EQ(kept(kWhole, json_format(), records, true), (Lines{records[0], records[1], records[2]}));
}

TEST(Sieve, AWholeStringStandsBetweenQuotes) {
  const Lines records{R"({"a":"web-1"})", R"({"a":"web-10"})", R"({"web-1":2})", R"({"a":"my web-1"})"};
  EXPECT_EQ(kept(kWhole, json_format(), records, true), (Lines{records[0], records[2]}));
}

TEST(Sieve, DoesNotLookInJsonForWhatIsEscapedThere) {
  for (const char* text : {"\"", "\\", "a\tb", "\x7f"}) {
    const Lines records{"{}", "[]"};
    EXPECT_EQ(kept({text, false, true}, json_format(), records, true), records);
  }
}

TEST(Sieve, RestsWhereMostRecordsHoldIt) {
  Pool pool;
  Sieve sieve(kPart);
  const auto size = [&](const Lines& records) {
    SlabRef slab = pool.take();
    slab->format = &lines_format();
    for (const std::string& record : records) slab->add(record);
    Batch batch(std::move(slab), {}, 0);
    sieve.keep(batch, false);
    const size_t left = batch.size();
    batch.let_go();
    return left;
  };
  EXPECT_EQ(size({"web-1", "x"}), 1u);  // half of them hold it: the next batches are let through
  for (int i = 0; i < 64; ++i) EXPECT_EQ(size({"x", "x", "x"}), 3u);
  EXPECT_EQ(size({"x", "x", "x"}), 0u);  // then it looks again, and goes on
  EXPECT_EQ(size({"x", "x", "x"}), 0u);
}

}  // namespace
}  // namespace leat::expr
