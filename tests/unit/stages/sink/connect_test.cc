// A sink that connects, against a server that is there or not as the test says; the time of its guards is the test's too.
#include "stages/sink/connect.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <map>

#include <fmt/format.h>

#include "tests/support/fake_ends.h"
#include "tests/support/line_codec.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using namespace std::chrono_literals;

// What the runner would hear.
class Host final : public SinkHost {
 public:
  Host(Loop& loop, Clock& clock) : loop_(loop), clock_(clock) {}
  Loop& loop() override { return loop_; }
  Instant now() override { return clock_.now(); }
  void post(std::function<void()> job) override { job(); }
  void full(bool is) override { shut = is; }
  void done(bool) override {}
  void failed(Error error) override { failure = error.text; }
  void delivered(uint64_t records) override { got += records; }
  void idle() override { is_idle = true; }
  void refuse(Batch&& batch, const Refusal& why) override {
    batch.each([&](uint32_t i) { refused.push_back(fmt::format("{}: {} {}", batch.slab().record(i), why.reason.code, why.attempts)); });
    last = why;
    batch.let_go();
  }
  bool refusable() const override { return takes_refused; }
  void dropped(uint64_t records, std::string_view reason) override { drops[std::string(reason)] += records; }
  void note(std::string text) override { notes.push_back(text.substr(text.find(": ") + 2)); }
  void count(std::string_view what, uint64_t n) override { counts[std::string(what)] += n; }
  bool spoiled() const override { return false; }

  bool takes_refused = true, shut = false, is_idle = false;
  uint64_t got = 0;
  std::string failure;
  std::vector<std::string> refused, notes;
  Refusal last{};
  std::map<std::string, uint64_t> drops, counts;

 private:
  Loop& loop_;
  Clock& clock_;
};

