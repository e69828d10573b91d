#include "cli/load_argv.h"

#include <gtest/gtest.h>

#include "tests/support/fake_stages.h"

namespace leat {
namespace {

using Words = std::vector<std::string>;

PipelineSpec good(const Words& words) {
  Loaded loaded = load_argv(words, fake::catalog());
  EXPECT_TRUE(loaded.problems.empty()) << to_error(loaded.spec, loaded.problems).text;
  return loaded.spec;
}

std::string bad(const Words& words) {
  const Loaded loaded = load_argv(words, fake::catalog());
  EXPECT_FALSE(loaded.problems.empty());
  return to_error(loaded.spec, loaded.problems).text;
}

TEST(Argv, OneStage) {
  const auto spec = good({"filter", ".status >= 500", "--reject"});
  ASSERT_EQ(spec.chains.size(), 1u);
  ASSERT_EQ(spec.chains[0].stages.size(), 1u);
  const StageUse& use = spec.chains[0].stages[0];
  EXPECT_EQ(use.spec, fake::stage("filter"));
  EXPECT_EQ(use.id, "filter");
  EXPECT_EQ(use.settings.text("expr"), ".status >= 500");
  EXPECT_TRUE(use.settings.flag("reject"));
  EXPECT_EQ(spec.chains[0].from.at(0).url, "-");
  EXPECT_TRUE(spec.chains[0].from.at(0).implied);
  EXPECT_EQ(spec.chains[0].to.at(0).url, "-");
}

TEST(Argv, GlobalsStandFirstAndTheLastWins) {
  const auto spec = good({"--in", "csv", "--summary", "--mem=1GiB", "--in=tsv", "--summary=json", "map", "."});
  EXPECT_EQ(spec.globals.text("in"), "tsv");
  EXPECT_EQ(spec.globals.text("summary"), "json");
  EXPECT_EQ(spec.globals.count("mem"), 1u << 30);
  EXPECT_EQ(good({"--summary", "map", "."}).globals.text("summary"), "text");
  EXPECT_FALSE(good({"--header=false", "map", "."}).globals.flag("header"));
  EXPECT_TRUE(good({"map", "."}).globals.flag("header"));
}

TEST(Argv, ThenAndIds) {
  const auto spec = good({"filter", ".a", "then", "filter", ".b", "then", "filter", ".c", "--id", "filter-2", "then", "filter", ".d"});
  const auto& stages = spec.chains.at(0).stages;
  ASSERT_EQ(stages.size(), 4u);
  EXPECT_EQ(stages[0].id, "filter");
  EXPECT_EQ(stages[1].id, "filter-3");
  EXPECT_EQ(stages[2].id, "filter-2");
  EXPECT_EQ(stages[3].id, "filter-4");
}

TEST(Argv, OneWordAnOption) {
  // Each --from takes one word, whatever follows it.
  const auto spec = good({"--from", "a", "--from=b", "--codec", "csv", "--follow", "filter", ".x", "--to", "c", "--append", "--to", "d"});
  const auto& chain = spec.chains.at(0);
  ASSERT_EQ(chain.from.size(), 2u);
  EXPECT_EQ(chain.from[0].url, "a");
  EXPECT_EQ(chain.from[1].url, "b");
  EXPECT_EQ(chain.from[1].options.text("codec"), "csv");
  EXPECT_TRUE(chain.from[1].options.flag("follow"));
  ASSERT_EQ(chain.to.size(), 2u);
  EXPECT_TRUE(chain.to[0].options.flag("append"));
  EXPECT_FALSE(chain.to[1].options.flag("append"));
}

TEST(Argv, ManyChains) {
  const auto spec = good({"route", "errors=.status >= 500", "slow=.ms > 1000", "--all", "--to", "rest", "--from", "stage:route.errors",
                          "batch", "100", "--to", "e", "--from", "stage:route.slow", "--to", "s"});
  ASSERT_EQ(spec.chains.size(), 3u);
  const auto& cases = spec.chains[0].stages.at(0).settings.values("case");
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].key, "errors");
  EXPECT_EQ(cases[0].text, ".status >= 500");
  EXPECT_EQ(spec.chains[1].stages.at(0).settings.count("size"), 100u);
  EXPECT_TRUE(spec.chains[2].stages.empty());
  EXPECT_EQ(ports_of(spec.chains[0].stages[0]), (Words{"out", "err", "else", "errors", "slow"}));
}

// The first chain would read a terminal, and the file would be copied as it is.
TEST(Argv, FromBehindTheStagesIsNotTakenForASecondChain) {
  EXPECT_EQ(bad({"filter", ".a", "--from", "x"}),
            "--from x: begins a second chain, without a stage, and the first reads standard input (--from stands before the stages: leat "
            "--from FILE STAGE ...; to have both chains say --from - in the first)");
  bad({"filter", ".a", "--from", "x", "--to", "y"});
  for (const Words& words : std::vector<Words>{{"--from", "-", "filter", ".a", "--from", "x"},
                                               {"filter", ".a", "--to", "y", "--from", "x"},
                                               {"filter", ".a", "--from", "x", "map", ".b"},
                                               {"filter", ".a", "--from", "stage:filter.reject"}})
    EXPECT_EQ(good(words).chains.size(), 2u);
}

