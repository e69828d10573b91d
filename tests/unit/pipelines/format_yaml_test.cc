#include "pipelines/format_yaml.h"

#include <gtest/gtest.h>

#include <random>

#include "pipelines/explain.h"
#include "pipelines/load_yaml.h"
#include "pipelines/read_pipeline.h"
#include "pipelines/recipes.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"
#include "tests/support/random_spec.h"

namespace leat {
namespace {

std::string formatted(const std::string& text) {
  const Formatted made = format_yaml(text);
  EXPECT_TRUE(made.problems.empty()) << text << "\n" << to_error({}, made.problems).text;
  return made.text;
}

std::string refused(const std::string& text) {
  const Formatted made = format_yaml(text);
  EXPECT_EQ(made.text, "");
  EXPECT_FALSE(made.problems.empty()) << text;
  PipelineSpec about;
  about.file = "p";
  return to_error(about, made.problems).text;
}

Loaded load(const std::string& text, std::span<const StageSpec* const> catalog = stage_catalog()) {
  fake::World world;
  for (const char* name : {"LOG", "COLLECTOR", "ARCHIVE", "DEAD"}) world.variables.values[name] = "x";
  const auto outside = world.outside();
  return load_pipeline(text, "p.yaml", outside, {}, catalog);
}

// Whatever was told of the one is told of the other; of two good files the pipelines are the same.
void expect_same(const std::string& before, const std::string& after, std::span<const StageSpec* const> catalog = stage_catalog()) {
  const Loaded a = load(before, catalog), b = load(after, catalog);
  EXPECT_EQ(a.problems.size(), b.problems.size()) << before << "\n---\n" << after;
  EXPECT_TRUE(same(a.spec, b.spec)) << before << "\n---\n" << after;
}

TEST(Row24Format, HasOneForm) {
  EXPECT_EQ(formatted(R"(

#!/usr/bin/env -S leat run
# about it


include:   [ "a.yaml",'b c.yaml' ,  d ]   # where
from:    {"url":"x.ndjson" , 'follow' : true,codec: "csv"}
stages:
# the first
- filter:    '.status >= 500'     # behind
- window:
     size: 1m
     # about by
     by: [ '.host','c=.status',
       '.x',   # inside
       ]
-   - nested
    - "list"
to:
    - a
    -   'stage:x'
    # of what is left
    - "it's"


dlq: {level: , most: }
# the end
   # the very end


)"),
            R"(#!/usr/bin/env -S leat run
# about it

include: [a.yaml, 'b c.yaml', d]  # where
from: {url: x.ndjson, follow: true, codec: csv}
stages:
  # the first
  - filter: '.status >= 500'  # behind
  - window:
      size: 1m
      # about by
      by: ['.host', 'c=.status',
        '.x',  # inside
        ]
  - - nested
    - list
to:
  - a
  - 'stage:x'
  # of what is left
  - "it's"

dlq: {level: , most: }
# the end
# the very end
)");
}

TEST(Row24Format, QuotesStandWhereTheyAreNeeded) {
  EXPECT_EQ(formatted("a: \"x\"\n'b': '/y/z-1.csv'\n\"c d\": \"c d\"\n"), "a: x\nb: /y/z-1.csv\n'c d': 'c d'\n");
  // Without them these would be something else, here or to a reader of YAML 1.1.
  const std::string kept = "a: ['true', 'no', 'ON', 'null', '5', '1e3', '.5', '', '~', 'y', '.ok', 'a: b', 'a #b', '$x', 'nan', 'x]']\n";
  EXPECT_EQ(formatted(kept), kept);
  const std::string escaped = "a: \"a\\tb\"\nb: \"it's\"\nc: 'it''s'\n";
  EXPECT_EQ(formatted(escaped), escaped);
  EXPECT_EQ(formatted("a: {\"b\":1,\"c\" :[2,3 , 4],d: it's, e: {} , f: [ ]}\n"), "a: {b: 1, c: [2, 3, 4], d: it's, e: {}, f: []}\n");
}

TEST(Row24Format, ExpressionsKeepEveryByte) {
  EXPECT_EQ(formatted("stages:\n- map:   '{a:   .b,c:.d }  # no comment'\n- map: |\n   {a: 1,\n     # jq's own\n    b: 2}\n- map: >-\n     "
                      "   .a\n        | .b\n"),
            "stages:\n  - map: '{a:   .b,c:.d }  # no comment'\n  - map: |\n      {a: 1,\n        # jq's own\n       b: 2}\n  - map: >-\n  "
            "    .a\n      | .b\n");
  EXPECT_EQ(formatted("a:\n  - |2\n      two more\n    none\n\n  - |+\n    kept\n\n\n  - b\n"),
            "a:\n  - |2\n      two more\n    none\n\n  - |+\n    kept\n\n\n  - b\n");
  EXPECT_EQ(formatted("- map: .a\n   and .b    # c\n- map: 'one\n\n   two'\n"), "- map: .a\n    and .b  # c\n- map: 'one\n\n    two'\n");
}

TEST(Row24Format, AnchorsAndMarkersStay) {
  EXPECT_EQ(formatted("---\nfrom:  &x  {url: a}\nto:   *x\nstages:\n- &f\n  filter: .a\n- *f\n..."),
            "---\nfrom: &x {url: a}\nto: *x\nstages:\n  - &f\n    filter: .a\n  - *f\n...\n");
  EXPECT_EQ(formatted("from:\n    a\nto:\n    - b\n"), "from:\n  a\nto:\n  - b\n");
  EXPECT_EQ(formatted("\xef\xbb\xbf"
                      "from: a\r\nto: b\r\n"),
            "from: a\nto: b\n");
  EXPECT_EQ(formatted(""), "");
  EXPECT_EQ(formatted("\n\n# nothing here\n\n"), "# nothing here\n");
}

TEST(Row24Format, CommentsStandWithWhatTheyAreAbout) {
  EXPECT_EQ(formatted("stages:\n# before\n- a\n    # deep\n\n- b: c\n\n  # of b\n# of to\nto:\n      # - one\n\n\n      # - two\nx: # y\n- "
                      "# z\n     a: b\n#end"),
            "stages:\n  # before\n  - a\n  # deep\n\n  - b: c\n\n    # of b\n# of to\nto:\n  # - one\n\n  # - two\nx:  # y\n  -  # z\n    "
            "a: b\n#end\n");
}

TEST(Row24Format, MistakesAreRefusedWithTheirPlace) {
  EXPECT_EQ(refused("from: a\nfrom: b\n"), "p:2:1: the key 'from' stands here twice");
  EXPECT_EQ(refused("from: [a\n").substr(0, 2), "p:");
  EXPECT_EQ(refused("from: 'a\n"), "p:1:7: this quote is never closed");
  EXPECT_EQ(refused("from: \xff"), "p: the file is not UTF-8");
  EXPECT_EQ(refused("from: a\n# b\rto: b\n"), "p:2:1: a carriage return stands here without a line feed");
}

TEST(Row24Format, RecipesAreInItAndSaySo) {
  ASSERT_GE(recipes().size(), 9u);
  for (const Recipe& recipe : recipes()) {
    EXPECT_EQ(formatted(std::string(recipe.text)), recipe.text) << recipe.name;
    EXPECT_EQ(formatted(std::string(recipe.tests)), recipe.tests) << recipe.name;
  }
}

TEST(Row24Format, APipelineStaysTheSamePipeline) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    const auto text = to_yaml(fake::random_spec(seed));
    if (!text) continue;
    const std::string once = formatted(*text);
    EXPECT_EQ(formatted(once), once);
    expect_same(*text, once, fake::catalog());
  }
}

