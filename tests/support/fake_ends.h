// FakeSource and FakeSink: ends under the test's thumb, and a log of what each sink has been given for good.
// Owner:   the graph; the test keeps a plain pointer and looks at it after the run, or under the turn.
// Thread:  as core/stage/end.h says.   Blocks: never.   Fails: when the test tells them to.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "core/io/loop.h"
#include "core/stage/end.h"

namespace leat::test {

struct FakeClock final : Clock {
  Instant now() const override { return Instant(Duration(ticks.load())); }
  std::atomic<int64_t> ticks{1'000'000'000};
};

// Gives "NAME-0" ... "NAME-(count-1)", `per_batch` records at a time; every `rest`-th pull says later, and wakes by the loop.
class FakeSource final : public Source {
 public:
  FakeSource(std::string name, size_t count, size_t per_batch, size_t rest = 0, bool file = false)
      : name_(std::move(name)), count_(count), per_batch_(per_batch), rest_(rest), file_(file) {}

  const std::string& name() const override { return name_; }
  Done open(SourceHost& host) override { return host_ = &host, Done(); }
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab& slab) const override;
  void stop() override;
  void committed(uint64_t position, bool) override;
  const Error* error() const override { return fail_at ? &error_ : nullptr; }
  bool in_turn() const override { return file_; }
  bool unpacks() const override { return packed; }

  bool packed = false;
  std::function<void()> on_frame;  // any lane
  std::atomic<bool> stopped{false};
  std::atomic<size_t> given{0};
  bool endless = false;  // past its records it rests until it is stopped
  size_t fail_at = 0;    // fails for good there
  std::function<void(uint64_t)> on_commit;

 private:
  const std::string name_;
  const size_t count_, per_batch_, rest_;
  const bool file_;
  SourceHost* host_ = nullptr;
  size_t pulls_ = 0;
  uint64_t committed_ = 0;
  const Error error_{Error::Kind::io, "the source failed", {}};
};

class FakeSink final : public Sink {
 public:
  enum class Manner {
    at_once,
    pauses,           // after every batch, until the loop comes round
    holds,            // delivers nothing before finish
    waits_for_flush,  // delivers what it has then
  };

  explicit FakeSink(Manner manner = Manner::at_once, size_t most = 100) : manner_(manner), most_(most) {}

  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override { return host_ = &host, Done(); }
  void take(Batch&& batch, Turn& turn) override;
  void flush() override;
  void finish() override;
  bool idle() const override { return finished_ && waiting_.empty(); }
  void abandon() override;

  std::vector<std::string> records;                     // delivered
  size_t fail_after = SIZE_MAX, done_after = SIZE_MAX;  // delivered records
  bool refuses = false;                                 // gives every record back
  size_t most_waiting = 0;                              // records, at any time
  std::atomic<bool> stuck{false};                       // delivers nothing, ever

 private:
  void deliver_one();
  void update_gate();

  const std::string name_ = "fake";
  const Manner manner_;
  const size_t most_;
  SinkHost* host_ = nullptr;
  std::deque<Batch> waiting_;
  size_t waiting_records_ = 0;
  bool busy_ = false, full_ = false, finished_ = false, closed_ = false;
};

}  // namespace leat::test
