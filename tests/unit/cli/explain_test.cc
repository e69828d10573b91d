#include "pipelines/explain.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "cli/load_argv.h"
#include "pipelines/options.h"
#include "pipelines/read_pipeline.h"
#include "tests/support/fake_stages.h"
#include "tests/support/outside.h"
#include "tests/support/random_spec.h"

namespace leat {
namespace {

// What a real shell makes of a command line: the words behind `leat`.
std::vector<std::string> shell_words(const std::string& line) {
  std::string path = ::testing::TempDir() + "leat-words-XXXXXX";
  const int fd = mkstemp(path.data());
  EXPECT_GE(fd, 0);
  std::ofstream(path) << "leat() { for w; do printf '%s\\0' \"$w\"; done; }\n" << line << '\n';
  std::FILE* shell = popen(("sh " + path).c_str(), "r");
  std::string all;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, shell)) > 0;) all.append(buffer, n);
  EXPECT_EQ(pclose(shell), 0) << line;
  close(fd);
  std::remove(path.c_str());
  std::vector<std::string> words;
  for (size_t at = 0; at < all.size(); at = all.find('\0', at) + 1) words.push_back(all.substr(at, all.find('\0', at) - at));
  return words;
}

Loaded from_yaml(const std::string& text, const fake::World& world) {
  const auto outside = world.outside();
  return load_pipeline(text, "p.yaml", outside, {}, fake::catalog());
}

Loaded from_argv(const std::string& line) {
  const auto words = shell_words(line);
  return load_argv(words, fake::catalog());
}

std::string text_of(const Loaded& loaded) { return to_error(loaded.spec, loaded.problems).text; }

TEST(Explain, YamlAndBack) {
  for (uint32_t seed = 0; seed < 3000; ++seed) {
    const PipelineSpec spec = fake::random_spec(seed);
    const auto text = to_yaml(spec);
    ASSERT_TRUE(text);
    const Loaded back = from_yaml(*text, {});
    ASSERT_TRUE(back.problems.empty()) << seed << "\n" << *text << text_of(back);
    ASSERT_TRUE(same(spec, back.spec)) << seed << "\n" << *text;
  }
}

// Middleware is written out, since a command line has no word for it; both spellings then say the same.
TEST(Explain, Row169MiddlewareStandsAmongTheStages) {
  const Loaded loaded = from_yaml(R"(
middleware: [{map: '.a'}]
chains:
- {from: a, middleware: [{filter: '.ok'}], stages: [unbatch]}
- {from: 'stage:unbatch', to: '-'}
)",
                                  {});
  ASSERT_TRUE(loaded.problems.empty()) << text_of(loaded);
  const auto line = to_argv(loaded.spec);
  ASSERT_TRUE(line);
  EXPECT_EQ(*line,
            "leat --from a map .a --id middleware-map then filter .ok --id middleware-filter then unbatch --from stage:unbatch --to -");
  const Loaded back = from_argv(*line);
  ASSERT_TRUE(back.problems.empty()) << text_of(back);
  EXPECT_TRUE(same(loaded.spec, back.spec));
  const Loaded again = from_yaml(*to_yaml(loaded.spec), {});
  EXPECT_TRUE(same(loaded.spec, again.spec)) << *to_yaml(loaded.spec);
}

TEST(Explain, ArgvThroughARealShellAndBack) {
  for (uint32_t seed = 0; seed < 400; ++seed) {
    const PipelineSpec spec = fake::random_spec(seed);
    const auto line = to_argv(spec);
    ASSERT_TRUE(line);
    const Loaded back = from_argv(*line);
    ASSERT_TRUE(back.problems.empty()) << seed << "\n" << *line << "\n" << text_of(back);
    ASSERT_TRUE(same(spec, back.spec)) << seed << "\n" << *line << "\n" << *to_yaml(spec) << *to_yaml(back.spec);
  }
}