// The comments of a file in which no text holds a #.
std::vector<std::string> comments(std::string_view text) {
  std::vector<std::string> all;
  for (size_t at = text.find('#'); at != text.npos; at = text.find('#', at)) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string one(text.substr(at, end - at));
    while (one.ends_with(' ')) one.pop_back();
    all.push_back(std::move(one));
    at = end;
  }
  return all;
}

// A recipe, written by somebody who does not care.
std::string dishevelled(std::string_view text, std::mt19937& random) {
  const auto one_in = [&](uint32_t n) { return random() % n == 0; };
  const size_t wide = 1 + random() % 4;
  std::string made;
  int number = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    const size_t indent = std::min(line.find_first_not_of(' '), line.size());
    std::string deep(indent / 2 * wide, ' ');
    if (one_in(6)) made += "\n\n";
    if (one_in(5)) made += deep + "# comment " + std::to_string(++number) + "\n";
    made += deep;
    for (size_t i = indent; i < line.size(); ++i) {
      made += line[i];
      const bool gap = line[i] == ' ' && i > indent && (line[i - 1] == ':' || line[i - 1] == ',');
      if (gap && line.find('\'') > i && line.find('#') == line.npos && one_in(2)) made += "  ";
    }
    if (!line.empty() && line.find('#') == line.npos && line.find('|') == line.npos && one_in(5))
      made += "    # behind " + std::to_string(++number);
    made += one_in(4) ? "   \n" : "\n";
  }
  return made;
}

TEST(Row24Format, ADishevelledRecipeSaysTheSameWithEveryComment) {
  std::mt19937 random(24);
  for (const Recipe& recipe : recipes())
    for (int i = 0; i < 40; ++i) {
      // Two blanks stand for one level, but behind a dash, whose width stays.
      std::string text = dishevelled(recipe.text, random);
      const Formatted made = format_yaml(text);
      if (load(text).problems.size() != load(std::string(recipe.text)).problems.size()) continue;
      ASSERT_TRUE(made.problems.empty()) << text;
      expect_same(text, made.text);
      EXPECT_EQ(formatted(made.text), made.text);
      EXPECT_EQ(comments(made.text), comments(text)) << text << "\n---\n" << made.text;
    }
}

// Any bytes: refused, or the same as before and settled.
TEST(Row24Format, WhatIsNotRefusedIsTheSame) {
  std::mt19937 random(2424);
  const std::string_view pieces[] = {"\n", "  ", "- ", ": ", "#",   " # ", "'",  "\"",   "{",     "}",  "[",
                                     "]",  ",",  "|",  ">",  "&a ", "*a",  "\t", "\r\n", "---\n", "? ", "x"};
  size_t laid_out = 0, not_laid_out = 0;
  for (const Recipe& recipe : recipes())
    for (int i = 0; i < 150; ++i) {
      std::string text(recipe.text);
      for (uint32_t n = 1 + random() % 4; n > 0; --n) {
        const size_t at = random() % text.size();
        if (random() % 3 == 0)
          text.erase(at, 1 + random() % 8);
        else
          text.insert(at, pieces[random() % std::size(pieces)]);
      }
      const Formatted made = format_yaml(text);
      not_laid_out += !made.problems.empty() && load_yaml(text).problems.empty();
      if (!made.problems.empty()) continue;
      ++laid_out;
      EXPECT_EQ(formatted(made.text), made.text);
      expect_same(text, made.text);
    }
  EXPECT_GE(laid_out, 300u);  // else this says nothing
  EXPECT_LE(not_laid_out, laid_out / 200);
}

}  // namespace
}  // namespace leat
