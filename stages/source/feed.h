// Feed: one stream of bytes on its way into slabs of whole records: a file, a pipe, one client of a listener.
// Owner:   its source.   Thread: pull() under the source's read token; frame() in any lane.
// Blocks:  as the descriptor it is lent.
// Fails:   as its intake, a framing that cannot go on, a last record cut short; the name comes first in the error.
//
// Positions are those of the bytes that records are made of: of a packed stream, the unpacked ones.
#pragma once

#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/io/descriptor.h"
#include "core/stage/end.h"
#include "stages/source/intake.h"

namespace leat {

class Feed {
 public:
  Feed(std::string name, const CodecSpec& codec, const CodecOptions& options);

  // `more`: the end of the descriptor is not the end of the stream (a followed file); then it answers later.
  Pull pull(Descriptor& input, Pool& pool, SlabRef& slab, bool more = false);
  static void frame(Slab& slab);

  const std::string& name() const { return origin_->name; }
  const Error& error() const { return error_; }
  uint64_t position() const { return position_; }                       // behind the last record given
  uint32_t carried() const { return filling_ ? filling_->size() : 0; }  // bytes of a record that has not ended yet
  uint64_t taken() const { return intake_.taken(); }                    // of the descriptor, packed or not
  bool packed() const { return intake_.packed(); }
  void skip_to(uint64_t position) { skip_ = position; }  // records before it are read and not given

 private:
  // What slabs point to: they may outlive the feed.
  struct Origin {
    std::string name;
    std::unique_ptr<Framer> framer;
  };
  Pull give(Pool& pool, uint32_t whole, SlabRef& slab);
  Pull fail(const Error& error);

  std::shared_ptr<const Origin> origin_;
  Framer& framer_;
  Intake intake_;
  SlabRef filling_;        // begins with the part of a record that the last cut left over
  uint32_t seen_ = 0;      // of filling_, by the framer
  uint64_t position_ = 0;  // of filling_'s first byte
  uint64_t skip_ = 0;
  bool at_end_ = false, failed_ = false;
  Error error_;
};

}  // namespace leat
