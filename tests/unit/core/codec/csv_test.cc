#include "core/codec/csv.h"

#include <random>

#include "core/codec/csv_format.h"
#include "tests/support/codec_laws.h"

namespace leat {
namespace {

using test::codec;
using test::convert;
using test::feed_in_pieces;
using Records = std::vector<std::string>;

test::Stream read(std::string_view name, std::string_view bytes, const CodecOptions& options = {}) {
  static Pool pool;
  return feed_in_pieces(codec(name), bytes, pool, options);
}

TEST(Csv, Rows) {
  EXPECT_EQ(read("csv", "a,b\n1,2\n\n3,4").records, (Records{"1,2", "3,4"}));
  EXPECT_EQ(read("csv", "\xEF\xBB\xBF\"a\",b\r\n\"x\ny\",\"\"\"\"\r\n,\r\n").records, (Records{"\"x\ny\",\"\"\"\"", ","}));
  EXPECT_EQ(read("csv", "a\n").records, Records{});
  EXPECT_EQ(read("csv", "").records, Records{});
  // A quote inside an unquoted field is a character.
  EXPECT_EQ(read("csv", "a,b\n5\",x\n6,\"7\"\n").records, (Records{"5\",x", "6,\"7\""}));
  CodecOptions bare;
  bare.header = false;
  EXPECT_EQ(read("csv", "1,2\n\"3\n\",4\n", bare).records, (Records{"1,2", "\"3\n\",4"}));
  EXPECT_EQ(read("tsv", "a\tb\n\"x\t\"y\n").records, Records{"\"x\t\"y"});
  EXPECT_EQ(read("tsv", "a\n\nx\n").records, (Records{"", "x"}));
  CodecOptions semicolon;
  semicolon.separator = ';';
  EXPECT_EQ(convert("csv", "csv", "a;b\n\"1;2\";3\n", semicolon).bytes, "a;b\n\"1;2\";3\n");
}

// What RFC 4180 has no word for: a carriage return that is no part of a line end, a byte order mark that is not the first.
TEST(Csv, CarriageReturnsAndMarksOfTheirOwnAreReadAgain) {
  EXPECT_EQ(convert("csv", "csv", "a\r\r\n1\r\r\n2\r\n3\r").bytes, "a\r\r\n1\r\r\n2\n3\n");
  EXPECT_EQ(convert("csv", "ndjson", "a\r\r\n1\r\r\n2\r\n3\r").bytes, "{\"a\\r\":\"1\\r\"}\n{\"a\\r\":2}\n{\"a\\r\":3}\n");
  EXPECT_EQ(convert("ndjson", "csv", "{\"a\":\"1\\r\"}\n").bytes, "a\n\"1\r\"\n");
  const std::string mark = "\xEF\xBB\xBF";
  for (const char* name : {"csv", "tsv"}) {
    EXPECT_EQ(convert(name, name, mark + "a\n1\n").bytes, "a\n1\n");
    EXPECT_EQ(convert(name, name, mark + mark + "a\n" + mark + "\n").bytes, mark + mark + "a\n" + mark + "\n");
    EXPECT_EQ(convert("ndjson", name, "{\"" + mark + "a\":1}\n").bytes, mark + mark + "a\n1\n");
    CodecOptions bare;
    bare.header = false;
    EXPECT_EQ(convert(name, name, mark + mark + "1\n", bare).bytes, mark + mark + "1\n");
  }
  EXPECT_EQ(convert("logfmt", "logfmt", mark + mark + "a=1\n" + mark + "b=2\n").bytes, mark + mark + "a=1\n" + mark + "b=2\n");
}

// mlr --icsv --ojsonl cat on the same rows, but for true and false, which Miller takes for strings.
TEST(Csv, ToJson) {
  EXPECT_EQ(convert("csv", "ndjson", "a,b,a,\"c d\"\n1,007,-1.50,\n\"2\",true,x\"\"y,\"say \"\"hi\"\"\n\"\n1e5,.5,+1,-\n").bytes,
            "{\"a\":1,\"b\":\"007\",\"a_2\":-1.50,\"c d\":\"\"}\n"
            "{\"a\":2,\"b\":true,\"a_2\":\"x\\\"\\\"y\",\"c d\":\"say \\\"hi\\\"\\n\"}\n"
            "{\"a\":1e5,\"b\":\".5\",\"a_2\":\"+1\",\"c d\":\"-\"}\n");
  EXPECT_EQ(convert("tsv", "ndjson", "a\tb\nC:\\users\t\\q\\\\t\\r\\n\n").bytes, "{\"a\":\"C:\\\\users\",\"b\":\"\\\\q\\\\t\\r\\n\"}\n");
  CodecOptions options;
  options.infer = false;
  options.header = false;
  EXPECT_EQ(convert("csv", "ndjson", "1,true\nx\n", options).bytes, "{\"1\":\"1\",\"2\":\"true\"}\n{\"1\":\"x\"}\n");
}

TEST(Csv, RaggedAndOtherwiseMalformedRows) {
  const auto written = convert("csv", "ndjson", "a,b\n1\n1,2\n1,2,3\n\"1\"x,2\n\xFF,1\n");
  EXPECT_EQ(written.bytes, "{\"a\":1,\"b\":2}\n");
  EXPECT_EQ(written.failed, (Records{"malformed: the row has 1 fields, the header 2", "malformed: the row has 3 fields, the header 2",
                                     "malformed: not CSV at byte 3: expected the field to end behind its closing quote",
                                     "malformed: not CSV at byte 0: not UTF-8"}));
}

TEST(Csv, BrokenStreams) {
  const auto why = [](std::string_view bytes) {
    const auto fed = read("csv", bytes);
    return fed.broken ? fed.broken->text : "";
  };
  EXPECT_EQ(why("a,b\n1,2\n3,\"4\n5,6\n"), "byte 10: the quoted field that begins here has no end");
  EXPECT_EQ(read("csv", "a,b\n1,2\n3,\"4\n5,6\n").records, Records{"1,2"});
  EXPECT_EQ(why("a,\"b\"x\n1,2\n"), "byte 5: in the header: expected the field to end behind its closing quote");
  EXPECT_EQ(why("\"a\n"), "byte 0: the quoted field that begins here has no end");
  EXPECT_EQ(why("a,\xFF\n"), "byte 0: in the header: the header is not UTF-8");
}

TEST(Csv, LongRowIsAFaultAndReadingGoesOn) {
  CodecOptions options;
  options.max_record = 6;
  const auto fed = read("csv", "a,b\n1,2345\n1,23456\n\"\n\n\n\n\n\",1\n\"\"\"\n\",\"\n", options);
  EXPECT_EQ(fed.records, (Records{"1,2345", "1,2345", "\"\n\n\n\n\n", "\"\"\"\n\","}));
  EXPECT_EQ(fed.faults.size(), 3u);
  EXPECT_TRUE(fed.broken);  // the last quote is never closed
  EXPECT_EQ(read("csv", "a,bcdefg\n1,2\n", options).broken.value().text, "byte 0: the header is longer than a record may be");
}

TEST(Csv, ColumnsComeStraightFromTheRow) {
  const auto fed = read("csv", "n,s,q\n1,true,\"a\"\"b\"\n,x,\" y \"\n");
  FieldPlan plan;
  for (const FieldPlan::Path& path : std::vector<FieldPlan::Path>{{"q"}, {"n"}, {"gone"}, {"s", "deep"}, {}, {"s"}}) plan.slot(path);
  const Slab& slab = *fed.slabs[0];
  const auto reader = slab.format->reader(plan);
  std::vector<Column> row(plan.width());
  using Kind = Column::Kind;
  const auto text = [&](uint32_t slot) { return slab.text().substr(row[slot].begin, row[slot].size); };

  ASSERT_TRUE(reader->read(slab, 0, row.data()));
  EXPECT_EQ(text(0), "a\"\"b");
  EXPECT_EQ(row[0].form, Column::Form::doubled);
  EXPECT_EQ(text(1), "1");
  EXPECT_EQ(row[1].kind, Kind::number);
  EXPECT_EQ(row[2].kind, Kind::missing);
  EXPECT_EQ(row[3].kind, Kind::wrong);
  EXPECT_EQ(row[3].size, static_cast<uint32_t>(Kind::yes));
  EXPECT_EQ(text(4), "1,true,\"a\"\"b\"");
  EXPECT_EQ(row[4].form, Column::Form::foreign);
  EXPECT_EQ(row[5].kind, Kind::yes);
  ASSERT_TRUE(reader->read(slab, 1, row.data()));
  EXPECT_EQ(text(0), " y ");
  EXPECT_EQ(row[0].form, Column::Form::plain);
  EXPECT_EQ(row[1].kind, Kind::string);
  EXPECT_EQ(row[1].size, 0u);
}

TEST(Csv, WritesObjects) {
  EXPECT_EQ(
      convert("ndjson", "csv",
              "{\"a\":1.50,\"b c\":\"x,y\"}\n{\"b c\": null}\n{\"a\":{\"k\": [1, 2]},\"b c\":\"q\\\"\\n\"}\n{\"b c\":true,\"a\":\"\"}\n")
          .bytes,
      "a,b c\n1.50,\"x,y\"\n,\n\"{\"\"k\"\":[1,2]}\",\"q\"\"\n\"\n,true\n");
  EXPECT_EQ(convert("ndjson", "tsv", "{\"a\":\"x\\ty\\\\\",\"b\":\"\\n\\r\"}\n").bytes, "a\tb\nx\\ty\\\\\t\\n\\r\n");
  const auto written = convert("ndjson", "csv", "{\"a\":1}\n{\"a\":1,\"b\":2}\n[1]\n{\"a\":\n{\"a\":1,\"a\":3}\n");
  EXPECT_EQ(written.bytes, "a\n1\n3\n");
  EXPECT_EQ(written.failed, (Records{"encode: the header has no field 'b'", "encode: only an object can be a row",
                                     "malformed: not JSON at byte 5: the text ends where a value should be"}));
  EXPECT_EQ(convert("ndjson", "csv", "{\"a\":\"\"}\n{}\n").bytes, "a\n\"\"\n\"\"\n");
  EXPECT_EQ(convert("ndjson", "tsv", "{\"a\":\"\"}\n").bytes, "a\n\n");
  CodecOptions options;
  options.header = false;
  EXPECT_EQ(convert("ndjson", "csv", "{\"a\":1}\n{\"a\":2}\n", options).bytes, "1\n2\n");
  EXPECT_EQ(convert("ndjson", "csv", "").bytes, "");
}

TEST(Csv, UnchangedRowsKeepTheirBytes) {
  const std::string bytes = "\"a\",b\n\"1\",\"x\"\"\ny\"\n2,\n";
  EXPECT_EQ(convert("csv", "csv", bytes).bytes, bytes);
  EXPECT_EQ(convert("csv", "csv", "a,b\r\n\"1\",2\r\n3,4").bytes, "a,b\n\"1\",2\n3,4\n");
  EXPECT_EQ(convert("tsv", "tsv", "a\tb\n\\q\t\\t\n").bytes, "a\tb\n\\q\t\\t\n");
  EXPECT_EQ(convert("csv", "tsv", "a,b\n\"x\ty\",1\n").bytes, "a\tb\nx\\ty\t1\n");
}

TEST(Csv, SourcesWithDifferentHeaders) {
  Pool pool;
  const auto first = feed_in_pieces(codec("csv"), "a,b\n1,\"2\"\n", pool),
             swapped = feed_in_pieces(codec("csv"), "b,a\n\"3\",4\n5\n", pool);
  const auto fewer = feed_in_pieces(codec("csv"), "b\n6\n", pool), more = feed_in_pieces(codec("csv"), "a,c,b\n7,8,9\n", pool);
  const auto json = feed_in_pieces(codec("ndjson"), "{\"b\":10}\n", pool);
  const auto encoder = codec("csv").encoder({});
  std::string out;
  Records failed;
  for (const auto* stream : {&first, &swapped, &fewer, &more, &json, &first}) {
    Batch batch(stream->slabs[0], {}, 0);
    encoder->encode(batch, out,
                    [&](uint32_t record, const Reason& reason) { failed.push_back(std::to_string(record) + " " + reason.message); });
    batch.let_go();
  }
  EXPECT_EQ(out, "a,b\n1,\"2\"\n4,\"3\"\n,6\n,10\n1,\"2\"\n");
  EXPECT_EQ(failed, (Records{"1 the row has 1 fields, the header 2", "0 the header has no field 'c'"}));
}

TEST(Csv, ASlabOfRowsGoesOutAsItCame) {
  Pool pool;
  const auto framer = codec("csv").framer({});
  const auto fed = test::feed(*framer, "a,b\n1,2\n3,4\n", 8, pool);
  ASSERT_EQ(fed.slabs.size(), 2u);
  const auto encoder = codec("csv").encoder({});
  EXPECT_FALSE(encoder->as_is(*fed.slabs[1]));  // the header is not out yet
  std::string out;
  Batch batch(fed.slabs[0], {}, 0);
  encoder->encode(batch, out, [](uint32_t, const Reason&) { FAIL(); });
  batch.let_go();
  EXPECT_FALSE(encoder->as_is(*fed.slabs[0]));
  EXPECT_TRUE(encoder->as_is(*fed.slabs[1]));
}

TEST(Csv, ThereAndBack) {
  std::mt19937 random(9);
  const Records cells{"", "\"\"", "1", "\"x,y\"", "\"a\"\"\n\"", "5\"", "true", "\"\r\n\""};
  for (int round = 0; round < 200; ++round) {
    std::string bytes = "a,b,c\n";
    for (int rows = random() % 8; rows > 0; --rows)
      for (int i = 0; i < 3; ++i) bytes += cells[random() % cells.size()] + (i == 2 ? "\n" : ",");
    const bool any = bytes.size() > 6;
    ASSERT_EQ(convert("csv", "csv", bytes).bytes, any ? bytes : "");
    // Through JSON the values stay, the quotes need not.
    const std::string json = convert("csv", "ndjson", bytes).bytes;
    ASSERT_EQ(convert("csv", "ndjson", convert("ndjson", "csv", json).bytes).bytes, json);
    ASSERT_EQ(convert("tsv", "ndjson", convert("ndjson", "tsv", json).bytes).bytes, json);
  }
}

}  // namespace
}  // namespace leat
