// Every case of tests/golden/expr against the answers another implementation of the language gave (make.py there made them).
// Where leat means to differ, differences.jsonl says what it answers instead, and why.
#include <fstream>
#include <iostream>
#include <map>

#include <gtest/gtest.h>

#include "tests/support/expression.h"

namespace leat::expr {
namespace {

const std::string kFolder = std::string(LEAT_SOURCE_DIR) + "/tests/golden/expr/";

Value read(const std::string& line) {
  Value out;
  json::Mistake mistake;
  EXPECT_TRUE(json::parse(line, json::Keep::copied, out, mistake)) << line << mistake.what;
  return out;
}

std::string word(const Value& of, std::string_view key) {
  const Value* found = of.find(key);
  return found && found->is_string() ? std::string(found->view()) : "";
}

// The outputs one a line, then the failure.
std::string answer_of(const Value& line) {
  if (line.find("refused")) return "refused";
  std::string out;
  if (const Value* outputs = line.find("outputs"))
    for (const Value& output : outputs->items()) out.append(output.view()) += '\n';
  if (line.find("error")) out += "error: " + word(line, "error");
  return out;
}

std::string answer_of(const test::Outcome& outcome) {
  if (!outcome.compiled) return "refused";
  std::string out;
  for (const std::string& output : outcome.outputs) out.append(output) += '\n';
  return outcome.code.empty() ? out : out + "error: " + outcome.error;
}

// The peer cuts values in its messages to 11 characters, leat to 26.
bool same(const std::string& ours, const std::string& theirs) {
  const size_t cut = theirs.find("...)");
  if (cut == std::string::npos || theirs.find("error: ") == std::string::npos) return ours == theirs;
  return ours.compare(0, cut, theirs, 0, cut) == 0;
}

std::map<std::string, std::string> differences() {
  std::map<std::string, std::string> out;
  std::ifstream file(kFolder + "differences.jsonl");
  for (std::string line; std::getline(file, line);) {
    const Value entry = read(line);
    EXPECT_FALSE(word(entry, "why").empty()) << line;
    out[word(entry, "program") + '\t' + word(entry, "input")] = answer_of(entry);
  }
  return out;
}

#ifdef __SANITIZE_ADDRESS__
constexpr bool kLargeFrames = true;
#else
constexpr bool kLargeFrames = false;
#endif

TEST(Peer, AnswersAreTheSame) {
  const auto known = differences();
  std::ifstream file(kFolder + "jq-1.7.1.jsonl");
  size_t cases = 0, met = 0;
  CompileOptions options;
  const std::vector<std::pair<std::string, std::string>> environment{{"HOME", "/root"}};
  options.environment = &environment;
  for (std::string line; std::getline(file, line);) {
    const Value entry = read(line);
    if (entry.find("peer")) continue;
    const std::string program = word(entry, "program"), input = word(entry, "input");
    const std::string ours = answer_of(test::run(program, input, options)), theirs = answer_of(entry);
    // The sanitizer's frames are several times as large, so the guard of the stack speaks long before the bound on calls.
    if (kLargeFrames && ours.find("recurses deeper") != std::string::npos) {
      std::cout << "left out under this sanitizer: " << program << '\n';
      continue;
    }
    const auto difference = known.find(program + '\t' + input);
    met += difference != known.end();
    const std::string& expected = difference == known.end() ? theirs : difference->second;
    if (!same(ours, expected)) {
      EXPECT_EQ(ours, expected) << program << "\n  on " << input;
    }
    if (difference != known.end()) {
      EXPECT_FALSE(same(difference->second, theirs)) << "no difference any more: " << program;
    }
    ++cases;
  }
  EXPECT_GE(cases, 4000u);
  EXPECT_EQ(met, known.size()) << "differences.jsonl names cases that do not exist";
}

}  // namespace
}  // namespace leat::expr
