// ExecSource: records from the stdout of a command: exec:'journalctl -f -o json'.
// Owner:   the runner.   Thread: as core/stage/end.h says; the child on the loop thread.   Blocks: never.
// Fails:   open: no process to be had; a command that ends otherwise than with 0 fails the source, after all its records.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/io/child.h"
#include "stages/source/stream.h"

namespace leat {

class ExecSource final : public StreamSource {
 public:
  ExecSource(std::string command, const CodecSpec& codec, const CodecOptions& options)
      : StreamSource(codec, options), command_(std::move(command)), name_("exec:" + command_) {}

  const std::string& name() const override { return name_; }
  void stop() override;

 private:
  Done first() override;
  Next next() override;

  const std::string command_, name_;
  std::unique_ptr<Child> child_;

  std::mutex mutex_;
  std::optional<std::string> how_;  // it ended
};

}  // namespace leat
