// Where time goes, by a clock that only the work itself moves: every tick is booked to the work that took it, once.
#include "pipelines/profile.h"

#include <gtest/gtest.h>

#include "core/codec/json_format.h"
#include "pipelines/runner.h"
#include "pipelines/trial.h"
#include "tests/support/fake_ends.h"

namespace leat {
namespace {

using test::FakeClock;

constexpr int kPull = 3, kFrame = 5, kStage = 11, kEmits = 7, kTake = 13, kFinish = 17, kFlush = 19;

class SlowSource final : public Source {
 public:
  SlowSource(FakeClock& clock, size_t batches) : clock_(clock), left_(batches) {}
  const std::string& name() const override { return name_; }
  Done open(SourceHost&) override { return {}; }
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override {
    clock_.ticks += kPull;
    if (left_ == 0) return Pull::ended;
    slab = pool.take();
    slab->format = &json_format();
    slab->append("12345\n678\n");
    end = ++given_;
    --left_;
    return Pull::batch;
  }
  void frame(Slab& slab) const override {
    clock_.ticks += kFrame;
    slab.records = {{0, 5}, {6, 9}};
  }
  void stop() override { left_ = 0; }

 private:
  FakeClock& clock_;
  const std::string name_ = "slow";
  size_t left_;
  uint64_t given_ = 0;
};

// Works before and after it has sent each batch on, so that what stands below it works in between.
class SlowStage final : public Stage {
 public:
  SlowStage(FakeClock& clock, bool emits) : clock_(clock), emits_(emits) {}
  Flow process(Batch& batch, Turn& turn) override {
    clock_.ticks += kStage;
    if (emits_) turn.emit(kOut, batch.share()), batch.clear();
    clock_.ticks += emits_ ? kEmits : 0;
    return Flow::more;
  }
  void finish(Turn&, bool) override { clock_.ticks += kFinish; }
  std::unique_ptr<Stage> clone() const override { return std::make_unique<SlowStage>(clock_, emits_); }

 private:
  FakeClock& clock_;
  const bool emits_;
};

class SlowSink final : public Sink {
 public:
  explicit SlowSink(FakeClock& clock) : clock_(clock) {}
  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override { return host_ = &host, Done(); }
  void take(Batch&& batch, Turn&) override {
    clock_.ticks += kTake;
    host_->delivered(batch.size());
    batch.let_go();
  }
  void flush() override { clock_.ticks += kFlush, ++flushes; }
  void finish() override { host_->idle(); }
  bool idle() const override { return true; }
  void abandon() override {}

  int flushes = 0;

