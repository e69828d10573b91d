#include "core/codec/syslog.h"

#include "core/base/text.h"
#include "tests/support/codec_laws.h"

namespace leat {
namespace {

using test::codec;
using test::convert;
using test::feed_in_pieces;
using Records = std::vector<std::string>;

struct Fixed final : Clock {
  explicit Fixed(std::string_view at) : at_(*text::rfc3339(at)) {}
  Instant now() const override { return at_; }
  const Instant at_;
};

std::string json(std::string_view bytes, const CodecOptions& options = {}) { return convert("syslog", "ndjson", bytes, options).bytes; }

std::string why(std::string_view bytes, const CodecOptions& options = {}) {
  Pool pool;
  std::string all;
  const auto fed = feed_in_pieces(codec("syslog"), bytes, pool, options);
  for (const Slab::Fault& fault : fed.faults) all += std::string(fault.code) + ": " + fault.message + ";";
  return fed.broken ? all + fed.broken->text : all;
}

// The examples of RFC 5424, 6.5, read by hand.
TEST(Syslog, Rfc5424) {
  EXPECT_EQ(
      json("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xEF\xBB\xBF'su root' failed for lonvick on /dev/pts/8\n"),
      R"({"facility":"auth","severity":"crit","timestamp":"2003-10-11T22:14:15.003Z","hostname":"mymachine.example.com","appname":"su","msgid":"ID47","message":"'su root' failed for lonvick on /dev/pts/8"})"
      "\n");
  EXPECT_EQ(
      json("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.\n"),
      R"({"facility":"local4","severity":"notice","timestamp":"2003-08-24T05:14:15.000003-07:00","hostname":"192.0.2.1","appname":"myproc","procid":8710,"message":"%% It's time to make the do-nuts."})"
      "\n");
  EXPECT_EQ(
      json("<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"App\" "
           "eventID=\"1011\"][examplePriority@32473 class=\"high\"]\n"),
      R"({"facility":"local4","severity":"notice","timestamp":"2003-10-11T22:14:15.003Z","hostname":"mymachine.example.com","appname":"evntslog","msgid":"ID47","structured_data":{"exampleSDID@32473":{"iut":"3","eventSource":"App","eventID":"1011"},"examplePriority@32473":{"class":"high"}}})"
      "\n");
  EXPECT_EQ(json("<0>1 - - - - - -\n<191>1 - - - - - - \n"),
            "{\"facility\":\"kern\",\"severity\":\"emerg\"}\n{\"facility\":\"local7\",\"severity\":\"debug\",\"message\":\"\"}\n");
  EXPECT_EQ(
      json("<13>1 - - - 007 - [a x=\"\\\"\\\\\\]\\n\" y=\"1\" x=\"2\"][b] m\n"),
      R"({"facility":"user","severity":"notice","procid":"007","structured_data":{"a":{"x":["\"\\]\\n","2"],"y":"1"},"b":{}},"message":"m"})"
      "\n");
}

