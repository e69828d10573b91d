// msgpack and cbor. Bytes in hexadecimal are what python3-msgpack 1.0 and python3-cbor2 5.4 write of the values beside them, unless
// a comment names the place in a specification they are from.
#include <cstdint>

#include "core/codec/letter.h"
#include "core/codec/originals.h"
#include "tests/support/codec_laws.h"

namespace leat {
namespace {

using test::codec;
using test::convert;
using test::feed_in_pieces;
using Records = std::vector<std::string>;

std::string hex(std::string_view digits) {
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) bytes += static_cast<char>(nibble(digits[i]) << 4 | nibble(digits[i + 1]));
  return bytes;
}

std::string json(std::string_view in, std::string_view digits) { return convert(in, "ndjson", hex(digits)).bytes; }

struct Fault {
  std::string records, why, broken;
};
// The records that are none, why, and why the stream broke.
Fault faults(std::string_view in, std::string_view digits, const CodecOptions& options = {}) {
  Pool pool;
  const auto fed = feed_in_pieces(codec(in), hex(digits), pool, options);
  Fault all;
  for (const Slab::Fault& fault : fed.faults) {
    all.records += std::to_string(fault.record) + " ";
    all.why += std::string(fault.code) + ": " + fault.message + ";";
  }
  if (fed.broken) all.broken = fed.broken->text;
  return all;
}

const std::string kMixed =
    R"({"a":1,"b":-33,"s":"é\"\n","l":[null,true,false,1.5,-0.0,1e+300],"u":18446744073709551615,"i":-9223372036854775808,"e":{},"z":[]})";
const std::string kMixedMsgpack =
    "88a16101a162d0dfa173a4c3a9220aa16c96c0c3c2cb3ff8000000000000cb8000000000000000cb7e37e43c8800759ca175cfffffffffffffffffa169d38000000000"
    "000000a16580a17a90";
const std::string kMixedCbor =
    "a861610161623820617364c3a9220a616c86f6f5f4fb3ff8000000000000fb8000000000000000fb7e37e43c8800759c61751bffffffffffffffff61693b7fffffffff"
    "ffffff6165a0617a80";

const std::string kWhole =
    "[0,23,24,127,128,255,256,65535,65536,4294967295,4294967296,9223372036854775807,9223372036854775808,-1,-24,-25,-32,-33,-128,-129,-256,"
    "-257,-32768,-32769,-2147483648,-2147483649,-9223372036854775808]";
const std::string kWholeMsgpack =
    "dc001b0017187fcc80ccffcd0100cdffffce00010000ceffffffffcf0000000100000000cf7fffffffffffffffcf8000000000000000ffe8e7e0d0dfd080d1ff7fd1ff"
    "00d1feffd18000d2ffff7fffd280000000d3ffffffff7fffffffd38000000000000000";
const std::string kWholeCbor =
    "981b00171818187f188018ff19010019ffff1a000100001affffffff1b00000001000000001b7fffffffffffffff1b800000000000000020373818381f3820387f3880"
    "38ff390100397fff3980003a7fffffff3a800000003b7fffffffffffffff";

TEST(Items, BothWaysAsThePeersWriteThem) {
  for (const auto& [name, mixed, whole] : {std::tuple{"msgpack", kMixedMsgpack, kWholeMsgpack}, {"cbor", kMixedCbor, kWholeCbor}}) {
    EXPECT_EQ(json(name, mixed + whole), kMixed + "\n" + kWhole + "\n");
    EXPECT_EQ(convert("ndjson", name, kMixed + "\n" + kWhole + "\n").bytes, hex(mixed + whole));
    EXPECT_EQ(convert("ndjson", name, " [ 1 , {\"a\" : [ ] } ] \n").bytes, convert("ndjson", name, "[1,{\"a\":[]}]\n").bytes);
  }
}

