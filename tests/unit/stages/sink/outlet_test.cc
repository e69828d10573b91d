// An outlet's writes, counted: the other side is a socket that keeps each write a message of its own.
#include "stages/sink/outlet.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <numeric>

#include "tests/support/fake_ends.h"
#include "tests/support/line_codec.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

class Host final : public SinkHost {
 public:
  explicit Host(Loop& loop) : loop_(loop) {}
  Loop& loop() override { return loop_; }
  Instant now() override { return Instant{}; }
  void post(std::function<void()> job) override { job(); }
  void full(bool) override {}
  void done(bool) override {}
  void failed(Error) override {}
  void delivered(uint64_t records) override { got += records; }
  void idle() override {}
  void refuse(Batch&& batch, const Refusal&) override { batch.let_go(); }
  bool refusable() const override { return false; }
  void dropped(uint64_t records, std::string_view) override { lost += records; }
  void note(std::string) override {}
  void count(std::string_view, uint64_t) override {}
  bool spoiled() const override { return false; }

  uint64_t got = 0, lost = 0;

 private:
  Loop& loop_;
};

class OutletTest : public testing::Test {
 protected:
  void connect(Outlet& outlet) {
    int pair[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
    outlet.connect(Descriptor::socket(pair[0]), [](Watch::Event) {});
    reader = Descriptor::socket(pair[1]);
  }
  // A batch of one record, nine bytes and a newline long.
  void take(Outlet& outlet) {
    SlabRef slab = pool.take();
    slab->add("123456789");
    outlet.take(Batch(std::move(slab), Receipt(frontier, ++taken), 0), turn);
  }
  // The sizes of the writes since the last call.
  std::vector<size_t> writes() {
    std::vector<size_t> sizes;
    char byte = 0;
    for (ssize_t size; (size = recv(reader.fd(), &byte, 1, MSG_TRUNC)) > 0;) sizes.push_back(static_cast<size_t>(size));
    return sizes;
  }

  test::FakeClock clock;
  Loop loop{clock};
  Host host{loop};
  Pool pool;
  test::FakeTurn turn{Instant{}, pool};
  Frontier frontier;
  uint64_t taken = 0;
  Descriptor reader;
};

// Whether the records are written as they come or gathered first, a write is a batch and no less.
TEST_F(OutletTest, ABatchOfBytesMakesAWrite) {
  for (const WhenFull when_full : {WhenFull::block, WhenFull::drop_oldest})
    for (const size_t batch : {size_t{10}, size_t{95}, size_t{1000}, size_t{60000}}) {
      Outlet outlet(host, test::line_codec(), {}, {when_full, batch});
      connect(outlet);
      const size_t worth = (batch + 9) / 10 * 10;  // whole records
      for (size_t waiting = 10; waiting <= 3 * worth + 10; waiting += 10) {
        take(outlet);
        ASSERT_EQ(outlet.write(), Outlet::Wrote::all);
        const std::vector<size_t> due = waiting % worth == 0 ? std::vector<size_t>{worth} : std::vector<size_t>{};
        ASSERT_EQ(writes(), due) << waiting << " bytes, batch " << batch;
      }
      outlet.flush();
      EXPECT_EQ(writes(), std::vector<size_t>(worth > 10 ? 1 : 0, 10)) << "what is less than a batch waits for the flush";
      EXPECT_EQ(frontier.committed(), taken);
      EXPECT_EQ(host.got, taken);
    }
}

TEST_F(OutletTest, WithoutABatchEveryRecordIsWrittenAtOnce) {
  Outlet outlet(host, test::line_codec(), {}, {WhenFull::block, 0});
  connect(outlet);
  for (int i = 0; i < 5; ++i) {
    take(outlet);
    outlet.write();
    EXPECT_EQ(writes(), std::vector<size_t>{10});
  }
}

// What was sent is not delivered before the other side has it, and comes again on a new connection.
TEST_F(OutletTest, WhatIsKeptIsSentAgainUntilItIsConfirmed) {
  Outlet outlet(host, test::line_codec(), {}, {WhenFull::block, 20}, true);
  connect(outlet);
  for (int i = 0; i < 4; ++i) take(outlet);
  outlet.flush();
  const auto first = writes();
  EXPECT_EQ(std::accumulate(first.begin(), first.end(), size_t{0}), 40u);
  EXPECT_EQ(frontier.committed(), 0u);
  outlet.disconnect();
  connect(outlet);
  outlet.flush();
  const auto again = writes();
  EXPECT_EQ(std::accumulate(again.begin(), again.end(), size_t{0}), 40u);
  outlet.confirm(outlet.sent());
  EXPECT_EQ(frontier.committed(), 4u);
  EXPECT_EQ(host.got, 4u);
}

TEST_F(OutletTest, NoMoreThanTheWindowIsUnderWay) {
  Outlet outlet(host, test::line_codec(), {}, {WhenFull::block, 0}, true);
  outlet.window(2);
  connect(outlet);
  for (int i = 0; i < 5; ++i) take(outlet);
  const auto sent = [&] {
    const auto sizes = writes();
    return std::accumulate(sizes.begin(), sizes.end(), size_t{0});
  };
  outlet.finish();
  for (const size_t bytes : {20u, 20u, 10u}) {
    EXPECT_FALSE(outlet.held());
    outlet.flush();
    EXPECT_EQ(sent(), bytes);
    outlet.flush();
    EXPECT_EQ(sent(), 0u) << "nobody has said that it arrived";
    outlet.confirm(outlet.sent());
  }
  EXPECT_TRUE(outlet.empty());
  EXPECT_EQ(frontier.committed(), 5u);
  take(outlet), take(outlet);
  outlet.flush();
  EXPECT_EQ(sent(), 20u);
  EXPECT_TRUE(outlet.held());
  outlet.disconnect();
  EXPECT_FALSE(outlet.held()) << "what is lost is not under way";
}

}  // namespace
}  // namespace leat
