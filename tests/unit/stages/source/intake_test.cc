#include "stages/source/intake.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>

#include "stages/source/feed.h"
#include "tests/support/line_codec.h"

namespace leat {
namespace {

Unpacking by_front(Compression named = Compression::none) { return {true, named, {}}; }

std::string packed_as(Compression with, std::string_view text) {
  std::string out;
  const auto deflate = make_deflate({with});
  deflate->feed(text, out);
  deflate->finish(out);
  return out;
}

// A pipe that is fed by hand, `piece` bytes at a time, and everything an intake makes of it.
class Stream {
 public:
  Stream() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_NONBLOCK), 0);
    input = Descriptor(fds[0], Descriptor::Kind::stream, true);
    writer = Descriptor(fds[1], Descriptor::Kind::stream, true);
  }

  std::string read(Intake& intake, std::string_view bytes, size_t piece, size_t room) {
    std::string got;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
      const std::string_view next = bytes.substr(0, piece);
      EXPECT_EQ(writer.write(next.data(), next.size()), static_cast<ssize_t>(next.size()));
      if (!now(intake, room, got)) return got;
    }
    writer.close();
    now(intake, room, got);
    return got;
  }

  // All that is there; false: it is over, and after an error that stands behind it.
  bool now(Intake& intake, size_t room, std::string& got) {
    std::string buffer(room, '\0');
    while (true) {
      const ssize_t size = intake.read(input, buffer.data(), room);
      if (size == Descriptor::kWait) return true;
      if (size == Intake::kFailed) got += "|" + intake.error().text;
      if (size <= 0) return false;
      got.append(buffer, 0, static_cast<size_t>(size));
    }
  }

  Descriptor input, writer;
};

std::string taken_in(const Unpacking& how, std::string_view bytes, size_t piece = 4096, size_t room = 4096) {
  Stream stream;
  Intake intake(how);
  return stream.read(intake, bytes, piece, room);
}

TEST(Intake, KnowsAStreamByItsFrontHoweverItComes) {
  const std::string text = "hello\nhello\n";
  for (const size_t piece : {1, 2, 3, 4, 5, 1000})
    for (const size_t room : {1, 3, 1000}) {
      EXPECT_EQ(taken_in(by_front(), text, piece, room), text);
      for (const Compression with : {Compression::gzip, Compression::zstd}) {
        const std::string packed = packed_as(with, text);
        EXPECT_EQ(taken_in(by_front(), packed + packed, piece, room), text + text);
        EXPECT_EQ(taken_in({false, with, {}}, packed, piece, room), text);
        EXPECT_EQ(taken_in({}, packed, piece, room), packed) << "asked to be left as it is";
      }
    }
}

TEST(Intake, WhatOnlyBeginsLikeAFrontIsPlain) {
  for (const std::string_view text : {"", "\x1f", "\x1f\x20", "(", "(\xb5/", "P*M", "[", "x"})
    for (const size_t piece : {1, 4}) EXPECT_EQ(taken_in(by_front(), text, piece), text);
}

TEST(Intake, AFrontCutShortIsWhatItsNameSays) {
  EXPECT_EQ(taken_in(by_front(Compression::gzip), "\x1f"), "|byte 1: the gzip data ends too early");
  EXPECT_EQ(taken_in(by_front(Compression::zstd), "(\xb5"), "|byte 2: the zstd data ends too early");
  EXPECT_EQ(taken_in(by_front(Compression::gzip), ""), "") << "an empty file holds nothing";
  EXPECT_EQ(taken_in(by_front(Compression::gzip), "plain"), "plain") << "the front knows better than the name";
}

TEST(Intake, WhatWasAskedForMustBeThere) {
  EXPECT_EQ(taken_in({false, Compression::gzip, {}}, "plain"), "|byte 2: the gzip data is corrupt: incorrect header check");
  EXPECT_EQ(taken_in({false, Compression::gzip, {}}, ""), "");
}

TEST(Intake, AStreamThatStillGrowsIsReadAsFarAsItHasCome) {
  const std::string first = packed_as(Compression::gzip, "a\n"), second = packed_as(Compression::gzip, "b\n");
  Stream stream;
  Intake intake(by_front());
  char buffer[16];
  const auto read = [&](bool more) {
    const ssize_t size = intake.read(stream.input, buffer, sizeof buffer, more);
    return size == Descriptor::kWait ? std::string("wait") : size == Intake::kFailed ? intake.error().text : std::string(buffer, size);
  };
  const auto write = [&](std::string_view bytes) { EXPECT_EQ(stream.writer.write(bytes.data(), bytes.size()), ssize_t(bytes.size())); };
  write(first + second.substr(0, 5));
  EXPECT_EQ(read(true), "a\n");
  EXPECT_EQ(read(true), "wait");
  write(second.substr(5));
  EXPECT_EQ(read(true), "b\n");
  write(first.substr(0, 7));
  stream.writer.close();
  EXPECT_EQ(read(true), "wait") << "the end of the descriptor is not that of the stream";
  EXPECT_EQ(intake.taken(), first.size() + second.size() + 7);
  EXPECT_EQ(read(false), "byte 51: the gzip data ends too early");  // 22 + 22 + 7
}

// However packed bytes are split, a feed makes the same records of them, at the places they have unpacked.
TEST(Intake, AnySplitGivesTheSameRecords) {
  std::mt19937 random(11);
  std::string text;
  for (int i = 0; i < 3000; ++i) text += std::to_string(random() % 1000) + std::string(random() % 40, 'x') + "\n";
  for (int round = 0; round < 40; ++round) {
    const Compression with = round % 2 ? Compression::gzip : Compression::zstd;
    const size_t middle = random() % text.size();
    const std::string packed = packed_as(with, text.substr(0, middle)) + packed_as(with, text.substr(middle));
    Stream stream;
    Pool pool;
    CodecOptions options;
    options.unpack = by_front();
    Feed feed("it", test::line_codec(), options);
    std::string got;
    uint64_t position = 0;
    const auto pull = [&] {
      SlabRef slab;
      Pull pulled;
      while ((pulled = feed.pull(stream.input, pool, slab)) == Pull::batch) {
        Feed::frame(*slab);
        for (uint32_t i = 0; i < slab->records.size(); ++i) {
          EXPECT_EQ(slab->position(i), position);
          position += slab->record(i).size() + 1;
          got += std::string(slab->record(i)) + "\n";
        }
      }
      return pulled;
    };
    for (size_t at = 0; at < packed.size();) {
      const std::string_view next = std::string_view(packed).substr(at, 1 + random() % 3000);
      ASSERT_EQ(stream.writer.write(next.data(), next.size()), static_cast<ssize_t>(next.size()));
      at += next.size();
      ASSERT_EQ(pull(), Pull::later);
    }
    stream.writer.close();
    EXPECT_EQ(pull(), Pull::ended);
    EXPECT_EQ(got, text);
    EXPECT_EQ(pool.lent(), 0);
  }
}

}  // namespace
}  // namespace leat