TEST(Items, NumbersBeyond64Bits) {
  const std::string big =
      "[18446744073709551616,-18446744073709551616,-18446744073709551617,1267650600228229401496703205376,"
      "-1267650600228229401496703205376]\n";
  const std::string bytes =
      "85c2490100000000000000003bffffffffffffffffc349010000000000000000c24d10000000000000000000000000c34d0fffffffffffffffffffffffff";
  EXPECT_EQ(json("cbor", bytes), big);
  EXPECT_EQ(convert("ndjson", "cbor", big).bytes, hex(bytes));
  const auto refused = convert("ndjson", "msgpack", "18446744073709551616\n-9223372036854775809\n1e999\n7\n");
  EXPECT_EQ(refused.bytes, "\x07");
  EXPECT_EQ(refused.failed, (Records{"encode: '18446744073709551616' does not fit 64 bits",
                                     "encode: '-9223372036854775809' does not fit 64 bits", "encode: no float holds '1e999'"}));
  EXPECT_EQ(convert("ndjson", "cbor", "-1e999\n").failed, Records{"encode: no float holds '-1e999'"});
  EXPECT_EQ(convert("ndjson", "cbor", std::string(2401, '1') + "\n").failed, Records{"encode: a number of 2401 digits, more than 2400"});
  EXPECT_EQ(json("cbor", "c240"), "0\n");  // an empty bignum is nothing, and minus one less
  EXPECT_EQ(json("cbor", "c340"), "-1\n");
  std::string long_one = "c2590401";
  for (int i = 0; i < 1025; ++i) long_one += "01";
  EXPECT_EQ(faults("cbor", long_one).why, "limit: a number of 1.0 KiB, longer than 1.0 KiB;");
}

TEST(Items, WhatJsonHasNot) {
  // Timestamps of 32, 64 and 96 bits; an ext; a bin; an ext whose length is its own.
  EXPECT_EQ(json("msgpack",
                 "97d6ff00000000d7ff000000146553f100d7ff0000000200000000c70cff3b9ac9ffffffffffffffffffd505"
                 "6869c40200ffc7110778787878787878787878787878787878"
                 "78"),
            "[\"1970-01-01T00:00:00Z\",\"2023-11-14T22:13:20.000000005Z\",\"2242-03-16T12:56:32Z\",\"1969-12-31T23:59:59.999999999Z\","
            "{\"ext\":5,\"data\":\"aGk=\"},\"AP8=\",{\"ext\":7,\"data\":\"eHh4eHh4eHh4eHh4eHh4eHg=\"}]\n");
  // RFC 8949, appendix A: undefined, simple values, NaN and infinities of 16, 32, 64 bits, tags 0, 1, 23, 24, 32.
  EXPECT_EQ(json("cbor", "86f7f0f8fff97e00fa7f800000fbfff0000000000000"), "[null,null,null,null,null,null]\n");
  EXPECT_EQ(json("cbor",
                 "c074323031332d30332d32315432303a30343a30305a"
                 "c11a514b67b0"
                 "c1fb41d452d9ec200000"
                 "d74401020304"
                 "d818456449455446"),
            "\"2013-03-21T20:04:00Z\"\n1363896240\n1363896240.5\n\"AQIDBA==\"\n\"ZElFVEY=\"\n");
  EXPECT_EQ(json("msgpack", "93cb7ff8000000000000ca7f800000cbfff0000000000000"), "[null,null,null]\n");
  EXPECT_EQ(json("cbor", "86f93c00f97bfff90001f90400f9c400fa47c35000"),
            "[1.0,65504.0,5.960464477539063e-08,6.103515625e-05,-4.0,100000.0]\n");
}

TEST(Items, KeysThatAreNoText) {
  const std::string expected = "{\"1\":2,\"aw==\":3,\"null\":4,\"true\":5,\"1.5\":6,\"-7\":7}\n";
  EXPECT_EQ(json("msgpack", "860102c4016b03c004c305cb3ff800000000000006f907"), expected);
  EXPECT_EQ(json("cbor", "a60102416b03f604f505fb3ff8000000000000062607"), expected);
  EXPECT_EQ(json("cbor", "a1c2490100000000000000000a"), "{\"18446744073709551616\":10}\n");
  EXPECT_EQ(json("msgpack", "81d6ff0000000001"), "{\"1970-01-01T00:00:00Z\":1}\n");
  EXPECT_EQ(faults("msgpack", "8190018180017f").why, "type: not JSON: a key that is an array;type: not JSON: a key that is a map;");
  EXPECT_EQ(faults("msgpack", "81d4050101").why, "type: not JSON: a key that is an extension;");
}