TEST(Argv, AChainReadByAnotherHasNoImpliedEnd) {
  const auto spec = good({"--from", "x", "map", ".", "--id", "a", "--from", "y", "map", ".", "--id", "b", "--from", "stage:a", "--from",
                          "stage:b.out", "map", "."});
  ASSERT_EQ(spec.chains.size(), 3u);
  EXPECT_TRUE(spec.chains[0].to.empty());
  EXPECT_TRUE(spec.chains[1].to.empty());
  EXPECT_EQ(spec.chains[2].to.size(), 1u);
}

TEST(Argv, DlqBelongsToItsChain) {
  const auto spec =
      good({"filter", ".ok", "then", "dlq", "dead.ndjson", "--append", "then", "map", ".", "--from", "stage:filter.reject", "map", "."});
  ASSERT_TRUE(spec.chains[0].dlq);
  EXPECT_EQ(spec.chains[0].dlq->url, "dead.ndjson");
  EXPECT_TRUE(spec.chains[0].dlq->options.flag("append"));
  EXPECT_EQ(spec.chains[0].stages.size(), 2u);
  EXPECT_EQ(dlq_of(spec, 1), &*spec.chains[0].dlq);
}

TEST(Argv, OperandsThatBeginWithADash) {
  EXPECT_EQ(good({"filter", "--", "-.x > 3"}).chains[0].stages[0].settings.text("expr"), "-.x > 3");
  EXPECT_EQ(good({"filter", "-.x > 3"}).chains[0].stages[0].settings.text("expr"), "-.x > 3");
  EXPECT_EQ(good({"filter", "--expr=--from"}).chains[0].stages[0].settings.text("expr"), "--from");
  EXPECT_EQ(good({"filter", "--expr=then"}).chains[0].stages[0].settings.text("expr"), "then");
  EXPECT_EQ(good({"map", "--expr", "[1,2,3]"}).chains[0].stages[0].settings.text("expr"), "[1,2,3]");
  EXPECT_EQ(good({"map", "[1,2,3]"}).chains[0].stages[0].settings.text("expr"), "[1,2,3]");
}

TEST(Argv, EveryKindOfOption) {
  const auto spec =
      good({"window", "1m",         "--every", "10s",   "--by",   ".host", "--by",      "c=.status",       "--by",    ".a == 1",
            "--emit", "{n: count}", "--note",  "[x,y]", "--note", "z",     "--trigger", "count=5,idle=2s", "--ratio", "0.5"});
  const Settings& s = spec.chains[0].stages[0].settings;
  EXPECT_EQ(s.duration("size"), std::chrono::minutes(1));
  const auto by = s.values("by");
  ASSERT_EQ(by.size(), 3u);
  EXPECT_EQ(by[0].key, "");
  EXPECT_EQ(by[1].key, "c");
  EXPECT_EQ(by[1].text, ".status");
  EXPECT_EQ(by[2].text, ".a == 1");
  ASSERT_EQ(s.values("note").size(), 2u);
  EXPECT_EQ(s.values("note")[0].text, "[x,y]");
  EXPECT_EQ(s.pair("trigger", "count"), "5");
  EXPECT_EQ(s.pair("trigger", "idle"), "2s");
  EXPECT_EQ(s.count("max_keys"), 10000u);
}

TEST(Argv, ACommandTakesAllUpToThen) {
  const auto spec = good({"exec", "--workers", "4", "--retry", "attempts=3", "./enrich", "-f", "--to", "x", "then", "map", "."});
  const auto& use = spec.chains.at(0).stages.at(0);
  std::vector<std::string> words;
  for (const auto& value : use.settings.values("command")) words.push_back(value.text);
  EXPECT_EQ(words, (Words{"./enrich", "-f", "--to", "x"}));
  EXPECT_EQ(use.settings.count("workers"), 4u);
  EXPECT_EQ(use.guards.pair("retry", "attempts"), "3");
  EXPECT_EQ(spec.chains[0].stages.size(), 2u);
  const auto closed = good({"exec", "cat", "then", "--to", "x"});
  EXPECT_EQ(closed.chains.at(0).to.at(0).url, "x");
}