// RFC 3164, 5.4, and what is found in the wild.
TEST(Syslog, Rfc3164) {
  const Fixed now("2026-03-01T12:00:00Z");
  CodecOptions options;
  options.clock = &now;
  const auto fields = [&](std::string_view line) {
    return json(std::string(line) + "\n", options).substr(std::string_view(R"({"facility":"user","severity":"notice",)").size());
  };
  EXPECT_EQ(
      json("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8\n", options),
      R"({"facility":"auth","severity":"crit","timestamp":"2025-10-11T22:14:15Z","hostname":"mymachine","appname":"su","message":"'su root' failed for lonvick on /dev/pts/8"})"
      "\n");
  EXPECT_EQ(fields("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!"),
            "\"timestamp\":\"2026-02-05T17:32:18Z\",\"hostname\":\"10.0.0.99\",\"message\":\"Use the BFG!\"}\n");
  EXPECT_EQ(fields("<13>Mar  1 13:00:00.25 h sshd[4321]: ok: 1"),
            "\"timestamp\":\"2026-03-01T13:00:00.25Z\",\"hostname\":\"h\",\"appname\":\"sshd\",\"procid\":4321,\"message\":\"ok: 1\"}\n");
  EXPECT_EQ(fields("<13>Mar 5 1:02:03 h m"), "\"timestamp\":\"2025-03-05T01:02:03Z\",\"hostname\":\"h\",\"message\":\"m\"}\n");
  EXPECT_EQ(fields("<13>*Feb 29 2024 23:59:60: %SYS-5: x"),
            "\"timestamp\":\"2024-02-29T23:59:59Z\",\"appname\":\"%SYS-5\",\"message\":\"x\"}\n");
  EXPECT_EQ(fields("<13>Jan  2 03:04:05 2019 h a: m"),
            "\"timestamp\":\"2019-01-02T03:04:05Z\",\"hostname\":\"h\",\"appname\":\"a\",\"message\":\"m\"}\n");
  EXPECT_EQ(fields("<13>2024-05-06T07:08:09.123+02:00 h a[x-1]: m"),
            "\"timestamp\":\"2024-05-06T07:08:09.123+02:00\",\"hostname\":\"h\",\"appname\":\"a\",\"procid\":\"x-1\",\"message\":\"m\"}\n");
  EXPECT_EQ(fields("<13>Feb 29 00:00:00 h a: m").substr(0, 34), "\"timestamp\":\"2024-02-29T00:00:00Z\"");
  EXPECT_EQ(fields("<13>anything at all"), "\"message\":\"anything at all\"}\n");
  EXPECT_EQ(fields("<13>Oct 11 22:14 h a: m"), "\"message\":\"Oct 11 22:14 h a: m\"}\n");
  EXPECT_EQ(fields("<13>Feb 30 10:00:00 h a: m"), "\"message\":\"Feb 30 10:00:00 h a: m\"}\n");
  EXPECT_EQ(json("<13>Oct 11 22:14:15 h a: m\n"),
            "{\"facility\":\"user\",\"severity\":\"notice\",\"timestamp\":\"Oct 11 "
            "22:14:15\",\"hostname\":\"h\",\"appname\":\"a\",\"message\":\"m\"}\n");
}

TEST(Syslog, Framing) {
  const std::string one = "<13>1 - - a - - - m",
                    json_of = "{\"facility\":\"user\",\"severity\":\"notice\",\"appname\":\"a\",\"message\":\"m\"}\n";
  EXPECT_EQ(json("19 " + one + one + "\r\n\n20 " + one + "\n\n19 " + one), json_of + json_of + json_of + json_of);
  EXPECT_EQ(json("20 " + one + std::string(1, '\0') + one), json_of + json_of);
  EXPECT_EQ(json("21 <13>1 - - a - - - m\nn"), "{\"facility\":\"user\",\"severity\":\"notice\",\"appname\":\"a\",\"message\":\"m\\nn\"}\n");
  EXPECT_EQ(json("\n\r\n\n"), "");
  CodecOptions options;
  options.datagram = true;
  EXPECT_EQ(write(codec("ndjson"),
                  [&] {
                    static Pool pool;
                    const auto framer = codec("syslog").framer(options);
                    return test::feed(*framer, "<13>x\ny\n", 100, pool);
                  }())
                .bytes,
            "{\"facility\":\"user\",\"severity\":\"notice\",\"message\":\"x\\ny\"}\n");
}

TEST(Syslog, WhatIsNone) {
  EXPECT_EQ(why("hello\n<192>x\n<07>x\n<>x\n<1 x\n"),
            "malformed: not syslog at byte 0: expected <0> to <191>;malformed: not syslog at byte 0: expected <0> to <191>;malformed: not "
            "syslog at "
            "byte 0: expected <0> to <191>;malformed: not syslog at byte 0: expected <0> to <191>;malformed: not syslog at byte 0: "
            "expected <0> to "
            "<191>;");
  EXPECT_EQ(why("<1>1 yesterday h a p m - x\n"), "malformed: not syslog at byte 5: expected a time of RFC 3339 or -;");
  EXPECT_EQ(why("<1>1 - h a\n"), "malformed: not syslog at byte 10: the header is cut short;");
  EXPECT_EQ(why("<1>1 - h a p m [x\n"), "malformed: not syslog at byte 17: expected a space or ']';");
  EXPECT_EQ(why("<1>1 - h a p m [x y=1]\n"), "malformed: not syslog at byte 19: expected =\";");
  EXPECT_EQ(why("<1>1 - h a p m [x y=\"1]\n"), "malformed: not syslog at byte 23: a value has no end;");
  EXPECT_EQ(why("<1>1 - h a p m [x][x] m\n"), "malformed: not syslog at byte 20: an element of structured data stands twice;");
  EXPECT_EQ(why("<1>1 - h a p m -m\n"), "malformed: not syslog at byte 16: expected a space in front of the message;");
  EXPECT_EQ(why("<1>\xFF\n"), "malformed: not syslog at byte 3: not UTF-8;");
  EXPECT_EQ(why("<1>a\n30 <1>b"), "byte 5: 26 bytes of the message that begins here are missing");
  EXPECT_EQ(why("99999999999 <1>b\n"), "malformed: not syslog at byte 0: expected <0> to <191>;");
}