// RFC 8949, appendix A.
TEST(Items, OpenLengths) {
  EXPECT_EQ(json("cbor",
                 "5f42010243030405ff"
                 "7f657374726561646d696e67ff"
                 "9fff"
                 "9f018202039f0405ffff"
                 "bf61610161629f0203ffff"
                 "bf6346756ef563416d7421ff"
                 "7fff"
                 "83018202039f0405ff"),
            "\"AQIDBAU=\"\n\"streaming\"\n[]\n[1,[2,3],[4,5]]\n{\"a\":1,\"b\":[2,3]}\n{\"Fun\":true,\"Amt\":-2}\n\"\"\n[1,[2,3],[4,5]]\n");
}

// RFC 8949, appendix F, and what else can be no value: the offset is that of the byte.
TEST(Items, WhatIsNoneBreaksTheStreamAtItsByte) {
  for (const char* reserved : {"1c", "1d", "1e", "3c", "5c", "7d", "9e", "bc", "dc", "fc", "fe", "1f", "3f", "df"})
    EXPECT_EQ(faults("cbor", std::string("00") + reserved).broken, "byte 1: no value begins with this byte") << reserved;
  EXPECT_EQ(faults("cbor", "00ff").broken, "byte 1: a break that ends nothing");
  EXPECT_EQ(faults("cbor", "81ff").broken, "byte 1: a break that ends nothing");
  EXPECT_EQ(faults("cbor", "bf00ff").broken, "byte 2: a map ends behind a key");
  EXPECT_EQ(faults("cbor", "5f00ff").broken, "byte 1: expected a piece of the string or its break");
  EXPECT_EQ(faults("cbor", "5f6100ff").broken, "byte 1: expected a piece of the string or its break");
  EXPECT_EQ(faults("cbor", "5f5f4100ffff").broken, "byte 1: expected a piece of the string or its break");
  EXPECT_EQ(faults("msgpack", "0092c1").broken, "byte 2: no value begins with this byte");
}

TEST(Items, ATailCutShortIsAnError) {
  for (const char* tail : {"92", "9201", "d9", "d902", "d90261", "cd00", "81a161", "c70501ff", "dd0000"}) {
    const auto found = faults("msgpack", std::string("c0") + tail);
    EXPECT_EQ(found.broken, "byte 1: the value that begins here is cut short") << tail;
  }
  for (const char* tail : {"18", "1900", "6261", "9f", "bf6161", "c1", "5f41", "fb00"})
    EXPECT_EQ(faults("cbor", std::string("f6") + tail).broken, "byte 1: the value that begins here is cut short") << tail;
}

TEST(Items, ALengthTakesNoMemory) {
  // 4 GiB of bytes, of elements, of pairs; 2^64-1 of each: nothing is there, so nothing is taken.
  for (const char* claim : {"c6ffffffff", "ddffffffff", "dfffffffff"})
    EXPECT_EQ(faults("msgpack", claim).broken, "byte 0: the value that begins here is cut short") << claim;
  for (const char* claim : {"5bffffffffffffffff", "7bffffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff"})
    EXPECT_EQ(faults("cbor", claim).broken, "byte 0: the value that begins here is cut short") << claim;
}

TEST(Items, DepthIsBounded) {
  const auto nested = [](int depth, const char* open, const char* last) {
    std::string digits;
    for (int i = 0; i < depth; ++i) digits += open;
    return digits + last;
  };
  EXPECT_EQ(json("msgpack", nested(1023, "91", "90")), std::string(1024, '[') + std::string(1024, ']') + "\n");
  EXPECT_EQ(faults("msgpack", nested(1024, "91", "90")).broken, "byte 1024: deeper than 1024");
  EXPECT_EQ(json("cbor", nested(1024, "c6", "01")), "1\n");
  EXPECT_EQ(faults("cbor", nested(1025, "c6", "01")).broken, "byte 1024: deeper than 1024");
  EXPECT_EQ(faults("cbor", nested(1025, "9f", "")).broken, "byte 1024: deeper than 1024");
}

