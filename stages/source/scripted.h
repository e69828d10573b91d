// ScriptedSource: a source that brings what somebody says, when they say it: a rehearsal's stand-in for any other.
// Owner:   the runner; who wrote the script keeps a plain pointer.
// Thread:  the loop's.   Blocks: never.
// Fails:   open and give as MemoryFile; later as StreamSource.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/io/memory_file.h"
#include "stages/source/stream.h"

namespace leat {

class ScriptedSource final : public StreamSource {
 public:
  ScriptedSource(std::string name, const CodecSpec& codec, const CodecOptions& options)
      : StreamSource(codec, options), name_(std::move(name)), codec_(codec) {}

  const CodecSpec& codec() const { return codec_; }
  Done give(std::string_view bytes);  // what comes next; not before the run has begun
  void end();                         // that was all

  const std::string& name() const override { return name_; }

 private:
  Done first() override;
  Next next() override { return Next::none; }
  bool grows() override { return !ended_; }

  const std::string name_;
  const CodecSpec& codec_;
  std::optional<MemoryFile> script_;
  bool ended_ = false;
};

}  // namespace leat
