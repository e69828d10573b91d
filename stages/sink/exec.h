// ExecSink: records into the stdin of a command: exec:'gzip > out.gz'.
// Owner:   the runner.   Thread: as StreamSink; the child on the loop thread.   Blocks: never.
// Fails:   open: no process to be had; a command that ends otherwise than with 0. One that ends well before its input does
//          wants no more (head), which is no failure.
#pragma once

#include <memory>
#include <string>

#include "core/io/child.h"
#include "stages/sink/stream.h"

namespace leat {

class ExecSink final : public StreamSink {
 public:
  ExecSink(std::string command, const Outlet::Options& how, const CodecSpec& codec, const CodecOptions& options)
      : StreamSink(std::move(command), how, codec, options) {
    name_ = "exec:" + path_;
  }

 private:
  Result<Descriptor> descriptor() override;
  void written() override { outlet().disconnect(); }  // the end of its input; its exit ends us
  void gone() override { outlet().disconnect(); }     // how it ended is told by its exit, which is about to come
  void exited(const std::string& how);

  std::unique_ptr<Child> child_;
};

}  // namespace leat