 private:
  FakeClock& clock_;
  const std::string name_ = "slow";
  SinkHost* host_ = nullptr;
};

constexpr PortSpec kPorts[] = {{"out", ""}, {"err", ""}};
constexpr StageSpec spec(std::string_view name, bool stateless) {
  return {.name = name,
          .group = {},
          .summary = {},
          .details = {},
          .options = {},
          .ports = kPorts,
          .examples = {},
          .stateless = stateless,
          .new_bytes = false,
          .missing = StageSpec::Missing::filtered,
          .make = nullptr};
}
constexpr StageSpec kPasses = spec("passes", true), kSends = spec("sends", false);

Graph::Node node(const StageSpec& of, std::unique_ptr<Stage> stage, uint32_t reader, FieldPlan* plan) {
  Graph::Node made;
  made.id = of.name, made.spec = &of, made.stage = std::move(stage), made.plan = plan;
  made.ports = {"out", "err"};
  made.readers = {{reader}, {}};
  made.parallel = of.stateless;
  return made;
}

struct Timed {
  Profile profile;
  int flushes;
  int64_t ticks;
};

// slow source -> passes -> sends -> slow sink
Timed run(int threads, bool asked) {
  constexpr size_t kBatches = 10;
  FakeClock clock, ticking;
  Loop loop(clock);
  Graph graph;
  FieldPlan& plan = graph.plans.emplace_back();
  plan.slot({"a"});
  graph.inputs.push_back({"source", std::make_unique<SlowSource>(ticking, kBatches), {0}, {}});
  graph.nodes.push_back(node(kPasses, std::make_unique<SlowStage>(ticking, false), 1, &plan));
  graph.nodes.push_back(node(kSends, std::make_unique<SlowStage>(ticking, true), 2, &plan));
  Graph::Node sink;
  sink.id = "sink", sink.ports = {"out", "err"}, sink.readers.resize(2);
  auto owned = std::make_unique<SlowSink>(ticking);
  const SlowSink& below = *owned;
  sink.sink = std::move(owned);
  graph.nodes.push_back(std::move(sink));
  RunOptions options{.threads = threads, .report = [](const std::string&) {}, .stopwatch = asked ? &ticking : nullptr};
  Runner runner(std::move(graph), loop, clock, std::move(options));
  const int64_t begun = ticking.ticks;
  EXPECT_TRUE(runner.start());
  loop.run();
  Profile profile = runner.profile();
  return {std::move(profile), below.flushes, ticking.ticks - begun};
}

const Profile::Row& row(const Profile& profile, std::string_view id, std::string_view work) {
  for (const Profile::Row& row : profile.rows)
    if (row.id == id && row.work == work) return row;
  ADD_FAILURE() << "no row " << id << " " << work;
  static const Profile::Row kNone{};
  return kNone;
}

TEST(Profile, EveryTickIsBookedToTheWorkThatTookIt) {
  const Timed timed = run(1, true);
  const Profile& profile = timed.profile;
  EXPECT_EQ(row(profile, "source", "read").time.count(), 11 * kPull);  // and the one that found the end
  EXPECT_EQ(row(profile, "source", "frame").time.count(), 10 * kFrame);
  EXPECT_EQ(row(profile, "passes", "stage").time.count(), 10 * kStage);
  EXPECT_EQ(row(profile, "sends", "stage").time.count(), 10 * (kStage + kEmits) + kFinish);
  EXPECT_EQ(row(profile, "sink", "write").time.count(), 10 * kTake + timed.flushes * kFlush);
  EXPECT_EQ(profile.whole().count(), timed.ticks);
}

TEST(Profile, RecordsAndBytesAreThoseThatCameIn) {
  const Profile profile = run(1, true).profile;
  for (const auto& [id, work] :
       {std::pair("passes", "fields"), std::pair("passes", "stage"), std::pair("sends", "stage"), std::pair("sink", "write")}) {
    EXPECT_EQ(row(profile, id, work).in, 20u) << id;
    EXPECT_EQ(row(profile, id, work).out, 20u) << id;
    EXPECT_EQ(row(profile, id, work).bytes, 80u) << id;  // 5 and 3 each time, without their ends
  }
  EXPECT_EQ(row(profile, "source", "read").bytes, 100u);
}

// What one walk found for two stages has one line, which names the other.
TEST(Profile, AWalkThatServesTwoStagesIsToldOnce) {
  const Profile profile = run(1, true).profile;
  EXPECT_EQ(row(profile, "passes", "fields").note, "and of sends");
  EXPECT_EQ(std::count_if(profile.rows.begin(), profile.rows.end(), [](const auto& row) { return row.work == "fields"; }), 1);
}

// Other threads move the clock meanwhile, so that a time may only come out longer; counts are the same.
TEST(Profile, SeveralThreadsKeepTheirOwnAccounts) {
  const Timed timed = run(3, true);
  EXPECT_GE(row(timed.profile, "passes", "stage").time.count(), 10 * kStage);
  EXPECT_GE(row(timed.profile, "sink", "write").time.count(), 10 * kTake);
  EXPECT_EQ(row(timed.profile, "passes", "fields").in, 20u);
  EXPECT_EQ(row(timed.profile, "sink", "write").bytes, 80u);
  EXPECT_LE(timed.profile.whole().count(), 4 * timed.ticks);
}

TEST(Profile, NobodyAskedAndTheClockIsNotRead) {
  const Timed timed = run(1, false);
  EXPECT_TRUE(timed.profile.rows.empty());
  EXPECT_EQ(Stopwatch::mine, nullptr);
}

}  // namespace
}  // namespace leat