TEST(Argv, Mistakes) {
  EXPECT_EQ(bad({"fliter", ".a"}), "there is no stage 'fliter' (did you mean filter?)");
  EXPECT_EQ(bad({"where", ".a"}), "there is no stage 'where' (did you mean filter?)");
  EXPECT_EQ(bad({".a"}), "there is no stage '.a' (write filter '.a' or map '.a')");
  EXPECT_EQ(bad({"filter", ".a", "--rejct"}), "filter: there is no option --rejct (did you mean --reject?)");
  EXPECT_EQ(bad({"filter", ".a", "--strict"}),
            "filter: there is no option --strict (it is a global option: write it before the first stage)");
  EXPECT_EQ(bad({"filter", ".a", "--append"}), "filter: there is no option --append (it stands behind its --from or --to)");
  EXPECT_EQ(bad({"filter", ".a", "map", ".b"}), "filter: no place for 'map' (write then map to go on with another stage)");
  EXPECT_EQ(bad({"filter", "-x", ".a"}), "filter: there is no option -x (an operand that starts with - comes after --)");
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{{"map", "-r", ".a"}, {"-r", "map", ".a"}})
    EXPECT_NE(bad(words).find("there is no option -r (--out lines in front of the stages writes text raw)"), std::string::npos);
  EXPECT_EQ(bad({"batch", "0"}), "batch N: wants a whole number, 1 or more, not '0'");
  EXPECT_EQ(bad({"--drain", "soon", "map", "."}), "--drain: wants a duration such as 250ms, 1.5s, 5m or 1h, not 'soon'");
  EXPECT_EQ(bad({"--from", "x", "--until", "idle=x", "map", "."}),
            "--from x --until: wants a duration such as 250ms, 1.5s, 5m or 1h, not 'x'");
  EXPECT_EQ(bad({"window", "1m", "--by", "--emit", "x"}), "window: --by wants EXPR");
  EXPECT_EQ(bad({"window", "1m", "--emit"}), "window: --emit wants EXPR");
  EXPECT_EQ(bad({"window", "1m", "--emit="}), "window: --emit wants a value behind the =");
  EXPECT_EQ(bad({"map", ".", "--retry", "attempts=3"}), "map: there is no option --retry (it stands behind its --from or --to)");
  EXPECT_EQ(bad({"exec", "--retry", "atempts=3", "x"}),
            "exec --retry: wants attempts, base, max, kind, jitter, on, never, not 'atempts' (did you mean attempts?)");
  EXPECT_EQ(bad({"then", "filter", ".a"}), "a stage stands on each side of then");
  EXPECT_EQ(bad({"filter", ".a", "then"}), "a stage stands on each side of then");
  EXPECT_EQ(bad({"filter", ".a", "then", "--to", "x"}), "a stage stands on each side of then");
  EXPECT_EQ(bad({"filter", ".a", "--to", "x", "map", "."}),
            "no place for 'map' behind --to (stages stand before --to; the next chain begins with --from)");
  EXPECT_EQ(bad({"--from", "--to", "x"}), "--from: wants an end: -, a path or an address");
  EXPECT_EQ(bad({"--from", "x", "--strict", "map", "."}),
            "--from x: there is no option --strict (it is a global option: write it before the first stage)");
  EXPECT_EQ(bad({"--codec", "csv", "map", "."}), "there is no option --codec (it stands behind its --from or --to)");
}

TEST(Argv, HelpIsAskedOfAStage) {
  const auto asked = [](const Words& words) { return help_asked(words, fake::catalog()); };
  EXPECT_EQ(asked({"--help"}), "");
  EXPECT_EQ(asked({"filter", "--help"}), "filter");
  EXPECT_EQ(asked({"filter", ".a", "then", "window", "-h"}), "window");
  EXPECT_EQ(asked({"exec", "--help"}), "exec");
  EXPECT_EQ(asked({"exec", "ls", "--help"}), std::nullopt);
  EXPECT_EQ(asked({"filter", ".a"}), std::nullopt);
}

TEST(Address, Kinds) {
  using Kind = Address::Kind;
  const auto kind = [](std::string_view url) { return address_of(url)->kind; };
  EXPECT_EQ(kind("-"), Kind::stdio);
  EXPECT_EQ(kind("a.ndjson"), Kind::file);
  EXPECT_EQ(kind("./hub:x"), Kind::file);
  EXPECT_EQ(kind("C:x"), Kind::file);
  EXPECT_EQ(kind("unix:/run/x.sock"), Kind::unix_socket);
  EXPECT_EQ(address_of("unix-listen:/run/x.sock")->rest, "/run/x.sock");
  EXPECT_EQ(kind("tcp-listen://127.0.0.1:9000"), Kind::tcp_listen);
  EXPECT_EQ(kind("drop:"), Kind::drop);
  EXPECT_EQ(address_of("stage:a.err")->port(), "err");
  EXPECT_EQ(address_of("stage:a.err")->stage(), "a");
  EXPECT_EQ(address_of("stage:a")->port(), "out");
  EXPECT_EQ(address_of("tpc://h:1").error().hint, "did you mean tcp?");
  EXPECT_EQ(address_of("kafka://h:1").error().hint, "a file of that name is written ./kafka://h:1");
  for (const char* none : {"", "tcp://", "unix:", "exec:", "drop:x"}) EXPECT_FALSE(address_of(none)) << none;
}

}  // namespace
}  // namespace leat
