#include "cli/complete.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/support/fake_stages.h"

namespace leat {
namespace {

constexpr CodecSpec kCodecs[] = {{"ndjson", "lines of JSON", ".ndjson", false, nullptr, nullptr},
                                 {"csv", "comma separated", ".csv", false, nullptr, nullptr}};

std::set<std::string> offered(std::vector<std::string> words) {
  std::set<std::string> found;
  const std::string lines = complete(words, {fake::catalog(), kCodecs, commands()});
  for (size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1) {
    const std::string line = lines.substr(at, lines.find('\n', at) - at);
    found.insert(line.substr(0, line.find('\t')));
  }
  return found;
}

using Set = std::set<std::string>;

TEST(Complete, StagesAndCommandsFirst) {
  const auto first = offered({""});
  for (const char* word : {"filter", "window", "run", "explain", "dlq"}) EXPECT_TRUE(first.count(word)) << word;
  EXPECT_FALSE(first.count("__complete"));
  EXPECT_EQ(offered({"fi"}), Set{"filter"});
  EXPECT_EQ(offered({"--in", "csv", "fi"}), Set{"filter"});
  EXPECT_FALSE(offered({"--in", "csv", ""}).count("run"));
  EXPECT_EQ(offered({"filter", ".a", "then", "un"}), Set{"unbatch"});
}

TEST(Complete, OptionsOfWhereItStands) {
  EXPECT_EQ(offered({"--su"}), Set{"--summary"});
  EXPECT_EQ(offered({"filter", ".a", "--r"}), Set{"--reject"});
  EXPECT_EQ(offered({"filter", ".a", "--ap"}), Set{});
  EXPECT_EQ(offered({"filter", ".a", "--to", "x", "--ap"}), Set{"--append"});
  EXPECT_EQ(offered({"--from", "x", "--fo"}), Set{"--follow"});
  EXPECT_EQ(offered({"exec", "--re"}), Set{"--retry"});
  EXPECT_EQ(offered({"map", ".", "--re"}), Set{});
  EXPECT_EQ(offered({"filter", ".a", "then", "dlq", "x", "--ap"}), Set{"--append"});
  EXPECT_EQ(offered({"run", "--mem", "1MB", "--se"}), (Set{"--seed", "--separator", "--set"}));
}

TEST(Complete, WordsThatMakeAnotherCommandOfOne) {
  const auto behind = offered({"hub", ""});
  for (const char* word : {"stats", "kick", "verify", "token"}) EXPECT_TRUE(behind.count(word)) << word;
  EXPECT_EQ(offered({"hub", "st"}), Set{"stats"});
  EXPECT_EQ(offered({"hub", "stats", "--j"}), Set{"--json"});
  EXPECT_EQ(offered({"hub", "--lis"}), Set{"--listen"});
  EXPECT_EQ(offered({"hub", "dump", "--fr"}), Set{"--from"});
  EXPECT_EQ(offered({"hub", "verify", ""}), Set{":file"});
  EXPECT_EQ(offered({"hu"}), Set{"hub"});
  EXPECT_EQ(offered({"help", "hu"}), Set{"hub"});
}

TEST(Complete, Values) {
  EXPECT_EQ(offered({"--in", ""}), (Set{"csv", "ndjson"}));
  EXPECT_EQ(offered({"--in=c"}), Set{"--in=csv"});
  EXPECT_EQ(offered({"--on-error", "d"}), (Set{"dlq", "drop"}));
  EXPECT_EQ(offered({"--from", "x", "--until", "f"}), (Set{"for=", "forever"}));
  EXPECT_EQ(offered({"--from", "tcp"}), (Set{":file", "tcp-listen://", "tcp://"}));
  EXPECT_TRUE(offered({"filter", ".a", "--to", "x", "--from", "st"}).count("stage:filter"));
  EXPECT_EQ(offered({"--from", "ev"}), (Set{":file", "events:"}));
  EXPECT_EQ(offered({"--from", "events:error,c"}), (Set{":file", "events:error,circuit", "events:error,close", "events:error,complete"}));
  EXPECT_EQ(offered({"--to", "ev"}), Set{":file"});
  EXPECT_EQ(offered({"--to", "g"}), Set{":file"}) << "generate: is no sink";
  EXPECT_EQ(offered({"--from", "a", "--checkpoint", ""}), Set{":file"});
  EXPECT_EQ(offered({"window", "--emit", ""}), Set{});
}

TEST(Complete, ThenWhenTheOperandIsThere) {
  EXPECT_EQ(offered({"filter", ""}), Set{});
  EXPECT_EQ(offered({"filter", ".a", ""}), Set{"then"});
  EXPECT_EQ(offered({"unbatch", "t"}), Set{"then"});
}

TEST(Complete, Commands) {
  EXPECT_EQ(offered({"run", ""}), Set{":file"});
  EXPECT_EQ(offered({"list", "st"}), Set{"stages"});
  EXPECT_TRUE(offered({"help", "f"}).count("filter"));
  EXPECT_EQ(offered({"graph", "--format", ""}), (Set{"dot", "mermaid", "text"}));
  EXPECT_EQ(offered({"exec", "ls", ""}), Set{":file"});
  EXPECT_EQ(offered({}), Set{});
}

}  // namespace
}  // namespace leat
