// LetterSource: another source, which brings dead letters; what comes out of it are the records they were before they failed.
// Owner:   the runner; owns the source it wraps.   Thread: as core/stage/end.h says.   Blocks: as the wrapped source.
// Fails:   as the wrapped source; and at a letter that is none, since what stands behind it may be none either.
#pragma once

#include <memory>
#include <string>

#include "core/codec/originals.h"
#include "core/stage/end.h"

namespace leat {

class LetterSource final : public Source {
 public:
  LetterSource(std::unique_ptr<Source> letters, std::string codec, const CodecOptions& options)
      : source_(std::move(letters)), originals_(std::move(codec), options) {}

  const std::string& name() const override { return source_->name(); }
  Done open(SourceHost& host) override { return source_->open(host); }
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab&) const override {}
  void stop() override { source_->stop(); }
  uint64_t cut_off() const override { return source_->cut_off(); }
  void committed(uint64_t position, bool resting) override { source_->committed(position, resting); }
  const Error* error() const override { return error_.text.empty() ? source_->error() : &error_; }
  bool in_turn() const override { return source_->in_turn(); }

 private:
  Pull fail(const Error& error);
  Result<bool> add(Slab& slab);  // the next one; false: not to this slab

  const std::unique_ptr<Source> source_;
  Originals originals_;
  SlabRef letters_;    // of which some are still to be given
  uint64_t end_ = 0;   // the position behind them
  uint32_t next_ = 0;  // of them
  Letter letter_;
  Error error_;
};

}  // namespace leat