TEST(Items, ALongRecordIsAFaultAndReadingGoesOn) {
  CodecOptions options;
  options.max_record = 6;
  const auto found = faults("msgpack",
                            "01"
                            "a66162636465661793010203"
                            "94a16101020304"
                            "05",
                            options);
  EXPECT_EQ(found.records + found.why + found.broken,
            "1 3 4 limit: longer than 6 B;limit: as JSON longer than 6 B;limit: as JSON longer than 6 B;");
  Pool pool;
  EXPECT_EQ(feed_in_pieces(codec("msgpack"),
                           hex("01a661626364656617"
                               "93010203"
                               "05"),
                           pool, options)
                .records,
            (Records{"1", hex("a66162636465"), "23", hex("93010203"), "5"}));
}

TEST(Items, ATextThatIsNotUtf8FailsAlone) {
  const auto found = faults("msgpack", "01a1ff02");
  EXPECT_EQ(found.records + found.why + found.broken, "1 malformed: not msgpack: a text that is not UTF-8;");
  EXPECT_EQ(faults("cbor", "61ff").why, "malformed: not cbor: a text that is not UTF-8;");
}

// Ext, tags, keys, float sizes and open lengths: what JSON could not say comes out as it went in.
TEST(Items, WhatNobodyChangedGoesOutAsItCame) {
  const std::string odd = hex("81c0d4057fca3f800000d90161");
  EXPECT_EQ(convert("msgpack", "msgpack", odd).bytes, odd);
  const std::string tagged = hex("c11a514b67b09f01fff93e00a1f701");
  EXPECT_EQ(convert("cbor", "cbor", tagged).bytes, tagged);
  EXPECT_EQ(convert("cbor", "msgpack", hex("820102")).bytes, hex("920102"));
  EXPECT_EQ(convert("msgpack", "cbor", hex("920102")).bytes, hex("820102"));
  EXPECT_EQ(convert("msgpack", "json-array", hex("920102c0")).bytes, "[[1,2],null]\n");
  EXPECT_EQ(convert("msgpack", "length-prefixed", hex("920102")).bytes, hex("000000055b312c325d"));
}

// A letter holds the value as it came, and replays as the same record.
TEST(Items, ALetterKeepsTheOriginal) {
  Pool pool;
  const std::string bytes =
      hex("81a161d40501"
          "a1ff"
          "c0");
  const auto fed = feed_in_pieces(codec("msgpack"), bytes, pool);
  Slab& slab = *fed.slabs[0];
  for (int i = 0; i < 3; ++i) {
    slab.envelopes.emplace_back().failure = std::make_unique<Failure>();
    slab.envelopes.back().failure->source = "x";
  }
  std::string written;
  Batch batch(fed.slabs[0], {}, 0);
  letter_encoder(true)->encode(batch, written, [](uint32_t, const Reason& reason) { FAIL() << reason.message; });
  batch.let_go();
  const auto letters = test::feed(*letter_framer(true, {}), written, written.size(), pool);
  Originals originals("ndjson", {});
  SlabRef again = pool.take();
  for (uint32_t i = 0; i < 3; ++i) {
    Letter letter;
    ASSERT_TRUE(open_letter(*letters.slabs[0], i, letter));
    EXPECT_EQ(letter.codec, "msgpack");
    EXPECT_EQ(letter.envelope.media_type, "application/vnd.msgpack");
    ASSERT_TRUE(*originals.add(letter, *again));
  }
  EXPECT_EQ(again->record(0), "{\"a\":{\"ext\":5,\"data\":\"AQ==\"}}");
  EXPECT_EQ(again->original_of(0), hex("81a161d40501"));
  ASSERT_EQ(again->faults.size(), 1u);
  EXPECT_EQ(again->faults[0].record, 1u);
  EXPECT_EQ(again->faults[0].message, "not msgpack: a text that is not UTF-8");
  EXPECT_EQ(again->record(2), "null");
}

}  // namespace
}  // namespace leat
