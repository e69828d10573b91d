#include "stages/source/feed.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/line_codec.h"

namespace leat {
namespace {

class FeedTest : public testing::Test {
 protected:
  FeedTest() {
    int fds[2];
    EXPECT_EQ(pipe2(fds, O_NONBLOCK), 0);
    input = Descriptor(fds[0], Descriptor::Kind::stream, true);
    writer = Descriptor(fds[1], Descriptor::Kind::stream, true);
  }

  // Everything that can be read now, one string per batch; "later", "ended" or "failed" closes the list.
  std::vector<std::string> pull(bool more = false) {
    std::vector<std::string> got;
    while (true) {
      SlabRef slab;
      const Pull pulled = feed.pull(input, pool, slab, more);
      if (pulled == Pull::batch) {
        Feed::frame(*slab);
        std::string all;
        for (uint32_t i = 0; i < slab->records.size(); ++i)
          all += std::string(slab->record(i)) + "@" + std::to_string(slab->position(i)) + " ";
        got.push_back(all);
        continue;
      }
      got.emplace_back(pulled == Pull::later ? "later" : pulled == Pull::ended ? "ended" : "failed");
      return got;
    }
  }

  Pool pool;
  Descriptor input, writer;
  Feed feed{"it", test::line_codec(), {}};
};

TEST_F(FeedTest, ByteByByteIsTheSameRecordsAtTheSamePlaces) {
  std::string all;
  for (char c : std::string("ab\n\nc\nde")) {
    ASSERT_EQ(writer.write(&c, 1), 1);
    for (const std::string& batch : pull())
      if (batch != "later") all += batch;
  }
  writer.close();
  for (const std::string& batch : pull()) all += batch;
  EXPECT_EQ(all, "ab@0 @3 c@4 de@6 ended");
  EXPECT_EQ(pool.lent(), 0) << "a source at rest holds no block";
}

TEST_F(FeedTest, ALongRecordGrowsItsBlock) {
  const std::string record(300'000, 'x');
  std::string sent;
  std::vector<std::string> got;
  for (size_t at = 0; at < record.size();) {
    const ssize_t put = writer.write(record.data() + at, record.size() - at);
    if (put > 0) at += static_cast<size_t>(put);
    EXPECT_EQ(pull(), std::vector<std::string>{"later"});
  }
  EXPECT_EQ(feed.carried(), record.size());
  ASSERT_EQ(writer.write("\n", 1), 1);
  EXPECT_EQ(pull(), (std::vector<std::string>{record + "@0 ", "later"}));
}

TEST_F(FeedTest, RecordsBeforeACheckpointAreReadAndNotGiven) {
  ASSERT_EQ(writer.write("1\n2\n3\n4\n", 8), 8);
  feed.skip_to(4);
  EXPECT_EQ(pull(), (std::vector<std::string>{"3@4 4@6 ", "later"}));
}

TEST_F(FeedTest, AnEndBeforeTheCheckpointIsNoSuccess) {
  ASSERT_EQ(writer.write("1\n", 2), 2);
  writer.close();
  feed.skip_to(4);
  EXPECT_EQ(pull(), std::vector<std::string>{"failed"});
  EXPECT_EQ(feed.error().text, "it: shorter than its checkpoint says");
}

TEST_F(FeedTest, TheEndOfAGrowingStreamIsNotTheEndOfItsLastRecord) {
  ASSERT_EQ(writer.write("1\n2", 3), 3);
  writer.close();
  EXPECT_EQ(pull(true), (std::vector<std::string>{"1@0 ", "later"}));
  EXPECT_EQ(pull(false), (std::vector<std::string>{"2@2 ", "ended"}));
}

TEST_F(FeedTest, SlabsOutliveTheirFeed) {
  ASSERT_EQ(writer.write("1\n", 2), 2);
  SlabRef slab;
  auto gone = std::make_unique<Feed>("gone", test::line_codec(), CodecOptions{});
  ASSERT_EQ(gone->pull(input, pool, slab), Pull::batch);
  gone.reset();
  Feed::frame(*slab);
  EXPECT_EQ(slab->record(0), "1");
  EXPECT_EQ(*slab->source, "gone");
}

}  // namespace
}  // namespace leat
