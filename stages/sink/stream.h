// StreamSink: records as bytes into a descriptor: stdout, a file, a FIFO.
// Owner:   the runner.   Thread: under the turn; the watch on the loop thread, which posts.
// Blocks:  never but for a regular file's page cache.
// Fails:   open: a path that cannot be written; later a write error (ENOSPC of /dev/full too). A closed pipe is done(), not a failure.
#pragma once

#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/io/descriptor.h"
#include "core/io/loop.h"
#include "core/io/outbox.h"
#include "core/stage/end.h"

namespace leat {

class StreamSink final : public Sink {
 public:
  static constexpr size_t kWrite = 64 * 1024;      // waiting bytes that make a write
  static constexpr size_t kFull = 4 * 1024 * 1024;  // waiting bytes that shut the gates; half of it opens them

  // An empty path is stdout.
  StreamSink(std::string path, bool append, const CodecSpec& codec, const CodecOptions& options);

  const std::string& name() const override { return name_; }
  Done open(SinkHost& host) override;
  void take(Batch&& batch, Turn& turn) override;
  void flush() override { write(0); }
  void finish() override;
  bool idle() const override { return outbox_.empty(); }
  void abandon() override;
  bool envelope() const override { return codec_.envelope; }

 private:
  void write(size_t least);
  void watch(bool for_room);
  void gone();

  const std::string path_, name_;
  const bool append_;
  const CodecSpec& codec_;
  std::unique_ptr<Encoder> encoder_;
  SinkHost* host_ = nullptr;
  Descriptor output_;
  std::unique_ptr<Watch> watch_;
  Outbox outbox_;
  bool waiting_ = false;  // for the descriptor to take more
  bool full_ = false;
  bool closed_ = false;
};

}  // namespace leat
