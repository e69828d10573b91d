// flatten, parse and expect. Expected lines are those of mlr flatten, of jq's fromjson and capture, or by hand.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::lines;
using test::run_lawful;
using Lines = std::vector<std::string>;

// mlr --ijsonl --ojsonl flatten
TEST(Flatten, AsMillerDoes) {
  EXPECT_EQ(run_lawful(kFlatten, {},
                       lines({R"({"a":{"b":1,"c":[5,{"d":null}],"e":{}},"f":"x"})", R"({"a":[]})", "{}", R"({"a":{"b":1},"a.b":2})",
                              R"({"a":1.50,"b":[[1],[]]})"}))
                .out(),
            (Lines{R"({"a.b":1,"a.c.1":5,"a.c.2.d":null,"a.e":"{}","f":"x"})", R"({"a":"[]"})", "{}", R"({"a.b":2})",
                   R"({"a":1.50,"b.1.1":1,"b.2":"[]"})"}));
}

TEST(Flatten, StopsAtItsDepth) {
  const auto script = lines({R"({"a":{"b":{"c":[1]}},"d":[{}]})"});
  EXPECT_EQ(run_lawful(kFlatten, {{"depth", "1"}}, script).out(), (Lines{R"({"a.b":{"c":[1]},"d.1":{}})"}));
  EXPECT_EQ(run_lawful(kFlatten, {{"depth", "2"}, {"separator", ":"}, {"zero"}}, script).out(), (Lines{R"({"a:b:c":[1],"d:0":"{}"})"}));
}

TEST(Flatten, OnlyObjects) {
  const auto outcome = run_lawful(kFlatten, {}, lines({"[1]", "1", "{"}));
  ASSERT_EQ(outcome.failed.size(), 3u);
  EXPECT_EQ(outcome.failed[0].code, "type");
  EXPECT_EQ(outcome.failed[2].code, "malformed");
}

// Names as long as the path to them: a record of 300 kB would become one of 75 MB.
TEST(Flatten, RefusesNamesWithoutEnd) {
  std::string deep = "{\"" + std::string(150'000, 'k') + "\":[0";
  for (int i = 0; i < 500; ++i) deep += ",0";
  const auto outcome = run_lawful(kFlatten, {}, {{deep + "]}"}});
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].code, "limit");
}

