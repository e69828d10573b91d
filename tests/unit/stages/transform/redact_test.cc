// redact: what it hides, where, and that nothing else changes. Row 170. Digests are those of openssl dgst -sha256 -hmac; card numbers are
// the test numbers that the networks publish.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "stages/transform/secrets.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::lines;
using Lines = std::vector<std::string>;

Lines redacted(const std::vector<test::Set>& sets, std::initializer_list<std::string_view> records) {
  return test::run_lawful(kRedact, sets, lines(records)).out();
}
std::string hidden(const std::vector<test::Set>& sets, const std::string& text) {
  const auto out = test::run_lawful(kRedact, sets, {{"{\"t\":\"" + text + "\"}"}}).out();
  return out.size() == 1 ? out[0].substr(6, out[0].size() - 8) : "?";
}

TEST(Redact, Row170HidesWhatStandsAtAPathAndNothingElse) {
  EXPECT_EQ(redacted({{"path", ".a.b"}, {"path", ".c[]"}}, {R"({"a":{"b":1.50,"x":1.50},"c":["s",null,{"k":1}],"d":1e3})"}),
            (Lines{R"({"a":{"b":"[redacted]","x":1.50},"c":["[redacted]",null,"[redacted]"],"d":1e3})"}));
  EXPECT_EQ(redacted({{"path", ".. | .pin?"}}, {R"([{"pin":1},{"x":{"pin":"2"}}])"}),
            (Lines{R"([{"pin":"[redacted]"},{"x":{"pin":"[redacted]"}}])"}));
  EXPECT_EQ(redacted({{"path", ".a[1:]"}}, {"{\"a\":[1,2,3]}"}), (Lines{R"({"a":[1,"[redacted]","[redacted]"]})"}));
  EXPECT_EQ(redacted({{"path", ".a[-1]"}}, {"{\"a\":[1,2,3]}"}), (Lines{R"({"a":[1,2,"[redacted]"]})"}));
}

// jq '.a[1:][0]' and so on: what is behind a slice counts from its beginning.
TEST(Redact, APathGoesOnInWhatASliceIs) {
  const std::string record = R"({"a":[{"b":1},{"b":2},{"b":3}]})";
  for (const char* path : {".a[1:][0].b", ".a[-2:][0].b", ".a[1:2][].b", ".a[1:] | .[0].b"})
    EXPECT_EQ(redacted({{"path", path}}, {record}), (Lines{R"({"a":[{"b":1},{"b":"[redacted]"},{"b":3}]})"})) << path;
  EXPECT_EQ(redacted({{"path", ".a[1:][].b"}, {"drop"}}, {record}), (Lines{R"({"a":[{"b":1},{},{}]})"}));
  EXPECT_EQ(redacted({{"path", ".a[1:][5].b"}}, {record}), Lines{record}) << "nothing stands there";
}

