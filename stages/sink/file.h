// FileSink: a file that stands in its place only when it is whole.
// Owner:   the runner.   Thread: as StreamSink; fsync on the loop's pool.   Blocks: as StreamSink.
// Fails:   open: a folder where no file can be made; later as StreamSink.
//
// The records go to .NAME.XXXXXX beside the file; at the end of the run it is synced to disk and takes the name. A run that
// fails, is stopped by --strict or is aborted removes it, and the old file stays; only kill -9 leaves the hidden one behind.
// What is no regular file (a FIFO, a device, /dev/stdout) is written as it is.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "stages/sink/stream.h"

namespace leat {

class FileSink final : public StreamSink {
 public:
  FileSink(std::string path, const Outlet::Options& how, const CodecSpec& codec, const CodecOptions& options)
      : StreamSink(std::move(path), how, codec, options) {}
  ~FileSink() override { discard(); }

  void abandon() override;

 private:
  Result<Descriptor> descriptor() override;
  void written() override;
  void synced(int code);
  void discard();

  std::string target_, beside_;                                 // both empty: written as it is
  const std::shared_ptr<int> alive_ = std::make_shared<int>();  // shared with the sync under way, which may outlive us
};

}  // namespace leat
