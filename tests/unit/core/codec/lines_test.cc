#include "core/codec/lines.h"

#include <array>
#include <random>

#include "core/codec/masks.h"
#include "tests/support/codec_laws.h"

namespace leat {
namespace {

using test::codec;
using test::convert;
using test::feed_in_pieces;
using Records = std::vector<std::string>;
using namespace std::string_literals;

Records records(std::string_view name, std::string_view bytes, const CodecOptions& options = {}) {
  Pool pool;
  return feed_in_pieces(codec(name), bytes, pool, options).records;
}

TEST(Lines, Framing) {
  EXPECT_EQ(records("lines", "a\nb\n"), (Records{"a", "b"}));
  EXPECT_EQ(records("lines", "a\n\nb"), (Records{"a", "", "b"}));
  EXPECT_EQ(records("lines", "\n"), (Records{""}));
  EXPECT_EQ(records("lines", ""), Records{});
  EXPECT_EQ(records("lines", "a\r\nb\r\n\r\nc\rd"), (Records{"a", "b", "", "c\rd"}));
  EXPECT_EQ(records("lines",
                    "\xEF\xBB\xBF"
                    "a\n"),
            (Records{"\xEF\xBB\xBF"
                     "a"}));
  EXPECT_EQ(records("nul", "a\nb\0\0c"s), (Records{"a\nb", "", "c"}));
  EXPECT_EQ(records("ndjson", "\xEF\xBB\xBF{}\r\n\n \t\r\n 1 \n\"\xEF\xBB\xBF\""), (Records{"{}", " 1 ", "\"\xEF\xBB\xBF\""}));
  EXPECT_EQ(records("ndjson", "\xEF\xBB\xBF\n[]\n"), (Records{"[]"}));
}

TEST(Lines, LongRecordIsAFaultAndReadingGoesOn) {
  CodecOptions options;
  options.max_record = 5;
  Pool pool;
  for (const char* name : {"lines", "nul", "ndjson"}) {
    const char end = name == "nul"s ? '\0' : '\n';
    std::string bytes;
    for (const char* record : {"12345", "123456", "1", "1234567890", "12345678901", "2"}) bytes += record + std::string(1, end);
    const auto fed = feed_in_pieces(codec(name), bytes, pool, options);
    EXPECT_EQ(fed.records, (Records{"12345", "12345", "1", "12345", "12345", "2"})) << name;
    ASSERT_EQ(fed.faults.size(), 3u);
    for (size_t i = 0; i < 3; ++i) EXPECT_EQ(fed.faults[i].record, (std::array<uint32_t, 3>{1, 3, 4})[i]);
    EXPECT_EQ(fed.faults[0].code, "limit");
    EXPECT_EQ(fed.faults[0].message, "longer than 5 B");
    EXPECT_EQ(test::write(codec(name), fed).bytes, "12345"s + end + "1"s + end + "2" + end);
  }
  // A last record without its separator.
  EXPECT_EQ(feed_in_pieces(codec("lines"), "1\n123456", pool, options).faults.size(), 1u);
}

TEST(Lines, LongRecordIsNeverHeldWhole) {
  CodecOptions options;
  options.max_record = 10'000;
  const auto framer = codec("lines").framer(options);
  Pool pool;
  const auto fed = test::feed(*framer, std::string(1'000'000, 'x') + "\nnext\n", 4096, pool);
  EXPECT_EQ(fed.records, (Records{std::string(4096, 'x'), "next"}));
  for (const SlabRef& slab : fed.slabs) EXPECT_LE(slab->size(), options.max_record + 2 * 4096);
}

TEST(Lines, UnchangedRecordsComeBackByteForByte) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::string bytes;
    for (int i = random() % 300; i > 0; --i) bytes += "ab\r\n\0 "[random() % 6];
    // A line end is LF, but CRLF where the line itself ends in a carriage return.
    std::string expected;
    for (size_t at = 0, end; at < bytes.size(); at = end + 1) {
      end = std::min(bytes.find('\n', at), bytes.size());
      std::string line = bytes.substr(at, end - at);
      if (end < bytes.size() && line.ends_with('\r')) line.pop_back();
      expected += line + (line.ends_with('\r') ? "\r\n" : "\n");
    }
    ASSERT_EQ(convert("lines", "lines", bytes).bytes, expected);
    ASSERT_EQ(convert("lines", "ndjson", expected).bytes, convert("lines", "ndjson", bytes).bytes);
    ASSERT_EQ(convert("nul", "nul", bytes).bytes, bytes.empty() || bytes.back() == '\0' ? bytes : bytes + "\0"s);
  }
}

