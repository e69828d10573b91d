#include "core/codec/compress.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/tool.h"

namespace leat {
namespace {

std::string hex(std::string_view digits) {
  std::string out;
  for (size_t i = 0; i < digits.size(); i += 2) out += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return out;
}

// printf 'hello hello hello\n' | gzip -nc | xxd -p, and the same with zstd -c; printf 'a\n' | gzip -nc; printf 'b\n' | zstd -c.
const std::string kGzipHello = hex("1f8b0800000000000003cb48cdc9c957c840905c003b7c8adf12000000");
const std::string kZstdHello = hex("28b52ffd04586d00003868656c6c6f200a0100314a11a3aa74ce");
const std::string kGzipA = hex("1f8b08000000000000034be4020007a1eadd02000000");
const std::string kZstdB = hex("28b52ffd0458110000620a22df5a40");

// The stream unpacked with so many bytes in and room for so many out at a time; how it ended if not well.
std::string unpack(Compression with, std::string_view packed, size_t piece, size_t room, const InflateLimits& limits = {}) {
  const auto inflate = make_inflate(with, limits);
  std::string out, buffer(room, '\0');
  for (size_t at = 0; at < packed.size(); at += piece) {
    std::string_view in = packed.substr(at, piece);
    for (;;) {
      const auto made = inflate->step(in, buffer.data(), room);
      if (!made) return out + "|" + made.error().text;
      EXPECT_LE(*made, room);
      out.append(buffer, 0, *made);
      if (*made == 0 && in.empty()) break;
    }
  }
  const Done done = inflate->finish();
  return done ? out : out + "|" + done.error().text;
}

std::string in_all_pieces(Compression with, std::string_view packed) {
  const std::string whole = unpack(with, packed, packed.size() + 1, 1 << 20);
  for (const size_t piece : {1, 2, 7, 65536})
    for (const size_t room : {1, 3, 4096}) EXPECT_EQ(unpack(with, packed, piece, room), whole) << piece << " " << room;
  return whole;
}

TEST(Compress, UnpacksWhatGzipAndZstdWrote) {
  EXPECT_EQ(in_all_pieces(Compression::gzip, kGzipHello), "hello hello hello\n");
  EXPECT_EQ(in_all_pieces(Compression::zstd, kZstdHello), "hello hello hello\n");
  EXPECT_EQ(in_all_pieces(Compression::gzip, kGzipHello + kGzipA + std::string(512, '\0')), "hello hello hello\na\n");
  const std::string skippable = hex("502a4d1803000000ffffff");
  EXPECT_EQ(in_all_pieces(Compression::zstd, skippable + kZstdHello + kZstdB + skippable), "hello hello hello\nb\n");
}

TEST(Compress, TruncatedAndCorruptAreToldWithTheirByte) {
  for (size_t size = 1; size < kGzipHello.size(); ++size) {
    const auto got = in_all_pieces(Compression::gzip, kGzipHello.substr(0, size));
    EXPECT_TRUE(got.ends_with("|byte " + std::to_string(size) + ": the gzip data ends too early")) << got;
  }
  for (size_t size = 1; size < kZstdHello.size(); ++size) {
    const auto got = unpack(Compression::zstd, kZstdHello.substr(0, size), 1, 4096);
    EXPECT_TRUE(got.ends_with("|byte " + std::to_string(size) + ": the zstd data ends too early")) << got;
  }
  std::string bad = kGzipHello;
  bad[bad.size() - 6] ^= 1;  // in the checksum, whose last byte is number 24
  EXPECT_EQ(in_all_pieces(Compression::gzip, bad), "hello hello hello\n|byte 25: the gzip data is corrupt: incorrect data check");
  bad = kZstdHello;
  bad.back() ^= 1;
  EXPECT_TRUE(in_all_pieces(Compression::zstd, bad).starts_with("hello hello hello\n|byte "));
  EXPECT_EQ(in_all_pieces(Compression::gzip, kGzipA + "rest"), "a\n|byte 24: the gzip data is corrupt: incorrect header check");
  EXPECT_TRUE(in_all_pieces(Compression::zstd, kZstdB + "rest").starts_with("b\n|byte "));
}

TEST(Compress, DoesNotUnpackWithoutBound) {
  for (const Compression with : {Compression::gzip, Compression::zstd}) {
    std::string packed;
    auto deflate = make_deflate({with, 9});
    const std::string zeros(1 << 20, '\0');
    for (int i = 0; i < 8; ++i) deflate->feed(zeros, packed);
    deflate->finish(packed);
    const auto got = unpack(with, packed, 4096, 65536, {100, 1 << 20});
    EXPECT_NE(got.find(": unpacks to more than 100 times its size"), std::string::npos);
    EXPECT_LT(got.size(), size_t{3} << 20);
    EXPECT_EQ(unpack(with, packed, 4096, 65536), std::string(8 << 20, '\0'));
  }
}

TEST(Compress, ThereAndBackWithFlushes) {
  std::mt19937 random(4);
  for (const Compression with : {Compression::gzip, Compression::zstd}) {
    std::string text, packed;
    auto deflate = make_deflate({with});
    const auto inflate = make_inflate(with);
    std::string unpacked, buffer(1 << 16, '\0');
    for (int round = 0; round < 50; ++round) {
      std::string part(random() % 30'000, 'x');
      for (char& c : part) c = static_cast<char>('a' + random() % (round % 25 + 1));
      text += part;
      std::string piece;
      deflate->feed(part, piece);
      deflate->flush(piece);
      packed += piece;
      // All that was flushed can be read without what follows.
      for (std::string_view in = piece;;) {
        const auto made = inflate->step(in, buffer.data(), buffer.size());
        ASSERT_TRUE(made);
        unpacked.append(buffer, 0, *made);
        if (*made == 0 && in.empty()) break;
      }
      ASSERT_EQ(unpacked, text);
    }
    deflate->finish(packed);
    EXPECT_EQ(in_all_pieces(with, packed), text);
    std::string empty;
    make_deflate({with})->finish(empty);
    EXPECT_EQ(in_all_pieces(with, empty), "");
  }
}

TEST(Compress, KnowsThemByTheirFirstBytesAndNames) {
  EXPECT_EQ(compression_of(kGzipA, false), Compression::gzip);
  EXPECT_EQ(compression_of(kZstdB.substr(0, 4), false), Compression::zstd);
  EXPECT_EQ(compression_of(hex("5e2a4d18"), false), Compression::zstd);
  EXPECT_EQ(compression_of("{\"a\"", false), Compression::none);
  EXPECT_EQ(compression_of("P*M!", false), Compression::none);
  EXPECT_EQ(compression_of("{", false), Compression::none);
  for (const auto& front : {std::string(), hex("1f"), hex("28b52f"), hex("53"), hex("502a4d")}) {
    EXPECT_EQ(compression_of(front, false), std::nullopt);
    EXPECT_EQ(compression_of(front, true), Compression::none);
  }
  EXPECT_EQ(compression_of_path("a.csv.gz"), Compression::gzip);
  EXPECT_EQ(compression_of_path("a.zst"), Compression::zstd);
  EXPECT_EQ(compression_of_path("gz"), Compression::none);
}

// Whatever byte is wrong: what can be read in front of it is the same however the stream is split, and an error or nothing follows.
TEST(Compress, EverythingInFrontOfTheWrongByteIsGiven) {
  std::mt19937 random(8);
  std::string text(400'000, '\0');
  for (char& c : text) c = static_cast<char>('a' + random() % 20);
  for (const Compression with : {Compression::gzip, Compression::zstd}) {
    std::string packed;
    const auto deflate = make_deflate({with});
    deflate->feed(text, packed);
    deflate->finish(packed);
    for (int round = 0; round < 40; ++round) {
      std::string bad = packed;
      bad[random() % bad.size()] ^= static_cast<char>(1 << random() % 8);
      const auto before = [](const std::string& got) { return got.substr(0, got.rfind('|')); };
      const std::string whole = before(unpack(with, bad, bad.size() + 1, 1 << 20));
      EXPECT_EQ(before(unpack(with, bad, 1 + random() % 5000, 1 + random() % 100'000)), whole);
    }
    // Nine tenths of it came: most of nine tenths can be read, in any pieces.
    const std::string most = in_all_pieces(with, packed.substr(0, packed.size() * 9 / 10));
    EXPECT_GT(most.size(), text.size() / 2);
    EXPECT_EQ(most.rfind(text.substr(0, text.size() / 2), 0), 0u);
  }
}

// What the codecs' own programs make of it, piece after piece: so streams that stand one behind another are one.
TEST(Compress, Row153EveryLevelIsReadByTheProgramOfItsName) {
  std::string text;
  std::mt19937 random(153);
  for (int i = 0; i < 4000; ++i) text += "{\"id\":" + std::to_string(i) + ",\"host\":\"web-" + std::to_string(random() % 50) + "\"}\n";
  const std::tuple<Compression, std::string, int> all[] = {{Compression::gzip, "gzip", 9}, {Compression::zstd, "zstd", 19}};
  for (const auto& [with, program, highest] : all) {
    std::string everything, expected;
    std::vector<size_t> sizes;
    for (int level = 1; level <= highest; ++level) {
      const auto deflate = make_deflate(*packing_of(program + ":" + std::to_string(level)));
      std::string packed;
      deflate->feed(std::string_view(text).substr(0, 1000), packed);
      deflate->flush(packed);
      EXPECT_EQ(unpack(with, packed, packed.size(), 1 << 20).substr(0, 1000), text.substr(0, 1000))
          << program << level << ": flushed is readable";
      deflate->feed(std::string_view(text).substr(1000), packed);
      deflate->finish(packed);
      EXPECT_EQ(unpack(with, packed, packed.size(), 1 << 20), text) << program << level;
      sizes.push_back(packed.size());
      everything += packed, expected += text;
    }
    EXPECT_LT(sizes.back(), sizes.front()) << program << ": the level is heeded";
    EXPECT_EQ(unpack(with, everything, 4096, 4096), expected) << program;
    ASSERT_TRUE(test::has_tool(program)) << "a package of setup.sh has it";
    EXPECT_EQ(test::run_tool(program + " -dc", everything), expected) << program;
  }
}

TEST(Compress, AFrameMayNotAskForMoreMemoryThanIsAllowed) {
  const std::string wide = hex("28b52ffd0088");  // its window: 1 << (10 + 0x88 / 8)
  EXPECT_NE(unpack(Compression::zstd, wide, 9, 9, {1000, 64u << 20, 23}).find("corrupt: Frame requires too much memory"),
            std::string::npos);
  EXPECT_NE(unpack(Compression::zstd, wide, 9, 9).find("ends too early"), std::string::npos);
}

TEST(Compress, IsSpelledAsAUserDoes) {
  EXPECT_EQ(packing_of("none")->with, Compression::none);
  EXPECT_EQ(packing_of("gzip")->with, Compression::gzip);
  EXPECT_EQ(packing_of("zstd:19")->level, 19);
  EXPECT_EQ(packing_of("gzip:10").error().text, "gzip has no level '10'");
  EXPECT_EQ(packing_of("gzip:10").error().hint, "1 to 9");
  for (const auto* word : {"zstd:0", "zstd:-1", "zstd:20", "zstd:", "none:1", "lz4", "", ":3", "gzip:3x"})
    EXPECT_FALSE(packing_of(word)) << word;
  EXPECT_EQ(make_deflate({}), nullptr);
}

}  // namespace
}  // namespace leat