// Of a key that stands twice the last value counts, and only that one is looked at.
TEST(Redact, WhatAKeySaidBeforeDoesNotLeave) {
  EXPECT_EQ(
      redacted({{"find", "email"}}, {R"({"m":"a@b.example","m":"x"})", R"([{"o":{"e":"a@b.example"},"o":{}}])", R"({"a:\"":1, "b":2})"}),
      (Lines{R"({"m":"x"})", R"([{"o":{}}])", R"({"a:\"":1, "b":2})"}));
  EXPECT_EQ(redacted({{"path", ".p"}}, {R"({"p":"joe", "p":null})"}), (Lines{R"({"p":null})"}));
}

TEST(Redact, ThoseThatOverlapAreHiddenAsOne) {
  for (const bool turned : {false, true}) {
    const auto both = [&](const test::Set& one, const test::Set& other, const std::string& text) {
      return hidden(turned ? std::vector<test::Set>{other, one} : std::vector<test::Set>{one, other}, text);
    };
    EXPECT_EQ(both({"find", "card"}, {"find", "email"}, "<4111111111111111.joe@b.example>"), "<[redacted]>");
    EXPECT_EQ(both({"find", "ipv4"}, {"find", "email"}, "10.0.0.1-joe@b.example"), "[redacted]");
    EXPECT_EQ(both({"regex", "#[0-9]+"}, {"find", "email"}, "#42.joe@b.example"), "[redacted]");
    EXPECT_EQ(both({"regex", "sk-[a-z]+"}, {"regex", "sk-[a-z0-9]+"}, "sk-abc123 z"), "[redacted] z");
    EXPECT_EQ(both({"regex", "b+c"}, {"regex", "ab"}, "abbc abc"), "[redacted] [redacted]");
    EXPECT_EQ(both({"regex", "ab"}, {"regex", "bc"}, "abcabxbc"), "[redacted][redacted]x[redacted]");
  }
}

TEST(Redact, BehindWhatOftenStandsInFrontOfASecret) {
  const std::string jwt = "eyJh.eyJz.x_-";
  for (const std::string front : {"token%3D", "Bearer%20", "jwt-", "token_"})
    EXPECT_EQ(hidden({{"find", "jwt"}}, front + jwt), front + "[redacted]");
  EXPECT_EQ(hidden({{"find", "card"}}, "n=%204111111111111111"), "n=%20[redacted]");
  EXPECT_EQ(hidden({{"find", "bearer"}}, "Authorization: Bearer Bearer abc.def"), "Authorization: Bearer Bearer [redacted]");
  EXPECT_EQ(hidden({{"find", "email"}}, "jose\u0301@b.example हि@b.example"), "[redacted] [redacted]");
}

TEST(Redact, Row170ARecordWithNothingToHideKeepsItsBytes) {
  const std::initializer_list<std::string_view> records{R"({ "a" : null, "u": "\u0041" })", R"({"b":[ 1.0 ]})", "{}"};
  EXPECT_EQ(redacted({{"path", ".a"}, {"path", ".c.d"}}, records), Lines(records.begin(), records.end()));
  EXPECT_EQ(redacted({{"find", "email"}, {"find", "card"}, {"regex", "zz+"}}, records), Lines(records.begin(), records.end()));
}

TEST(Redact, InThePlaceOfASecret) {
  EXPECT_EQ(hidden({{"path", ".t"}, {"with", "-"}}, "secret"), "-");
  EXPECT_EQ(hidden({{"path", ".t"}, {"keep", "2"}}, "secret"), "****et");
  EXPECT_EQ(hidden({{"path", ".t"}, {"keep", "2"}}, "äöü"), "*öü");
  EXPECT_EQ(hidden({{"path", ".t"}, {"keep", "6"}}, "secret"), "******") << "all of it would be no secret";
  EXPECT_EQ(hidden({{"path", ".t"}, {"hash", "k"}}, "a@b.co"), "bded63a7c65fcbf7be604c8531fa4e9e1f2ba389b99cd0358c148ed0b0639fdd");
  EXPECT_EQ(redacted({{"path", ".a"}, {"keep", "1"}}, {R"({"a":[1,2]})", R"({"a":12345})"}),
            (Lines{R"({"a":"****"})", R"({"a":"****5"})"}));
}

TEST(Redact, DropsAllPathsAtOnce) {
  EXPECT_EQ(redacted({{"path", ".a[0]"}, {"path", ".a[1]"}, {"path", ".b"}, {"drop"}}, {R"({"a":[1,2,3],"b":0,"c":1})"}),
            (Lines{R"({"a":[3],"c":1})"}));
  EXPECT_EQ(hidden({{"find", "email"}, {"drop"}}, "mail a@b.example now"), "mail  now");
}

TEST(Redact, Row170FindsWhatLooksLikeASecretAnywhere) {
  EXPECT_EQ(redacted({{"find", "email"}}, {R"({"a":["x@y.example",{"b":"to \"x.z+1@sub.y.example\"."}],"k@y.example":1})"}),
            (Lines{R"({"a":["[redacted]",{"b":"to \"[redacted]\"."}],"k@y.example":1})"}))
      << "names of fields are not looked at";
  EXPECT_EQ(redacted({{"path", ".msg"}, {"find", "email"}}, {R"({"msg":{"x":"a@b.example"},"other":"a@b.example"})"}),
            (Lines{R"({"msg":{"x":"[redacted]"},"other":"a@b.example"})"}));
  EXPECT_EQ(redacted({{"find", "email"}}, {R"({"e":"\u0061@b.example"})"}), (Lines{R"({"e":"[redacted]"})"})) << "however it is spelled";
}

TEST(Redact, Row170Kinds) {
  const auto find = [](std::string_view kind, const std::string& text) { return hidden({{"find", kind}, {"with", "#"}}, text); };
  EXPECT_EQ(find("bearer", "Authorization: bearer  abc-._~+/1== x"), "Authorization: bearer  # x");
  EXPECT_EQ(find("bearer", "forbearer token"), "forbearer token");
  EXPECT_EQ(find("ipv4", "from 10.0.0.255:80, 1.2.3.256, 1.2.3.4.5, v1.2.3, 0.0.0.0"), "from #:80, 1.2.3.256, 1.2.3.4.5, v1.2.3, #");
  EXPECT_EQ(find("jwt", "t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.s-_g; eyJ.x"), "t=#; eyJ.x");
  EXPECT_EQ(find("email", "a@b, @c.d, e@f.g1, ü@bücher.example, a@-b.example"), "a@b, @c.d, #, #, a@-b.example");
}

