#include "core/stage/guards.h"

#include <gtest/gtest.h>

#include <array>

#include "core/stage/limit.h"

namespace leat {
namespace {

using namespace std::chrono_literals;
using Kind = Option::Kind;

constexpr auto kOptions = std::to_array<Option>({
    {.name = "retry", .kind = Kind::pairs, .value = "", .help = "", .choices = kRetryKeys},
    {.name = "timeout", .kind = Kind::duration, .value = "", .help = ""},
    {.name = "breaker", .kind = Kind::pairs, .value = "", .help = "", .choices = kBreakerKeys},
    {.name = "limit", .kind = Kind::count, .value = "", .help = ""},
});

Result<Guards> guards(std::initializer_list<std::pair<std::string_view, std::string_view>> words) {
  Settings settings(kOptions);
  for (const auto& [name, word] : words) {
    const auto option = std::find_if(kOptions.begin(), kOptions.end(), [&, n = name](const Option& o) { return o.name == n; });
    auto values = read_word(*option, word);
    if (!values) return values.error();
    for (auto& value : *values) settings.put(name).values.push_back(value);
  }
  return guards_of(settings);
}

std::string error_of(std::string_view option, std::string_view word) {
  const auto made = guards({{option, word}});
  return made ? "" : made.error().text;
}

TEST(Guards, WithoutAWordThereIsOneAttemptAndNothingElse) {
  const auto made = guards({});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->retry.attempts, 1u);
  EXPECT_FALSE(made->breaker);
  EXPECT_EQ(made->limit, SIZE_MAX);
}

TEST(Guards, Row117NoTimeoutUnlessAsked) {
  EXPECT_FALSE(guards({})->timeout);
  EXPECT_EQ(guards({{"timeout", "5s"}})->timeout, Duration(5s));
}

TEST(Guards, EveryKeyIsRead) {
  const auto made = guards({{"retry", "attempts=5,base=1s,max=1m,kind=linear,jitter=0.25,on=timeout,on=write,never=limit"},
                            {"breaker", "rate=0.25,min=4,over=10s,open=2s,probes=1,growth=1.5,open_max=20s,while_open=drop"},
                            {"limit", "8"}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->retry.attempts, 5u);
  EXPECT_EQ(made->retry.base, Duration(1s));
  EXPECT_EQ(made->retry.max, Duration(1min));
  EXPECT_EQ(made->retry.kind, Retry::Kind::linear);
  EXPECT_EQ(made->retry.least, 0.25);
  EXPECT_EQ(made->retry.on, (std::vector<std::string>{"timeout", "write"}));
  EXPECT_EQ(made->retry.never, std::vector<std::string>{"limit"});
  EXPECT_EQ(made->breaker->rate, 0.25);
  EXPECT_EQ(made->breaker->min, 4u);
  EXPECT_EQ(made->breaker->over, Duration(10s));
  EXPECT_EQ(made->breaker->open, Duration(2s));
  EXPECT_EQ(made->breaker->probes, 1u);
  EXPECT_EQ(made->breaker->growth, 1.5);
  EXPECT_EQ(made->breaker->open_max, Duration(20s));
  EXPECT_EQ(made->while_open, WhileOpen::drop);
  EXPECT_EQ(made->limit, 8u);
}

TEST(Guards, Row114And119DefaultsOfWhatIsLeftOut) {
  const auto made = guards({{"retry", "base=1s"}, {"breaker", "probes=2"}});
  EXPECT_EQ(made->retry.attempts, 3u);
  EXPECT_EQ(made->retry.least, 0);
  EXPECT_EQ(made->retry.max, Duration(30s));
  EXPECT_EQ(made->breaker->rate, 0.5);
  EXPECT_EQ(made->breaker->min, 10u);
  EXPECT_EQ(made->breaker->over, Duration(60s));
  EXPECT_EQ(made->breaker->open, Duration(30s));
  EXPECT_EQ(made->breaker->growth, 2);
  EXPECT_EQ(made->breaker->open_max, Duration(10min));
  EXPECT_EQ(made->while_open, WhileOpen::unsaid);
  EXPECT_EQ(guards({{"retry", "attempts=forever"}})->retry.attempts, Retry::kForever);
  EXPECT_EQ(guards({{"retry", "jitter=none"}})->retry.least, 1);
  EXPECT_EQ(guards({{"breaker", "open=1h"}})->breaker->open_max, Duration(1h));
}

TEST(Guards, WhatIsOutOfRangeIsRefused) {
  EXPECT_EQ(error_of("breaker", "rate=1.5"), "breaker: rate wants more than 0 and at most 1, not '1.5'");
  EXPECT_EQ(error_of("breaker", "rate=0"), "breaker: rate wants more than 0 and at most 1, not '0'");
  EXPECT_EQ(error_of("breaker", "growth=0.5"), "breaker: growth wants 1 or more, 1000 at most, not '0.5'");
  EXPECT_EQ(error_of("breaker", "open=2m,open_max=1m"), "breaker: open wants no more than open_max, 1m, not '2m'");
  EXPECT_EQ(error_of("breaker", "while_open=wait"), "breaker: while_open wants dlq, drop, pause, not 'wait'");
  EXPECT_EQ(error_of("retry", "kind=cubic"), "retry: kind wants exponential, linear, fixed, not 'cubic'");
  EXPECT_EQ(error_of("retry", "jitter=2"), "retry: jitter wants full, none or the least part of a wait, from 0 to 1, not '2'");
  EXPECT_EQ(error_of("retry", "jitter=some"), "retry: jitter wants full, none or the least part of a wait, from 0 to 1, not 'some'");
  EXPECT_EQ(error_of("retry", "base=1m"), "retry: base wants no more than max, 30s, not '1m'");
  for (std::string_view word : {"min=0", "over=0s", "open=0s", "probes=0", "rate=x", "growth="})
    EXPECT_NE(error_of("breaker", word), "") << word;
  for (std::string_view word : {"attempts=0", "base=0s", "max=-1s", "on=", "unknown=1"}) EXPECT_NE(error_of("retry", word), "") << word;
  EXPECT_NE(error_of("limit", "0"), "");
}

TEST(Limit, HoldsTheBound) {
  Limit limit(3);
  EXPECT_EQ(limit.room(), 3u);
  limit.begin(2);
  limit.begin(1);
  EXPECT_EQ(limit.room(), 0u);
  limit.end(2);
  EXPECT_EQ(limit.room(), 2u);
  limit.most(1);
  EXPECT_EQ(limit.room(), 0u);
  limit.most(4);
  EXPECT_EQ(limit.room(), 3u);
  EXPECT_EQ(Limit().room(), SIZE_MAX);
}

}  // namespace
}  // namespace leat