TEST(Explain, ReadsAsAPersonWouldWriteIt) {
  const std::vector<std::string> words{"--in",
                                       "csv",
                                       "--summary",
                                       "--from",
                                       "a.csv",
                                       "route",
                                       "errors=.status >= 500",
                                       "slow=.ms > 1000",
                                       "then",
                                       "dlq",
                                       "dead.ndjson",
                                       "--to",
                                       "rest",
                                       "--from",
                                       "stage:route.errors",
                                       "exec",
                                       "--retry",
                                       "attempts=3",
                                       "./enrich",
                                       "-f",
                                       "then",
                                       "batch",
                                       "100",
                                       "--to",
                                       "e",
                                       "--append",
                                       "--to",
                                       "f",
                                       "--from",
                                       "stage:route.slow",
                                       "--until",
                                       "idle=5s",
                                       "window",
                                       "1m",
                                       "--by",
                                       ".host",
                                       "--emit",
                                       "{n: count}",
                                       "--id",
                                       "w"};
  const Loaded loaded = load_argv(words, fake::catalog());
  ASSERT_TRUE(loaded.problems.empty()) << text_of(loaded);
  const std::string yaml = R"(in: csv
summary: true
chains:
  - from: a.csv
    stages:
      - route:
          errors: '.status >= 500'
          slow: '.ms > 1000'
    to: rest
    dlq: dead.ndjson
  - from: stage:route.errors
    stages:
      - exec: [./enrich, '-f']
        retry: {attempts: 3}
      - batch: 100
    to:
      - {url: e, append: true}
      - f
  - from: {url: stage:route.slow, until: {idle: 5s}}
    stages:
      - window:
          size: 1m
          by: ['.host']
          emit: '{n: count}'
        id: w
)";
  EXPECT_EQ(*to_yaml(loaded.spec), yaml);
  EXPECT_EQ(*to_argv(loaded.spec),
            "leat --in csv --summary --from a.csv route 'errors=.status >= 500' 'slow=.ms > 1000' then dlq dead.ndjson --to rest --from "
            "stage:route.errors "
            "exec --retry attempts=3 ./enrich -f then batch 100 --to e --append --to f --from stage:route.slow --until idle=5s window 1m "
            "--by .host "
            "--emit '{n: count}' --id w");
}

TEST(Explain, SecretsStayAsTheyWereWritten) {
  const std::string secret = ::testing::TempDir() + "leat-secret";
  std::ofstream(secret) << "s3 cret\n";
  fake::World world;
  world.variables.values = {{"LEAT_TEST_HOST", "db 1"}};
  world.files = {{secret, "s3 cret\n"}};
  const std::string yaml =
      "from: tcp://${LEAT_TEST_HOST}:${LEAT_TEST_PORT:-9 \"x\"}\nstages:\n  - window:\n      emit: 'count'\n      note: ['a $${b} ${file:" +
      secret + "}']\n";
  const Loaded loaded = from_yaml(yaml, world);
  ASSERT_TRUE(loaded.problems.empty()) << text_of(loaded);
  EXPECT_EQ(loaded.spec.chains[0].stages[0].settings.text("note"), "a ${b} s3 cret");
  const std::string told = *to_yaml(loaded.spec);
  EXPECT_EQ(told.find("s3 cret"), told.npos);
  EXPECT_TRUE(same(loaded.spec, from_yaml(told, world).spec)) << told;
  const std::string line = *to_argv(loaded.spec);
  EXPECT_EQ(line.find("s3 cret"), line.npos);
  const Loaded back = from_argv("LEAT_TEST_HOST='db 1'\n" + line);
  ASSERT_TRUE(back.problems.empty()) << line << text_of(back);
  EXPECT_EQ(back.spec.chains[0].from[0].url, loaded.spec.chains[0].from[0].url);
  EXPECT_EQ(back.spec.chains[0].stages[0].settings.text("note"), "a ${b} s3 cret");
  std::remove(secret.c_str());
}

TEST(Explain, WhatTheOtherSpellingCannotHold) {
  PipelineSpec spec;
  spec.chains.push_back({{{"\xff", {}, Settings(source_options()), {}, false}}, {}, {}, {}, {}});
  EXPECT_FALSE(to_yaml(spec));
  EXPECT_TRUE(to_argv(spec));
  spec.chains[0].from[0].url = std::string("a\0b", 3);
  EXPECT_TRUE(to_yaml(spec));
  EXPECT_FALSE(to_argv(spec));
  EndSpec sink{"tcp://h:1", {}, Settings(sink_options()), {}, false};
  sink.options.put("retry").values = {{"never", "a, b", {}, {}}};
  spec.chains[0] = {{}, {}, {sink}, {}, {}};
  EXPECT_TRUE(to_yaml(spec));
  EXPECT_FALSE(to_argv(spec));
}

}  // namespace
}  // namespace leat
