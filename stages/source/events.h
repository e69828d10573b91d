// EventSource: what happens in the run, as records of its own: events:[NAME,...]. Whoever drives the run puts them in; a chain reads them.
// Owner:   the runner.
// Thread:  put() and end() under the turn, or before the run; the rest as core/stage/end.h says.
// Blocks:  never: what does not fit is left out, and counted. No data waits for who is told of it.
// Fails:   cannot.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/stage/end.h"
#include "core/stage/event.h"

namespace leat {

class EventSource final : public Source {
 public:
  static constexpr size_t kMostBytes = size_t{8} << 20;  // that wait to be read: more than one block of input makes if each record fails

  EventSource(std::string url, EventSet wanted) : name_(std::move(url)), wanted_(wanted) {}

  bool wants(Event event) const { return wanted_.has(event); }
  void put(std::string_view record);  // JSON; after end() nothing is put any more
  void end();                         // that was all
  uint64_t left_out() const { return left_out_.load(std::memory_order_relaxed); }

  const std::string& name() const override { return name_; }
  Done open(SourceHost& host) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab&) const override {}
  void stop() override;  // nobody reads them any more

 private:
  const std::string name_;
  const EventSet wanted_;
  SourceHost* host_ = nullptr;
  std::atomic<uint64_t> left_out_{0};
  uint64_t position_ = 0;  // of the next pull

  std::mutex mutex_;     // of what follows
  std::string waiting_;  // lines
  std::vector<Span> records_;
  bool ended_ = false, stopped_ = false;
};

}  // namespace leat