TEST(Syslog, LongMessagesAreFaults) {
  CodecOptions options;
  options.max_record = 6;
  EXPECT_EQ(why("<1>abc\n<1>abcd\n7 <1>abcd<1>a\n9999999999 <1>abcdefgh", options),
            "limit: longer than 6 B;limit: longer than 6 B;limit: longer than 6 B;byte 51: 9999999988 bytes of a message are missing");
  EXPECT_EQ(json("<1>abcdefgh\n7 <1>abcd<1>a\n", options), "{\"facility\":\"kern\",\"severity\":\"alert\",\"message\":\"a\"}\n");
}

TEST(Syslog, Writes) {
  EXPECT_EQ(convert("ndjson", "syslog",
                    "{\"facility\":\"auth\",\"severity\":2,\"timestamp\":\"2003-10-11T22:14:15.1234567Z\",\"hostname\":\"h\",\"appname\":"
                    "\"su\",\"procid\":7,"
                    "\"msgid\":\"I\",\"structured_data\":{\"a@1\":{\"x\":\"\\\"]\\\\\",\"y\":[1,true]}},\"message\":\"hi\"}\n"
                    "{\"timestamp\":1700000000.5}\n{\"message\":\"a\\nb\",\"hostname\":null}\n{\"message\":{\"k\":[1]}}\n")
                .bytes,
            "<34>1 2003-10-11T22:14:15.123456Z h su 7 I [a@1 x=\"\\\"\\]\\\\\" y=\"1\" y=\"true\"] hi\n"
            "<13>1 2023-11-14T22:13:20.5Z - - - - -\n22 <13>1 - - - - - - a\nb\n<13>1 - - - - - - {\"k\":[1]}\n");
  const auto written = convert(
      "ndjson", "syslog",
      "{\"level\":1}\n{\"facility\":\"x\"}\n{\"severity\":8}\n{\"appname\":\"a b\"}\n{\"timestamp\":\"noon\"}\n{\"structured_data\":[]}\n"
      "3\n{\"msgid\":\"" +
          std::string(33, 'x') + "\"}\n{\"hostname\":\"-\"}\n{\"message\":\"ok\"}\n");
  EXPECT_EQ(written.bytes, "<13>1 - - - - - - ok\n");
  EXPECT_EQ(written.failed,
            (Records{"encode: syslog has no field 'level'", "encode: facility: there is no facility 'x'",
                     "encode: severity: there is no severity '8'", "encode: appname: wants a word of visible ASCII",
                     "encode: timestamp: wants a time of RFC 3339, or a number of seconds",
                     "encode: structured_data: wants {ELEMENT: {NAME: VALUE}}", "encode: only an object can be a message of syslog",
                     "encode: msgid: longer than 32 bytes", "encode: hostname: - says that there is none"}));
}

TEST(Syslog, ThereAndBack) {
  const std::string json_of =
      R"({"facility":"local0","severity":"warning","timestamp":"2024-01-02T03:04:05.678901Z","hostname":"h","appname":"a","procid":12,"structured_data":{"e@1":{"k":"]\"\\","l":["1","2"]}},"message":"x\ny\r"})"
      "\n"
      R"({"facility":"kern","severity":"debug","message":"\ufeffz\r"})"
      "\n";
  std::string expected = json_of;
  expected.replace(expected.find("\\ufeff"), 6, "\xEF\xBB\xBF");
  EXPECT_EQ(json(convert("ndjson", "syslog", json_of).bytes), expected);
}

}  // namespace
}  // namespace leat
