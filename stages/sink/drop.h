// DropSink: takes every record and keeps none: `--to drop:`, for measuring and for branches nobody wants.
// Owner:   the runner.   Thread: under the turn.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>

#include "core/stage/end.h"

namespace leat {

class DropSink final : public Sink {
 public:
  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override { return host_ = &host, Done(); }
  void take(Batch&& batch, Turn&) override {
    host_->delivered(batch.size());
    batch.let_go();
  }
  void flush() override {}
  void finish() override { host_->idle(); }
  bool idle() const override { return true; }
  void abandon() override {}

 private:
  const std::string name_ = "drop:";
  SinkHost* host_ = nullptr;
};

}  // namespace leat