TEST(Redact, Row170CardsByTheirCheckDigit) {
  const auto card = [](const std::string& text) { return hidden({{"find", "card"}, {"with", "#"}}, text); };
  for (const char* number : {"4111111111111111", "4222222222222", "5555555555554444", "2223003122003222", "378282246310005",
                             "6011111111111117", "30569309025904", "3530111333300000", "4111 1111 1111 1111", "3782-822463-10005"})
    EXPECT_EQ(card(number), "#") << number;
  EXPECT_EQ(card("4111111111111112"), "4111111111111112") << "one digit is wrong";
  EXPECT_EQ(card("4111  1111 1111 1111"), "4111  1111 1111 1111") << "two blanks part two numbers";
  EXPECT_EQ(card("1700000000007"), "1700000000007") << "a time";
  EXPECT_EQ(card("in 2024 4111 1111 1111 1111 12/26"), "in 2024 # 12/26") << "numbers on each side";
  EXPECT_EQ(card("94111111111111111"), "94111111111111111") << "inside of a longer number";
  EXPECT_EQ(redacted({{"find", "card"}}, {R"({"n":4111111111111111,"m":411})"}), (Lines{R"({"n":"[redacted]","m":411})"}));
}

TEST(Redact, OfNothingThereIsNothingToHide) { EXPECT_EQ(hidden({{"regex", "x*y?(?=z)"}, {"with", "#"}}, "xz z"), "#z z"); }

TEST(Redact, CountsWhatItHid) {
  const auto outcome = test::run_lawful(kRedact, {{"find", "email"}}, lines({R"(["a@b.example c@d.example","x"])", "1"}));
  EXPECT_EQ(outcome.counted.at("redacted"), 2u);
  EXPECT_EQ(outcome.notes, Lines());
}

TEST(Redact, APathThatLeadsNowhereFailsTheRecord) {
  const auto outcome = test::run_lawful(kRedact, {{"path", ".a.b"}}, lines({R"({"a":"text"})", R"({"a":{"b":1}})"}));
  EXPECT_EQ(outcome.out(), (Lines{R"({"a":{"b":"[redacted]"}})"}));
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].record, R"({"a":"text"})");
}

// A text of half a megabyte with a secret every few bytes, and one that could begin anywhere.
TEST(Redact, TakesTimeByTheLengthOfTheText) {
  std::string many, none(500'000, 'a');
  for (int i = 0; i < 30'000; ++i) many += "a@b.example ";
  EXPECT_EQ(hidden({{"find", "email"}, {"find", "card"}, {"find", "jwt"}, {"with", "#"}}, many).size(), 60'000u);
  EXPECT_EQ(hidden({{"find", "email"}, {"find", "ipv4"}, {"regex", "b+c"}}, none), none);
}

TEST(Redact, WhatTakesTooLongFailsTheRecord) {
  const auto outcome = test::run_lawful(kRedact, {{"regex", "(a+)+$"}}, {{"\"" + std::string(5000, 'a') + "b\""}});
  ASSERT_EQ(outcome.failed.size(), 1u) << "it may not pass as if it had been looked through";
  EXPECT_EQ(outcome.failed[0].code, "limit");
}

TEST(Redact, WhatStandsInAPlaceIsBounded) {
  const std::string long_word(1 << 20, 'x');
  const auto outcome = test::run_lawful(kRedact, {{"regex", "."}, {"with", long_word}}, {{"\"" + std::string(70, 'a') + "\""}});
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].code, "limit");
}

TEST(Redact, RefusesWhatSaysNothingOrTooMuch) {
  EXPECT_NE(test::refusal(kRedact, {}).find("redact wants to know what to hide"), std::string::npos);
  EXPECT_NE(test::refusal(kRedact, {{"path", ".a"}, {"with", "x"}, {"drop"}}).find("ways to hide one thing"), std::string::npos);
  EXPECT_NE(test::refusal(kRedact, {{"regex", "a*"}}).find("matches nothing at all too"), std::string::npos);
  EXPECT_NE(test::refusal(kRedact, {{"regex", "("}}).find("not a valid regex"), std::string::npos);
  EXPECT_NE(test::refusal(kRedact, {{"path", ".a |"}}).find(".a |"), std::string::npos);
}

}  // namespace
}  // namespace leat