TEST(Parse, WhatACodecSaysJoinsTheRecord) {
  const auto script = lines({R"({"id":1,"m":"a=1 id=x b=\"c d\""})"});
  EXPECT_EQ(run_lawful(kParse, {{"text", ".m"}, {"codec", "logfmt"}}, script).out(),
            (Lines{R"({"id":"x","m":"a=1 id=x b=\"c d\"","a":1,"b":"c d"})"}));
  EXPECT_EQ(run_lawful(kParse, {{"text", ".m"}, {"codec", "logfmt"}, {"into", "m"}, {"infer", "false"}}, script).out(),
            (Lines{R"({"id":1,"m":{"a":"1","id":"x","b":"c d"}})"}));
}

TEST(Parse, ARowHasColumnsOrNumbers) {
  const auto script = lines({R"({"m":"1,\"a \"\"b\""})"});
  EXPECT_EQ(run_lawful(kParse, {{"text", ".m"}, {"codec", "csv"}, {"columns", "n,t"}, {"into", "r"}}, script).out(),
            (Lines{R"({"m":"1,\"a \"\"b\"","r":{"n":1,"t":"a \"b"}})"}));
  EXPECT_EQ(run_lawful(kParse, {{"text", ".m"}, {"codec", "csv"}, {"into", "m"}}, script).out(), (Lines{R"({"m":{"1":1,"2":"a \"b"}})"}));
}

TEST(Parse, ATextThatIsTheRecordBecomesTheResult) {
  EXPECT_EQ(run_lawful(kParse, {{"codec", "json"}}, lines({R"("[1, 2]")", R"("{\"a\":1.0}")"})).out(), (Lines{"[1,2]", R"({"a":1.0})"}));
}

// jq -c '.t | capture("(?<a>x)|(?<b>[0-9]+)")', but for the number
TEST(Parse, NamedPartsOfAnExpression) {
  const std::vector<test::Set> sets{{"text", ".t"}, {"regex", "(?<a>x)|(?<b>[0-9]+)"}};
  EXPECT_EQ(run_lawful(kParse, sets, lines({R"({"t":"-x"})", R"({"t":"12"})", R"({"t":"07"})"})).out(),
            (Lines{R"({"t":"-x","a":"x","b":null})", R"({"t":"12","a":null,"b":12})", R"({"t":"07","a":null,"b":"07"})"}));
}

TEST(Parse, WhatDoesNotParseFailsAsItCame) {
  const auto failed = [](const std::vector<test::Set>& sets, std::string_view record) {
    const auto outcome = run_lawful(kParse, sets, lines({record}));
    if (outcome.failed.size() != 1) return std::string("did not fail");
    EXPECT_EQ(outcome.failed[0].record, record);
    return outcome.failed[0].code;
  };
  const std::vector<test::Set> json{{"text", ".t"}, {"codec", "json"}};
  for (std::string_view text : {R"({"t":""})", R"({"t":"{"})", R"({"t":"1 2"})", R"({"t":"{}{}"})"})
    EXPECT_EQ(failed(json, text), "malformed") << text;
  for (std::string_view text : {R"({"t":1})", "{}", R"({"t":"1"})", R"({"t":"[]"})"}) EXPECT_EQ(failed(json, text), "type") << text;
  EXPECT_EQ(failed({{"text", ".t, .t"}, {"codec", "json"}}, R"({"t":"{}"})"), "type");
  EXPECT_EQ(failed({{"text", "empty"}, {"codec", "json"}}, "{}"), "type");
  EXPECT_EQ(failed({{"text", ".t.u"}, {"codec", "json"}}, R"({"t":1})"), "expression");
  EXPECT_EQ(failed({{"codec", "json"}, {"into", "x"}}, R"("1")"), "type");
  EXPECT_EQ(failed({{"text", ".t"}, {"regex", "(?<a>b)"}}, R"({"t":"c"})"), "malformed");
  EXPECT_EQ(failed({{"text", ".t"}, {"codec", "csv"}, {"columns", "a,b"}}, R"({"t":"1,2,3"})"), "malformed");
  EXPECT_EQ(failed({{"text", ".t"}, {"codec", "logfmt"}}, R"({"t":"a=1\nb=2"})"), "malformed");
}

TEST(Parse, RefusesWhatItCannotBe) {
  EXPECT_NE(test::refusal(kParse, {}), "");
  EXPECT_NE(test::refusal(kParse, {{"codec", "json"}, {"regex", "(?<a>.)"}}), "");
  EXPECT_NE(test::refusal(kParse, {{"codec", "capnp"}}), "");
  EXPECT_NE(test::refusal(kParse, {{"codec", "json"}, {"columns", "a"}}), "");
  EXPECT_NE(test::refusal(kParse, {{"regex", "(a)"}}), "");
  EXPECT_NE(test::refusal(kParse, {{"regex", "(?<a>"}}), "");
}

// Row 171: a mismatch is told in these words, and the record goes to err as it came.
TEST(Expect, Row171SaysWhatWasExpectedAndWhatCame) {
  test::Rig rig(kExpect, {{"type", "order"}, {"type", "refund"}, {"media_type", "application/json"}, {"role", "user"}});
  std::vector<Envelope> envelopes(5);
  for (Envelope& envelope : envelopes)
    envelope.put("type", std::string("order")), envelope.media_type = "application/json", envelope.role = "user";
  envelopes[1].put("type", std::string("invoice"));
  envelopes[2].meta.clear();
  envelopes[3].media_type = "text/plain";
  envelopes[4].role = "tool", envelopes[4].media_type = "Application/JSON; charset=utf-8";
  rig.envelopes([&](size_t line) { return envelopes[line]; });
  rig.feed(lines({"0", "1", "2", "3", "4"}), 5);
  EXPECT_TRUE(rig.wants_envelopes());
  EXPECT_EQ(rig.outcome().out(), (Lines{"0"}));
  Lines messages;
  for (const auto& failed : rig.outcome().failed) messages.push_back(failed.record + " " + failed.code + ": " + failed.message);
  EXPECT_EQ(messages, (Lines{"1 type: expected type order or refund, got invoice", "2 type: expected type order or refund, got none",
                             "3 type: expected media type application/json, got text/plain", "4 type: expected role user, got tool"}));
}

TEST(Expect, WhatIsRequiredIsThereAndNotNull) {
  const auto outcome =
      run_lawful(kExpect, {{"require", ".a"}, {"require", ".b[]?"}},
                 lines({R"({"a":false,"b":[0]})", R"({"a":null,"b":[1]})", R"({"a":1,"b":[]})", R"({"a":1,"b":[null,2]})", "{}"}));
  EXPECT_EQ(outcome.out(), (Lines{R"({"a":false,"b":[0]})", R"({"a":1,"b":[null,2]})"}));
  ASSERT_EQ(outcome.failed.size(), 3u);
  EXPECT_EQ(outcome.failed[0].message, "expected .a, got none");
  EXPECT_EQ(outcome.failed[1].message, "expected .b[]?, got none");
  EXPECT_NE(test::refusal(kExpect, {}), "");
}

}  // namespace
}  // namespace leat
