// FileSource: stdin, files and FIFOs, one after another; a file may be followed as it grows and is replaced.
// Owner:   the runner.   Thread: as core/stage/end.h says.   Blocks: reading a regular file may wait for the disk.
// Fails:   open: a path that cannot be read, a checkpoint that cannot be understood; later as StreamSource.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/io/checkpoint.h"
#include "core/io/path_watch.h"
#include "stages/source/stream.h"

namespace leat {

class FileSource final : public StreamSource {
 public:
  struct Options {
    bool follow = false;     // one path only
    std::string checkpoint;  // the file that keeps how far we are; empty: none
  };
  // "-" is stdin.
  FileSource(std::vector<std::string> paths, Options options, const CodecSpec& codec, const CodecOptions& codec_options);

  const std::string& name() const override { return name_; }
  void committed(uint64_t position, bool resting) override;
  bool in_turn() const override { return in_turn_; }
  uint64_t total() const override { return total_; }

 private:
  struct Start {
    uint64_t base;
    FileId file;
    std::string path;
  };
  Done first() override;
  Next next() override;
  bool grows() override;
  Done start(size_t path, uint64_t skip);
  Result<Descriptor> take_opened(size_t path);
  uint64_t resume();

  const std::vector<std::string> paths_;
  const std::string name_;
  const Options options_;
  std::map<size_t, Descriptor> opened_;  // what is no file, until its turn comes
  std::unique_ptr<PathWatch> watch_;
  size_t at_ = 0;
  FileId reading_;
  uint64_t total_ = 0;
  bool in_turn_ = false;

  std::mutex mutex_;  // of what follows: a commit comes from whoever has the turn
  std::vector<Start> starts_;
  std::unique_ptr<Checkpoint> checkpoint_;
};

}  // namespace leat
