#include "core/codec/json_skim.h"

#include <algorithm>
#include <array>
#include <random>

#include <gtest/gtest.h>

#include "core/codec/json_reader.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

using Kind = Column::Kind;

std::string_view bytes(const Slab& slab, const Column& column) {
  const uint32_t quote = column.kind == Kind::string;
  return slab.text().substr(column.begin - quote, column.size + 2 * quote);
}

// One record read both ways under one plan.
class Pair {
  Pool pool_;  // outlives the slab

 public:
  explicit Pair(const std::vector<FieldPlan::Path>& paths) {
    for (const auto& path : paths) plan_.slot(path);
    skimmer_ = json_skimmer(plan_);
    walker_ = json_reader(plan_);
    skimmed.resize(plan_.width());
    walked.resize(plan_.width());
  }

  void read(const std::string& record) {
    slab = pool_.take();
    slab->add(record);
    skimmer_->prepare(*slab, 1);
    walker_->prepare(*slab, 1);
    skims = skimmer_->read(*slab, 0, skimmed.data());
    walks = walker_->read(*slab, 0, walked.data());
  }

  const std::string& skim_reason() const { return skimmer_->reason(); }
  const std::string& walk_reason() const { return walker_->reason(); }

  SlabRef slab;
  bool skims = false, walks = false;
  std::vector<Column> skimmed, walked;

 private:
  FieldPlan plan_;
  std::unique_ptr<Reader> skimmer_, walker_;
};

const std::vector<FieldPlan::Path> kPaths{{"a"}, {"a", "b"}, {"longer than eight"}, {"c", "a", "b"}, {"c"}, {"b"}};

class Maker {
 public:
  std::string object(int depth) {
    std::vector<std::string> keys{"a", "b", "c", "longer than eight", "longer than nine", "d", ""};
    std::shuffle(keys.begin(), keys.end(), random_);
    keys.resize(below(keys.size() + 1));
    std::string out = "{" + blank();
    for (size_t i = 0; i < keys.size(); ++i)
      out += (i ? "," + blank() : "") + "\"" + keys[i] + "\"" + blank() + ":" + blank() + value(depth - 1) + blank();
    return out + "}";
  }
  size_t below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }
  std::string blank() { return std::array<const char*, 6>{"", "", "", " ", "\t", "  \n"}[below(6)]; }

 private:
  std::string value(int depth) {
    if (depth > 0 && below(3) == 0) return object(depth);
    if (depth > 0 && below(4) == 0) return "[" + blank() + value(depth - 1) + "," + value(depth - 1) + "]";
    static const std::vector<std::string> kPlain{"0",
                                                 "-12.5e3",
                                                 "true",
                                                 "false",
                                                 "null",
                                                 R"("")",
                                                 R"("x")",
                                                 R"("a \" b")",
                                                 R"("\\")",
                                                 R"("{[}]\u00e9 and more than sixteen")",
                                                 "\"\u00e9\"",
                                                 "[]",
                                                 "{}",
                                                 R"("exactly sixteen!")",
                                                 R"("a long text without anything in it that stands out")"};
    return kPlain[below(kPlain.size())];
  }
  std::mt19937 random_{7};
};

TEST(JsonSkim, SeesWhatTheValidatingWalkSees) {
  Maker maker;
  for (const auto& paths : {kPaths, {{"b"}}, {{"c", "a", "b"}}, {{"a", "b"}, {"c", "b"}}}) {
    Pair pair(paths);
    for (int round = 0; round < 20'000; ++round) {
      const std::string record = maker.blank() + maker.object(4);
      pair.read(record);
      ASSERT_TRUE(pair.skims && pair.walks) << record;
      for (size_t i = 0; i < pair.walked.size(); ++i) {
        const Column &mine = pair.skimmed[i], &theirs = pair.walked[i];
        ASSERT_EQ(mine.kind, theirs.kind) << record;
        if (mine.kind == Kind::missing) continue;
        ASSERT_EQ(mine.begin, theirs.begin) << record;
        ASSERT_EQ(mine.size, theirs.size) << record;
        ASSERT_EQ(mine.form, theirs.form) << record;
      }
    }
  }
}

TEST(JsonSkim, HandsOutOnlyJsonAndRefusesOnlyWhatIsNone) {
  Maker maker;
  Pair pair(kPaths);
  size_t refused = 0, trusted = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string record = maker.object(3);
    for (size_t times = maker.below(3) + 1; times > 0; --times) {
      const size_t at = maker.below(record.size());
      if (maker.below(4) == 0)
        record.resize(at + 1);
      else
        record[at] = std::string_view("\"\\{}[],:01 tn\x01\xff")[maker.below(15)];
    }
    pair.read(record);
    if (!pair.skims) {
      ++refused;
      ASSERT_FALSE(pair.walks) << record;
      ASSERT_EQ(pair.skim_reason(), pair.walk_reason());
      continue;
    }
    trusted += !pair.walks;
    for (const Column& column : pair.skimmed)
      if (column.kind != Kind::missing && column.kind != Kind::wrong) {
        ASSERT_FALSE(json::fault(bytes(*pair.slab, column))) << record;
      }
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(trusted, 1000u);
}

TEST(JsonSkim, LooksNoFurtherThanTheLastField) {
  Pair pair({{"a"}});
  for (const char* record : {R"({"a":1,garbage)", R"({"a":1)", R"({"x":[},"a":1})", R"({"x":01,"a":1})", R"({"x":"\q","a":1}})"}) {
    pair.read(record);
    EXPECT_TRUE(pair.skims) << record;
    EXPECT_FALSE(pair.walks) << record;
    EXPECT_EQ(bytes(*pair.slab, pair.skimmed[0]), "1") << record;
  }
  for (const char* record : {R"({"a":01})", R"({"a":"\q"})", "{\"a\":\"\xff\"}", "{\"a\":\"\t\"}", R"({"a":tru})", R"({"x" 1,"a":1})",
                             R"({"x":"1,"a":1})", "[", ""}) {
    pair.read(record);
    EXPECT_FALSE(pair.skims) << record;
    EXPECT_EQ(pair.skim_reason(), pair.walk_reason());
  }
}

TEST(JsonSkim, OfAKeyThatStandsTwiceTheFirstCounts) {
  Pair pair({{"a"}, {"b"}});
  pair.read(R"({"a":1,"a":2,"b":3,"b":4})");
  EXPECT_EQ(bytes(*pair.slab, pair.skimmed[0]), "1");
  EXPECT_EQ(bytes(*pair.slab, pair.skimmed[1]), "3");
}

TEST(JsonSkim, AKeyWithAnEscapeIsStillThatKey) {
  Pair pair({{"a"}});
  pair.read(R"({"\u0061":1})");
  EXPECT_TRUE(pair.skims);
  EXPECT_EQ(bytes(*pair.slab, pair.skimmed[0]), "1");
}

}  // namespace
}  // namespace leat
