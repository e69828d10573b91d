// The source and the sink at a hub, over a real socket: what counts as delivered, and what is said to the hub, when the connection is cut.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "core/codec/json_format.h"
#include "stages/sink/hub.h"
#include "stages/source/hub.h"
#include "tests/support/fake_ends.h"
#include "tests/support/fake_hub.h"
#include "tests/support/scratch.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

// What the runner would hear.
class Host final : public SinkHost, public SourceHost {
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
    batch.each([&](uint32_t i) { refused.push_back(fmt::format("{}: {}", batch.slab().record(i), why.reason.code)); });
    batch.let_go();
  }
  bool refusable() const override { return true; }
  void dropped(uint64_t, std::string_view) override {}
  void note(std::string text) override { notes.push_back(std::move(text)); }
  void count(std::string_view what, uint64_t n) override { counted[std::string(what)] += n; }
  bool spoiled() const override { return false; }
  void wake() override {}

  bool shut = false, is_idle = false;
  uint64_t got = 0;
  std::string failure;
  Texts refused, notes;
  std::map<std::string, uint64_t> counted;

 private:
  Loop& loop_;
  Clock& clock_;
};

// A FakeHub that listens.
class Server {
 public:
  explicit Server(std::string path) : path_(std::move(path)) { up(); }
  void up() {
    auto name = SocketName::local(path_, "server", Error::Kind::io);
    auto made = name ? name->listen() : Result<Descriptor>(name.error());
    ASSERT_TRUE(made) << made.error().text;
    listener_ = std::move(*made);
  }
  void down() { cut(), listener_ = {}, unlink(path_.c_str()); }
  void cut() { client_ = {}; }
  void turn() {
    if (client_.fd() < 0 && listener_.fd() >= 0) {
      std::string peer;
      Descriptor client;
      if (SocketName::accept(listener_, client, peer) >= 0 && client.fd() >= 0) client_ = std::move(client), hub.connect(), ++clients;
    }
    if (client_.fd() < 0) return;
    char bytes[4096];
    for (ssize_t n; (n = recv(client_.fd(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0;) hub.feed({bytes, static_cast<size_t>(n)});
    while (!hub.out.empty()) {
      const ssize_t put = send(client_.fd(), hub.out.data(), hub.out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (put <= 0) break;
      hub.out.erase(0, static_cast<size_t>(put));
    }
  }
  test::FakeHub hub;
  int clients = 0;

 private:
  const std::string path_;
  Descriptor listener_, client_;
};

class HubEndsTest : public testing::Test {
 protected:
  HubEndsTest() { std::signal(SIGPIPE, SIG_IGN); }
  ~HubEndsTest() override {
    if (sink) sink->abandon();
    run([passes = 0]() mutable { return ++passes > 2; });
  }
  // Until it is so; what never comes runs into the test's time limit.
  template <class So>
  void run(So so) {
    loop.work([&] {
      server.turn();
      if (so()) loop.stop();
      return true;
    });
    loop.run();
    loop.work([] { return false; });
  }
  SocketName place() { return std::move(*SocketName::local(path, "the hub", Error::Kind::io)); }

  void open_sink(uint64_t attempts = 0) {
    auto messages = HubMessages::make({"a.b", {}, false}, **codec_called("ndjson"), CodecOptions(), nullptr);
    HubSink::Options how;
    how.retry_said = true;
    how.guards.retry.attempts = attempts > 0 ? attempts : Retry::kForever;
    how.guards.retry.base = how.guards.retry.max = 1ms;
    sink = std::make_unique<HubSink>("hub:a.b", place(), std::move(how), std::move(*messages));
    ASSERT_TRUE(sink->open(host));
  }
  void take(int from, int to) {
    SlabRef slab = pool.take();
    slab->format = &json_format();
    for (; from <= to; ++from) slab->add(std::to_string(from)), ++taken;
    test::FakeTurn turn(clock.now(), pool);
    sink->take(Batch(std::move(slab), Receipt(frontier, taken), 0), turn);
  }

  void open_source(bool durable, bool to_end = false) {
    hub::Subscribe wanted;
    wanted.pattern = "a.>", wanted.start.kind = hub::Start::Kind::all;
    wanted.messages = HubSource::kMessages, wanted.bytes = HubSource::kBytes;
    if (durable) wanted.durable = "d", wanted.acks = true, wanted.ack_wait_ms = 30;
    hub::client::Connection::Options how;
    how.first = how.again = hub::client::Connection::patient();
    how.again.base = how.again.max = 1ms;
    source = std::make_unique<HubSource>("hub:a.>", place(), how, wanted, to_end, **codec_called("ndjson"), CodecOptions());
    ASSERT_TRUE(source->open(host));
  }
  Pull pull() {
    SlabRef slab;
    const Pull pulled = source->pull(pool, slab, end);
    if (pulled == Pull::batch)
      for (size_t i = 0; i < slab->records.size(); ++i) records.emplace_back(slab->record(static_cast<uint32_t>(i)));
    return pulled;
  }
  void publish(int from, int to) {
    for (; from <= to; ++from) server.hub.publish("a.b", std::to_string(from));
  }
  static Texts numbers(int from, int to) {
    Texts made;
    for (; from <= to; ++from) made.push_back(std::to_string(from));
    return made;
  }

  const test::Scratch scratch;
  const std::string path = (scratch / "hub.sock").string();
  test::FakeClock clock;
  Loop loop{clock};
  Host host{loop, clock};
  Pool pool;
  Frontier frontier;
  Server server{path};
  uint64_t taken = 0, end = 0;
  Texts records;
  std::unique_ptr<HubSink> sink;
  std::unique_ptr<HubSource> source;
};

TEST_F(HubEndsTest, ARecordIsDeliveredWhenTheHubSaysSo) {
  server.hub.acknowledges = false;
  open_sink();
  take(1, 3);
  run([&] { return server.hub.kept.size() == 3; });
  EXPECT_EQ(host.got, 0u);
  EXPECT_EQ(frontier.committed(), 0u);
  server.hub.acknowledges = true;
  server.hub.feed({});
  run([&] { return host.got == 3; });
  EXPECT_EQ(frontier.committed(), 3u);
  sink->finish();
  run([&] { return host.is_idle; });
}

TEST_F(HubEndsTest, WhatWasNotAcknowledgedGoesAgainAndIsKeptOnce) {
  server.hub.acknowledges = false;
  open_sink();
  take(1, 5);
  run([&] { return server.hub.kept.size() == 5; });
  server.cut();
  server.hub.acknowledges = true;
  take(6, 7);
  run([&] { return host.got == 7; });
  EXPECT_EQ(server.clients, 2);
  EXPECT_EQ(server.hub.kept, numbers(1, 7));
  EXPECT_EQ(server.hub.broken, "");
  EXPECT_EQ(frontier.committed(), 7u);
}

TEST_F(HubEndsTest, WhatIsRefusedLeavesAndTheRestIsDelivered) {
  server.hub.refuses["2"] = "denied";
  open_sink();
  take(1, 3);
  run([&] { return host.got == 2; });
  EXPECT_EQ(host.refused, Texts{"2: refused"});
  EXPECT_EQ(frontier.committed(), 3u);
}

TEST_F(HubEndsTest, AttemptsUsedUpRefuseWhatWaitsAndTheNextRecordBeginsAnew) {
  server.down();
  open_sink(2);
  take(1, 2);
  run([&] { return host.refused.size() == 2; });
  EXPECT_EQ(host.refused, (Texts{"1: connect", "2: connect"}));
  server.up();
  take(3, 3);
  run([&] { return host.got == 1; });
  EXPECT_EQ(server.hub.kept, Texts{"3"});
  EXPECT_EQ(frontier.committed(), 3u);
}

TEST_F(HubEndsTest, SourcesPauseWhileTheHubTakesNothing) {
  server.hub.acknowledges = false;
  server.hub.window = 4;
  open_sink();
  const std::string large = "\"" + std::string(200'000, 'x') + "\"";
  server.hub.max_frame = 1 << 20;
  for (int i = 0; i < 30; ++i) {
    SlabRef slab = pool.take();
    slab->format = &json_format();
    slab->add(large);
    test::FakeTurn turn(clock.now(), pool);
    sink->take(Batch(std::move(slab), Receipt(frontier, ++taken), 0), turn);
  }
  EXPECT_TRUE(host.shut);
  server.hub.acknowledges = true;
  run([&] { return host.got == 30; });
  EXPECT_FALSE(host.shut);
  EXPECT_LE(server.hub.highest_unacknowledged, 4u);
}

TEST_F(HubEndsTest, TheHubIsToldWhatHasBeenDeliveredAndNothingElse) {
  publish(1, 10);
  open_source(true);
  run([&] { return pull() == Pull::batch; });
  while (pull() == Pull::batch) {
  }
  EXPECT_EQ(records, numbers(1, 10));
  EXPECT_TRUE(server.hub.done.empty());
  source->committed(end / 2, false);  // each takes two bytes, but the last
  run([&] { return !server.hub.done.empty(); });
  EXPECT_EQ(*server.hub.done.rbegin(), 5u);
  run([&] { return server.hub.acks.back().kind == hub::Ack::Kind::in_progress; });
  EXPECT_EQ(server.hub.acks.back().up_to, 10u);
  source->committed(end, true);
  run([&] { return server.hub.done.size() == 10; });
}

// What is under way is brought again, and passed over; what was delivered while nobody could be told is told then.
TEST_F(HubEndsTest, AfterACutNothingIsGivenTwice) {
  publish(1, 6);
  open_source(true);
  run([&] { return pull(), records.size() == 6; });
  server.cut();
  source->committed(8, false);
  publish(7, 8);
  run([&] { return pull(), records.size() >= 8; });
  EXPECT_EQ(server.clients, 2);
  EXPECT_EQ(records, numbers(1, 8));
  run([&] { return server.hub.done.size() == 4; });
  source->committed(end, true);
  run([&] { return server.hub.done.size() == 8; });
  EXPECT_EQ(records, numbers(1, 8));
}

TEST_F(HubEndsTest, StoppedItGivesWhatHasComeAndNoMore) {
  publish(1, 3);
  open_source(false);
  run([&] { return !server.hub.delivered.empty() && server.hub.out.empty(); });
  run([passes = 0]() mutable { return ++passes > 2; });
  source->stop();
  publish(4, 2000);
  run([passes = 0]() mutable { return ++passes > 5; });
  Pull pulled;
  while ((pulled = pull()) == Pull::batch) {
  }
  EXPECT_EQ(pulled, Pull::ended);
  EXPECT_EQ(records, numbers(1, 3));
}

TEST_F(HubEndsTest, ToTheEndItGivesWhatTheHistoryHeldAndEnds) {
  publish(1, 5000);
  open_source(false, true);
  run([&] { return records.size() > 100 || pull() == Pull::failed; });
  server.cut();
  run([&] { return pull() == Pull::ended; });
  EXPECT_EQ(server.clients, 2);
  EXPECT_EQ(records, numbers(1, 5000));
}

TEST_F(HubEndsTest, AGapIsNotedAndCounted) {
  open_source(false);
  run([&] { return !server.hub.subscribed.empty(); });
  server.hub.say(hub::Gap{1, 3, 9, 5, hub::Gap::Reason::dropped});
  server.hub.say(hub::Gap{1, 20, 21, 2, hub::Gap::Reason::expired});
  run([&] { return host.notes.size() == 2; });
  EXPECT_EQ(host.notes[0], "hub:a.>: 5 messages are missing, 3 to 9: this subscription was too slow");
  EXPECT_EQ(host.counted["missing"], 7u);
}

TEST_F(HubEndsTest, AHubThatTurnsASubscriptionAwayEndsTheSource) {
  open_source(false);
  run([&] { return !server.hub.subscribed.empty(); });
  server.hub.say(hub::Fault{"denied", "not for you", 1, false});
  run([&] { return pull() == Pull::failed; });
  EXPECT_EQ(source->error()->text, "hub:a.>: the hub says: not for you (denied)");
}

}  // namespace
}  // namespace leat
