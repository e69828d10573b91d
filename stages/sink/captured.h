// CapturedSink: a sink that keeps what it would have written, for a rehearsal to look at: the bytes, and each record.
// Owner:   the runner; what was caught is whose stand-in it is.   Thread: under the turn.   Blocks: never.
// Fails:   a record that its codec cannot write goes to turn.fail.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/codec/caught.h"
#include "core/codec/codec.h"
#include "core/stage/end.h"

namespace leat {

class CapturedSink final : public Sink {
 public:
  CapturedSink(std::string name, const CodecSpec& codec, const CodecOptions& options, Caught& caught)
      : name_(std::move(name)), codec_(codec), encoder_(codec.encoder(options)), caught_(caught) {}

  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override { return host_ = &host, Done(); }
  void take(Batch&& batch, Turn& turn) override;
  void flush() override {}
  void finish() override;
  bool idle() const override { return finished_; }
  void abandon() override {}
  bool envelope() const override { return codec_.envelope; }

 private:
  const std::string name_;
  const CodecSpec& codec_;
  const std::unique_ptr<Encoder> encoder_;
  Caught& caught_;
  SinkHost* host_ = nullptr;
  bool finished_ = false;
};

}  // namespace leat