TEST(Lines, NothingButACrlfIsLost) {
  EXPECT_EQ(convert("lines", "ndjson", "a\r\nb\r\r\n\r\nc\r").bytes, "\"a\"\n\"b\\r\"\n\"\"\n\"c\\r\"\n");
  EXPECT_EQ(convert("lines", "lines", "a\r\nb\r\r\n\r\nc\r").bytes, "a\nb\r\r\n\nc\r\r\n");
  EXPECT_EQ(convert("ndjson", "lines", "\"a\\r\"\n\"b\"\n").bytes, "a\r\r\nb\n");
  EXPECT_EQ(convert("nul", "lines", "a\r\0b\0"s).bytes, "a\r\r\nb\n");
  EXPECT_EQ(convert("lines", "lines", "\xEF\xBB\xBFx\n").bytes, "\xEF\xBB\xBFx\n") << "a byte order mark is text";
}

TEST(Lines, AWholeSlabGoesOutAsItCame) {
  Pool pool;
  const auto fed = feed_in_pieces(codec("ndjson"), "{\"a\": 1}\n[]\n", pool);
  EXPECT_TRUE(codec("ndjson").encoder({})->as_is(*fed.slabs[0]));
  EXPECT_FALSE(codec("lines").encoder({})->as_is(*fed.slabs[0]));
  for (const char* changed : {"{}\r\n", "{}\n\n[]\n", "\xEF\xBB\xBF{}\n"})
    EXPECT_FALSE(codec("ndjson").encoder({})->as_is(*feed_in_pieces(codec("ndjson"), changed, pool).slabs[0]));
}

TEST(Lines, ChosenRecordsAreWrittenInOrder) {
  Pool pool;
  auto fed = feed_in_pieces(codec("lines"), "a\nb\nc\nd\ne\n", pool);
  Batch batch(fed.slabs[0], {}, 0);
  batch.keep_if([](uint32_t i) { return i != 2; });
  std::string out;
  codec("lines").encoder({})->encode(batch, out, [](uint32_t, const Reason&) { FAIL(); });
  EXPECT_EQ(out, "a\nb\nd\ne\n");
  batch.let_go();
}

// jq -r . prints these.
TEST(Lines, JsonAsLines) {
  const auto written = convert("ndjson", "lines", "\"a\\tb\\u00e9\"\n{\"a\": [1, \"x y\"]}\n 12.50\nnull\n{\"a\":}\n\"\"\n");
  EXPECT_EQ(written.bytes, "a\tb\xC3\xA9\n{\"a\":[1,\"x y\"]}\n12.50\nnull\n\n");
  EXPECT_EQ(written.failed, (Records{"malformed: not JSON at byte 5: expected a value"}));
}

TEST(Lines, LinesAsJson) {
  EXPECT_EQ(convert("lines", "ndjson", "a\"b\n\nx\xFFy\n").bytes, "\"a\\\"b\"\n\"\"\n\"x\xEF\xBF\xBDy\"\n");
  EXPECT_EQ(convert("nul", "lines", "a\xFF\nb\0c\0"s).bytes, "a\xFF\nb\nc\n");
}

TEST(Lines, NulInsideARecordCannotBeWritten) {
  EXPECT_EQ(convert("lines", "nul", "a\nb\0c\nd\n"s).bytes, "a\0d\0"s);
  const auto written = convert("ndjson", "nul", "\"a\\u0000b\"\n\"c\"\n");
  EXPECT_EQ(written.bytes, "c\0"s);
  EXPECT_EQ(written.failed, (Records{"encode: a NUL byte inside a record that would end at one"}));
}

TEST(Masks, FindsEveryByteAndNoOther) {
  std::mt19937 random(5);
  std::string text(2 * 4096 + 300, 'a');
  for (char& c : text) c = random() % 9 ? static_cast<char>(random()) : '\n';
  for (int round = 0; round < 300; ++round) {
    const auto from = static_cast<uint32_t>(random() % 300), to = from + static_cast<uint32_t>(random() % (text.size() - 128 - from));
    std::vector<uint32_t> found, expected;
    each_byte(text.data(), from, to, '\n', [&](uint32_t at) { found.push_back(at); });
    for (uint32_t i = from; i < to; ++i)
      if (text[i] == '\n') expected.push_back(i);
    ASSERT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace leat
