// StreamSource: bytes from a descriptor (or several files, one after another), cut into records by a framer.
// Owner:   the runner.   Thread: as core/stage/end.h says.   Blocks: reading a regular file may wait for the disk.
// Fails:   open: a path that cannot be read; pull: a read error, a broken framing, a truncated last record.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/codec/codec.h"
#include "core/io/descriptor.h"
#include "core/io/loop.h"
#include "core/stage/end.h"

namespace leat {

class StreamSource final : public Source {
 public:
  // `paths` are read one after another as one stream each; "-" is stdin.
  StreamSource(std::vector<std::string> paths, const CodecSpec& codec, const CodecOptions& options);
  ~StreamSource() override;

  const std::string& name() const override { return paths_[at_ < paths_.size() ? at_ : paths_.size() - 1]; }
  Done open(Loop& loop, std::function<void()> wake) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab& slab) const override { framer_.load(std::memory_order_acquire)->frame(slab); }
  void stop() override;
  const Error* error() const override { return error_.text.empty() ? nullptr : &error_; }
  bool in_turn() const override { return input_.kind() == Descriptor::Kind::file; }
  uint64_t total() const override { return total_; }

 private:
  Pull give(Pool& pool, uint32_t whole, SlabRef& slab, uint64_t& end);
  Pull fail(Error error);
  Pull wait();
  Done begin(Descriptor input);
  bool next_path();

  std::vector<std::string> paths_;
  size_t at_ = 0;
  const CodecSpec& codec_;
  const CodecOptions options_;
  // One per path, for each file has its own header and its own end; all are kept, since slabs name their formats.
  std::vector<std::unique_ptr<Framer>> framers_;
  std::atomic<Framer*> framer_{nullptr};
  Descriptor input_;
  Loop* loop_ = nullptr;
  std::function<void()> wake_;
  std::unique_ptr<Watch> watch_;  // made and used on the loop thread
  SlabRef filling_;               // begins with the part of a record that the last cut left over
  uint32_t seen_ = 0;             // of filling_, by the framer
  uint64_t position_ = 0;         // of filling_'s first byte in this path
  uint64_t total_ = 0;
  std::atomic<bool> stopped_{false};
  bool at_end_ = false;  // of this path
  bool ended_ = false;   // of all
  Error error_;
};

}  // namespace leat
