#include "core/codec/length_prefixed.h"

#include "tests/support/codec_laws.h"

namespace leat {
namespace {

using test::codec;
using test::convert;
using test::feed_in_pieces;
using Records = std::vector<std::string>;
using namespace std::string_literals;

test::Stream read(std::string_view bytes, const CodecOptions& options = {}) {
  static Pool pool;
  return feed_in_pieces(codec("length-prefixed"), bytes, pool, options);
}

// python3: b"".join(struct.pack(">I", len(x)) + x for x in ...)
const std::string kTwo = "\0\0\0\x07{\"a\":1}\0\0\0\0\0\0\0\x02[]"s;

TEST(LengthPrefixed, Frames) {
  EXPECT_EQ(read(kTwo).records, (Records{"{\"a\":1}", "", "[]"}));
  EXPECT_EQ(read("").records, Records{});
  EXPECT_EQ(read("\0\0\x01\0"s + std::string(256, ' ')).records, Records{std::string(256, ' ')});
  EXPECT_EQ(convert("length-prefixed", "length-prefixed", kTwo).bytes, kTwo);
  EXPECT_TRUE(codec("length-prefixed").encoder({})->as_is(*read(kTwo).slabs[0]));
}

TEST(LengthPrefixed, ToAndFromLines) {
  EXPECT_EQ(convert("ndjson", "length-prefixed", "{\"a\":1}\n[]\n").bytes, "\0\0\0\x07{\"a\":1}\0\0\0\x02[]"s);
  const auto written = convert("length-prefixed", "ndjson", kTwo);
  EXPECT_EQ(written.bytes, "{\"a\":1}\n[]\n");
  EXPECT_EQ(written.failed, Records{"malformed: not JSON at byte 0: there is no value"});
}

TEST(LengthPrefixed, TruncatedIsToldWithItsOffset) {
  const auto why = [](std::string_view bytes) { return read(bytes).broken.value().text; };
  EXPECT_EQ(why("\0\0\0\x02[]\0\0"s), "byte 6: 2 bytes of a length are missing");
  EXPECT_EQ(why("\0\0\0\x02[]\0\0\0\x05[1"s), "byte 6: 3 bytes of the record that begins here are missing");
  EXPECT_EQ(read("\0\0\0\x02[]\0\0\0\x05[1"s).records, Records{"[]"});
}

TEST(LengthPrefixed, LongRecordIsAFaultAndReadingGoesOn) {
  CodecOptions options;
  options.max_record = 3;
  const auto fed = read("\0\0\0\x03[1]\0\0\0\x04[12]\0\0\0\x01\x32"s, options);
  EXPECT_EQ(fed.records, (Records{"[1]", "[12", "2"}));
  ASSERT_EQ(fed.faults.size(), 1u);
  EXPECT_EQ(fed.faults[0].record, 1u);
  EXPECT_EQ(fed.faults[0].message, "4 B long, longer than 3 B");
  EXPECT_EQ(read("\xFF\xFF\xFF\xFF[123"s, options).broken.value().text, "byte 8: 4294967291 bytes of a record are missing");
}

}  // namespace
}  // namespace leat
