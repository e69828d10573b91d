#include "core/hub/message.h"

#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/data/artifact.h"

namespace leat::hub {
namespace {

// The library is the peer: what we write it reads, what it writes we read.

std::string some(SplitMix& random, size_t most) {
  std::string text(random.next() % (most + 1), ' ');
  for (char& c : text) c = static_cast<char>('a' + random.next() % 26);
  return text;
}

struct Made {
  std::string subject, payload, key, reply_to;
  Publish message;
};

Made make(SplitMix& random) {
  Made m{some(random, 40), some(random, 300), some(random, 9), some(random, 20), {}};
  m.message = {random.next(),
               static_cast<int64_t>(random.next()),
               random.next(),
               static_cast<uint32_t>(random.next()),
               static_cast<uint32_t>(random.next()),
               static_cast<uint32_t>(random.next()),
               static_cast<Level>(random.next() % 5),
               m.subject,
               m.payload,
               m.key,
               m.reply_to,
               random.next(),
               {}};
  for (uint64_t n = random.next() % 4; n > 0; --n) m.message.headers.emplace_back(some(random, 12), some(random, 30));
  return m;
}

void expect_same(const Message& read, const Publish& wrote) {
  EXPECT_EQ(read.subject, wrote.subject);
  EXPECT_EQ(read.payload, wrote.payload);
  EXPECT_EQ(read.key, wrote.key);
  EXPECT_EQ(read.reply_to, wrote.reply_to);
  EXPECT_EQ(read.seq, wrote.seq);
  EXPECT_EQ(read.time, wrote.time);
  EXPECT_EQ(read.number, wrote.number);
  EXPECT_EQ(read.producer, wrote.producer);
  EXPECT_EQ(read.from, wrote.from);
  EXPECT_EQ(read.flags, wrote.flags);
  EXPECT_EQ(read.ttl_ms, wrote.ttl_ms);
  EXPECT_EQ(read.ack, wrote.ack);
}

TEST(HubMessage, ReadsWhatTheLibraryWrites) {
  SplitMix random(1);
  for (int i = 0; i < 2000; ++i) {
    const Made made = make(random);
    std::string bytes;
    encode(Frame(made.message), bytes);
    Message read;
    ASSERT_EQ(Message::read(bytes, read), Message::Read::publish);
    expect_same(read, made.message);
  }
}

TEST(HubMessage, TheLibraryReadsWhatItWrites) {
  SplitMix random(2);
  std::string bytes;
  for (int i = 0; i < 2000; ++i) {
    const Made made = make(random);
    bytes.clear();
    write(made.message, bytes);
    ASSERT_EQ(artifact::frame_size(bytes), bytes.size());
    const auto frame = decode(bytes);
    ASSERT_TRUE(frame) << frame.error().text;
    const auto& read = std::get<Publish>(*frame);
    EXPECT_EQ(read.headers, made.message.headers);
    Message again;
    ASSERT_EQ(Message::read(bytes, again), Message::Read::publish);
    expect_same(again, made.message);
    EXPECT_EQ(read.subject, again.subject);
    EXPECT_EQ(read.payload, again.payload);
  }
}

TEST(HubMessage, StampsInPlace) {
  std::string bytes;
  write(Publish{.number = 5, .flags = 1, .subject = "a.b", .payload = "hello"}, bytes);
  Message read;
  ASSERT_EQ(Message::read(bytes, read), Message::Read::publish);
  read.stamp(bytes.data(), bytes.data(), 99, 1234, {7, 8});
  EXPECT_EQ(Message::time_of(bytes), 1234);
  EXPECT_EQ(Message::time_of(std::string_view(bytes).substr(0, 16)), 0);
  const auto frame = decode(bytes);
  const auto& stamped = std::get<Publish>(*frame);
  EXPECT_EQ(stamped.seq, 99u);
  EXPECT_EQ(stamped.time, 1234);
  EXPECT_EQ(stamped.from, 7u);
  EXPECT_EQ(stamped.producer, 8u);
  EXPECT_EQ(stamped.number, 5u);
  EXPECT_EQ(stamped.payload, "hello");
}

TEST(HubMessage, DeliverIsWhatTheLibraryReads) {
  std::string bytes;
  write(Deliver{3, 1000, 1 << 20, 1}, bytes);
  write(Deliver{4, 1, 64, 5}, bytes);
  const size_t first = artifact::frame_size(bytes);
  const auto one = decode(std::string_view(bytes).substr(0, first)), two = decode(std::string_view(bytes).substr(first));
  EXPECT_EQ(std::get<Deliver>(*one).count, 1000u);
  EXPECT_EQ(std::get<Deliver>(*one).attempt, 1u);
  EXPECT_EQ(std::get<Deliver>(*two).id, 4u);
  EXPECT_EQ(std::get<Deliver>(*two).attempt, 5u);
}

TEST(HubMessage, OtherFramesAreOther) {
  Message read;
  std::string bytes;
  encode(Frame(Ping{4}), bytes);
  EXPECT_EQ(Message::read(bytes, read), Message::Read::other);
  EXPECT_EQ(Message::read("", read), Message::Read::broken);
  EXPECT_EQ(Message::read(std::string(8, '\0'), read), Message::Read::broken);
}

// Wherever the library and we both read a publish frame, we read the same; and we read no byte outside it (the sanitizer looks on).
TEST(HubMessage, OfDamagedFramesReadsWhatTheLibraryReads) {
  SplitMix random(3);
  size_t both = 0;
  for (int i = 0; i < 30000; ++i) {
    std::string made;
    write(make(random).message, made);
    for (int hits = 0; hits < 2; ++hits) made[random.next() % made.size()] ^= static_cast<char>(1u << random.next() % 8);
    const std::vector<char> bytes(made.begin(), made.end());
    const std::string_view frame(bytes.data(), bytes.size());
    Message ours;
    const auto theirs = decode(frame);
    if (Message::read(frame, ours) != Message::Read::publish || !theirs || !std::holds_alternative<Publish>(*theirs)) continue;
    ++both;
    expect_same(ours, std::get<Publish>(*theirs));
  }
  EXPECT_GT(both, 5000u);
}

}  // namespace
}  // namespace leat::hub