// A port of this host: somebody listens there, or nobody does.
class Server {
 public:
  Server() {
    up();
    sockaddr_in name{};
    socklen_t size = sizeof name;
    getsockname(listener_.fd(), reinterpret_cast<sockaddr*>(&name), &size);
    port_ = ntohs(name.sin_port);
  }
  std::string place() const { return fmt::format("127.0.0.1:{}", port_); }
  void up() {
    auto name = SocketName::tcp(fmt::format("127.0.0.1:{}", port_), "server", true, Error::Kind::io);
    auto made = name ? name->listen() : Result<Descriptor>(name.error());
    ASSERT_TRUE(made) << made.error().text;
    listener_ = std::move(*made);
  }
  void down() { listener_ = {}, client_ = {}; }
  const std::string& read() {
    if (client_.fd() < 0 && listener_.fd() >= 0) {
      std::string peer;
      Descriptor client;
      if (SocketName::accept(listener_, client, peer) >= 0 && client.fd() >= 0) client_ = std::move(client), ++clients;
    }
    char bytes[4096];
    for (ssize_t n; client_.fd() >= 0 && (n = recv(client_.fd(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0;)
      text_.append(bytes, static_cast<size_t>(n));
    return text_;
  }
  int clients = 0;

 private:
  uint16_t port_ = 0;
  Descriptor listener_, client_;
  std::string text_;
};

class ConnectSinkTest : public testing::Test {
 protected:
  ConnectSinkTest() { std::signal(SIGPIPE, SIG_IGN); }
  ~ConnectSinkTest() override {
    if (sink) sink->abandon();
    run([passes = 0]() mutable { return ++passes > 2; });
  }

  void open(Guards guards, bool lazy = false) {
    auto place = SocketName::tcp(server.place(), "tcp://server", false, Error::Kind::io);
    ASSERT_TRUE(place);
    sink = std::make_unique<ConnectSink>(std::move(*place), ConnectSink::Options{std::move(guards), {WhenFull::block, 0}, lazy},
                                         test::line_codec(), CodecOptions());
    ASSERT_TRUE(sink->open(host));
  }
  void take(int number) {
    SlabRef slab = pool.take();
    slab->add(std::to_string(number));
    ++taken;
    test::FakeTurn turn(clock.now(), pool);
    sink->take(Batch(std::move(slab), Receipt(frontier, taken), 0), turn);
    for (const auto& [reason, n] : turn.drops) host.drops[reason] += n;
  }
  // Until it is so; a test that waits for what never comes runs into its time limit.
  template <class So>
  void run(So so) {
    loop.work([&] {
      if (so()) loop.stop();
      return true;
    });
    loop.run();
    loop.work([] { return false; });
  }
  // One record, until it is refused.
  void refused(int number) {
    const size_t before = host.refused.size();
    take(number);
    run([&] { return host.refused.size() > before; });
  }
  static Guards guards(uint64_t attempts, std::optional<Breaker::Options> breaker = {}, WhileOpen while_open = WhileOpen::unsaid) {
    Guards made;
    made.retry.attempts = attempts;
    made.retry.base = made.retry.max = 1ms;
    made.breaker = breaker;
    made.while_open = while_open;
    return made;
  }
  static Breaker::Options breaker(uint64_t min) {
    Breaker::Options made;
    made.min = min, made.probes = 2, made.open = 30s;
    return made;
  }
  // Down, and the breaker opened by `n` attempts.
  void trip(uint64_t n) {
    server.down();
    run([&] { return !host.notes.empty(); });
    ASSERT_EQ(host.notes.front().substr(0, 34), "breaker from closed to open for 30");
    ASSERT_EQ(host.counts["attempts failed"], n);
  }

  test::FakeClock clock;
  Loop loop{clock};
  Host host{loop, clock};
  Pool pool;
  Frontier frontier;
  Server server;
  uint64_t taken = 0;
  std::unique_ptr<ConnectSink> sink;
};

TEST_F(ConnectSinkTest, Row111ARefusedRecordTellsItsAttemptsTheirTimesAndTheirCause) {
  server.down();
  open(guards(3));
  take(1);
  run([&] { return host.counts["attempts failed"] == 1; });
  const Instant first = clock.now();
  clock.ticks += 5'000'000'000;
  run([&] { return !host.refused.empty(); });
  EXPECT_EQ(host.refused, std::vector<std::string>{"1: connect 3"});
  EXPECT_EQ(host.last.first, first);
  EXPECT_EQ(host.last.last, clock.now());
  EXPECT_EQ(host.last.reason.message, "cannot connect to tcp://server: Connection refused (3 attempts)");
}

TEST_F(ConnectSinkTest, Row118AttemptsUsedUpRefuseAndNeverDrop) {
  server.down();
  open(guards(2));
  for (int i = 1; i <= 3; ++i) refused(i);
  EXPECT_EQ(host.refused, (std::vector<std::string>{"1: connect 2", "2: connect 2", "3: connect 2"}));
  EXPECT_TRUE(host.drops.empty());
  EXPECT_EQ(host.failure, "");
}

TEST_F(ConnectSinkTest, Row118WhereNobodyTakesThemTheSinkFails) {
  host.takes_refused = false;
  server.down();
  open(guards(2));
  take(1);
  run([&] { return !host.failure.empty(); });
  EXPECT_EQ(host.failure, "cannot connect to tcp://server: Connection refused (2 attempts)");
  EXPECT_TRUE(host.refused.empty());
  EXPECT_EQ(frontier.committed(), 0u);
}

TEST_F(ConnectSinkTest, Row110ThousandRefusedRecordsNeitherStallNorGetLost) {
  server.down();
  open(guards(1));
  for (int i = 0; i < 1000; ++i) refused(i);
  EXPECT_EQ(host.refused.size(), 1000u);
  EXPECT_EQ(host.refused.back(), "999: connect 1");
  EXPECT_EQ(frontier.committed(), taken);
}

TEST_F(ConnectSinkTest, WhatIsNotWorthAnotherAttemptIsGivenUpAtOnce) {
  Guards how = guards(Retry::kForever);
  how.retry.never = {"refused"};
  server.down();
  open(how);
  refused(1);
  EXPECT_EQ(host.refused, std::vector<std::string>{"1: connect 1"});
}

TEST_F(ConnectSinkTest, Row122WhileOpenRecordsAreRefusedWithoutAnAttempt) {
  server.down();
  open(guards(1, breaker(3)));
  for (int i = 1; i <= 3; ++i) refused(i);
  take(4);  // nothing to wait for
  take(5);
  EXPECT_EQ(host.refused, (std::vector<std::string>{"1: connect 1", "2: connect 1", "3: connect 1", "4: breaker 0", "5: breaker 0"}));
  EXPECT_EQ(host.last.reason.message, "the breaker of tcp://server is open: cannot connect to tcp://server: Connection refused");
  EXPECT_EQ(host.counts["attempts failed"], 3u);
  EXPECT_EQ(host.counts["kept off by the breaker"], 2u);
  EXPECT_EQ(frontier.committed(), taken);
}

TEST_F(ConnectSinkTest, ProbesThatArriveCloseIt) {
  open(guards(1, breaker(1)));
  trip(1);
  take(1);
  server.up();
  clock.ticks += 30'000'000'000;
  for (int i = 2; i <= 6; ++i) take(i);
  run([&] { return server.read() == "2\n3\n4\n5\n6\n"; });
  run([&] { return host.got == 5; });
  EXPECT_EQ(host.refused, std::vector<std::string>{"1: breaker 0"});
  EXPECT_EQ(host.notes, (std::vector<std::string>{"breaker from closed to open for 30s: 1 of 1 attempts failed, the last: " +
                                                      host.notes[0].substr(host.notes[0].rfind("cannot")),
                                                  "breaker from open to half-open: 2 attempts must pass",
                                                  "breaker from half-open to closed: 2 attempts passed"}));
  EXPECT_EQ(host.counts["breaker closed to open"], 1u);
  EXPECT_EQ(host.counts["breaker open to half-open"], 1u);
  EXPECT_EQ(host.counts["breaker half-open to closed"], 1u);
  EXPECT_EQ(frontier.committed(), taken);
}

TEST_F(ConnectSinkTest, Row120AFailedProbeOpensItForLonger) {
  server.down();
  open(guards(1, breaker(1)));
  trip(1);
  clock.ticks += 30'000'000'000;
  refused(1);
  EXPECT_EQ(host.refused, std::vector<std::string>{"1: connect 1"});
  EXPECT_EQ(host.notes.back(),
            "breaker from half-open to open for 1m: 1 of 1 attempts failed, the last: cannot connect to tcp://server: "
            "Connection refused");
  clock.ticks += 59'000'000'000;
  take(2);
  EXPECT_EQ(host.refused.back(), "2: breaker 0");
}

TEST_F(ConnectSinkTest, Row122DroppedWhileOpenIsCounted) {
  server.down();
  open(guards(Retry::kForever, breaker(3), WhileOpen::drop));
  take(1);
  trip(3);
  take(2);
  EXPECT_EQ(host.drops, (std::map<std::string, uint64_t>{{"breaker", 2}}));
  EXPECT_TRUE(host.refused.empty());
  EXPECT_EQ(frontier.committed(), taken);
}

TEST_F(ConnectSinkTest, Row122PausedWhileOpenNothingIsLost) {
  host.takes_refused = false;
  server.down();
  Breaker::Options how = breaker(3);
  how.open = 30ms;                     // the timer that ends it is a real one
  open(guards(Retry::kForever, how));  // nobody takes what is refused, so it pauses
  take(1);
  trip(3);
  EXPECT_TRUE(host.shut);
  take(2);  // was under way
  server.up();
  clock.ticks += 30'000'000;
  run([&] { return server.read() == "1\n2\n"; });
  run([&] { return host.got == 2; });
  EXPECT_FALSE(host.shut);
  EXPECT_EQ(host.counts["attempts failed"], 3u);
  EXPECT_EQ(host.notes.back(), "breaker from half-open to closed: 2 attempts passed");
}

TEST_F(ConnectSinkTest, AnOpenBreakerKeepsNoRunFromEnding) {
  server.down();
  open(guards(1, breaker(1)));
  trip(1);
  take(1);
  sink->finish();
  EXPECT_TRUE(sink->idle());
  EXPECT_TRUE(host.is_idle);
}

TEST_F(ConnectSinkTest, AnEndThatStandsInConnectsWithItsFirstRecord) {
  open(guards(1), true);
  run([&, passes = 0]() mutable { return server.read(), ++passes > 10; });
  EXPECT_EQ(server.clients, 0);
  take(1);
  run([&] { return server.read() == "1\n"; });
  EXPECT_EQ(server.clients, 1);
}

TEST_F(ConnectSinkTest, AnEndThatStandsInAndIsNotNeededConnectsNever) {
  open(guards(1), true);
  sink->finish();
  EXPECT_TRUE(sink->idle());
  EXPECT_EQ((server.read(), server.clients), 0);
}

// In every order of deaths and returns each record is delivered or refused, and none is lost.
TEST_F(ConnectSinkTest, EveryRecordHasOneFate) {
  open(guards(1, breaker(4)));
  uint64_t lot = 7;
  for (int i = 0; i < 300; ++i) {
    lot = lot * 6364136223846793005 + 1442695040888963407;
    if (lot >> 60 == 0) server.down();
    if (lot >> 60 == 1) server.down(), server.up();
    clock.ticks += 1'000'000'000;
    take(i);
    run([&, passes = 0]() mutable { return server.read(), ++passes > 3; });
  }
  server.down(), server.up();
  clock.ticks += 3'600'000'000'000;
  sink->finish();
  run([&] { return server.read(), sink->idle(); });
  EXPECT_EQ(host.got + host.refused.size(), taken);
  EXPECT_EQ(frontier.committed(), taken);
  EXPECT_GT(host.got, 0u);
  EXPECT_GT(host.refused.size(), 0u);
}

}  // namespace
}  // namespace leat
