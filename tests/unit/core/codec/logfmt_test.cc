#include "core/codec/logfmt.h"

#include "tests/support/codec_laws.h"

namespace leat {
namespace {

using test::codec;
using test::convert;
using Records = std::vector<std::string>;

TEST(Logfmt, ToJson) {
  EXPECT_EQ(
      convert("logfmt", "ndjson",
              "ts=2024-01-01T00:00:00Z level=info n=1.50 ok=true dry msg=\"a \\\"b\\\" \\u00e9\" e= q=\"\" id=007 s=\"5\" u=/a?b=\"c\"&d\n")
          .bytes,
      "{\"ts\":\"2024-01-01T00:00:00Z\",\"level\":\"info\",\"n\":1.50,\"ok\":true,\"dry\":true,\"msg\":\"a \\\"b\\\" "
      "\\u00e9\",\"e\":\"\",\"q\":\"\","
      "\"id\":\"007\",\"s\":\"5\",\"u\":\"/a?b=\\\"c\\\"&d\"}\n");
  EXPECT_EQ(convert("logfmt", "ndjson",
                    "\xEF\xBB\xBF"
                    "a=1\r\n\n   \n  b=\t c=2")
                .bytes,
            "{\"a\":1}\n{\"b\":\"\",\"c\":2}\n");
  CodecOptions options;
  options.infer = false;
  EXPECT_EQ(convert("logfmt", "ndjson", "a=1 b=true\n", options).bytes, "{\"a\":\"1\",\"b\":\"true\"}\n");
}

TEST(Logfmt, Malformed) {
  const auto written = convert("logfmt", "ndjson", "a=1 =2\na=\"x\na=\"x\"y\na=\"\\x\"\na\"b=1\na=\xFF\na=\"\t\\n\"\nok=1\n");
  EXPECT_EQ(written.bytes, "{\"ok\":1}\n");
  EXPECT_EQ(written.failed,
            (Records{"malformed: not logfmt at byte 4: expected a key",
                     "malformed: not logfmt at byte 2: the quoted value that begins here has no end",
                     "malformed: not logfmt at byte 5: expected a space behind the closing quote",
                     "malformed: not logfmt at byte 3: no such escape", "malformed: not logfmt at byte 1: expected '=' behind the key",
                     "malformed: not logfmt at byte 2: not UTF-8", "malformed: not logfmt at byte 3: a control character beside escapes"}));
}

TEST(Logfmt, Writes) {
  EXPECT_EQ(convert("ndjson", "logfmt",
                    "{\"a\":1.50,\"b\":\"x\",\"c\":\"x y\",\"d\":null,\"e\":\"\",\"f\":[1, "
                    "{\"k\":\"v\"}],\"g\":\"5\",\"h\":\"true\",\"i\":true,\"j\":\"a=b\"}\n")
                .bytes,
            "a=1.50 b=x c=\"x y\" d= e=\"\" f=\"[1,{\\\"k\\\":\\\"v\\\"}]\" g=\"5\" h=\"true\" i=true j=\"a=b\"\n");
  const auto written = convert("ndjson", "logfmt", "{\"a b\":1}\n{\"\":1}\n3\n{}\n{\"a\":\n{\"ok\":1}\n");
  EXPECT_EQ(written.bytes, "ok=1\n");
  EXPECT_EQ(written.failed,
            (Records{"encode: 'a b' cannot be a key of logfmt", "encode: '' cannot be a key of logfmt",
                     "encode: only an object can be a line of logfmt", "encode: an object without fields cannot be a line of logfmt",
                     "malformed: not JSON at byte 5: the text ends where a value should be"}));
}

TEST(Logfmt, ThereAndBack) {
  const std::string json = "{\"a\":-1e5,\"b\":\"\\\\\\\"\\n\\u0001\",\"c\":false,\"d\":\"12\",\"e\":\"=\"}\n";
  EXPECT_EQ(convert("logfmt", "ndjson", convert("ndjson", "logfmt", json).bytes).bytes, json);
  const std::string lines = "a=1  b=\"x\" c\nd=2\n";
  EXPECT_EQ(convert("logfmt", "logfmt", lines).bytes, lines);
}

TEST(Logfmt, ColumnsComeStraightFromTheLine) {
  Pool pool;
  const auto fed = test::feed_in_pieces(codec("logfmt"), "n=5 long_key_name=\"a b\" flag n=6 esc=\"\\n\"\n", pool);
  FieldPlan plan;
  for (const FieldPlan::Path& path : std::vector<FieldPlan::Path>{{"n"}, {"long_key_name"}, {"flag"}, {"gone"}, {"n", "x"}, {}, {"esc"}})
    plan.slot(path);
  const Slab& slab = *fed.slabs[0];
  const auto reader = slab.format->reader(plan);
  std::vector<Column> row(plan.width());
  ASSERT_TRUE(reader->read(slab, 0, row.data()));
  const auto text = [&](uint32_t slot) { return slab.text().substr(row[slot].begin, row[slot].size); };
  using Kind = Column::Kind;
  EXPECT_EQ(text(0), "6");
  EXPECT_EQ(row[0].kind, Kind::number);
  EXPECT_EQ(text(1), "a b");
  EXPECT_EQ(row[2].kind, Kind::yes);
  EXPECT_EQ(row[3].kind, Kind::missing);
  EXPECT_EQ(row[4].kind, Kind::wrong);
  EXPECT_EQ(row[4].size, static_cast<uint32_t>(Kind::number));
  EXPECT_EQ(row[5].form, Column::Form::foreign);
  EXPECT_EQ(text(6), "\\n");
  EXPECT_EQ(row[6].form, Column::Form::escaped);
}

}  // namespace
}  // namespace leat
