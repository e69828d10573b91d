#include "core/hub/subject.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace leat::hub {
namespace {

TEST(HubSubject, WordsAndWildcards) {
  EXPECT_TRUE(check_subject("orders.eu.created"));
  EXPECT_TRUE(check_subject("größe"));
  EXPECT_TRUE(check_pattern("orders.*.created"));
  EXPECT_TRUE(check_pattern(">"));
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "a b", "a\tb", "a.*", ">", "\xff"}) EXPECT_FALSE(check_subject(bad)) << bad;
  for (const char* bad : {"", "a.>.b", "a*", "a.b>", ">>"}) EXPECT_FALSE(check_pattern(bad)) << bad;
  EXPECT_FALSE(check_subject(std::string(256, 'a')));
  EXPECT_TRUE(check_subject(std::string(255, 'a')));
  EXPECT_FALSE(check_name("a.b"));
}

TEST(HubSubject, PatternsMatch) {
  EXPECT_TRUE(matches("a.b", "a.b"));
  EXPECT_FALSE(matches("a.b", "a.B"));
  EXPECT_TRUE(matches("a.*", "a.b"));
  EXPECT_FALSE(matches("a.*", "a"));
  EXPECT_FALSE(matches("a.*", "a.b.c"));
  EXPECT_TRUE(matches("a.>", "a.b.c"));
  EXPECT_FALSE(matches("a.>", "a"));
  EXPECT_TRUE(matches("*.b", "a.b"));
  EXPECT_FALSE(matches(">", "$all"));
  EXPECT_FALSE(matches("*.x", "$client.x"));
  EXPECT_TRUE(matches("$client.>", "$client.x"));
}

// Every pattern and subject of up to three words of three: covers and overlaps say what counting says.
TEST(HubSubject, CoversAndOverlapsAreWhatTheSubjectsSay) {
  std::vector<std::string> subjects, patterns;
  const std::vector<std::string> words{"a", "b", "$c"};
  const std::vector<std::string> asked{"a", "b", "$c", "*", ">"};
  const auto grow = [](const std::vector<std::string>& from, std::vector<std::string>& into) {
    std::vector<std::string> last{""};
    for (int length = 1; length <= 3; ++length) {
      std::vector<std::string> longer;
      for (const std::string& front : last)
        for (const std::string& word : from) longer.push_back(front.empty() ? word : front + "." + word);
      into.insert(into.end(), longer.begin(), longer.end());
      last = longer;
    }
  };
  grow(words, subjects);
  std::vector<std::string> longer = subjects;  // > reaches past three words
  for (const std::string& subject : subjects) longer.push_back(subject + ".a.a");
  grow(asked, patterns);
  std::erase_if(patterns, [](const std::string& pattern) { return !check_pattern(pattern); });
  ASSERT_GT(patterns.size(), 40u);
  for (const std::string& one : patterns)
    for (const std::string& other : patterns) {
      bool all = true, any = false;
      for (const std::string& subject : longer) {
        const bool a = matches(one, subject), b = matches(other, subject);
        all &= a || !b;
        any |= a && b;
      }
      EXPECT_EQ(overlaps(one, other), any) << one << " " << other;
      EXPECT_EQ(covers(one, other), all) << one << " " << other;
    }
}

}  // namespace
}  // namespace leat::hub
