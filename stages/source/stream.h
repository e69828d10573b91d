// StreamSource: records from one descriptor after another: what files, connections and commands have in common.
// Owner:   the runner.   Thread: as core/stage/end.h says.   Blocks: reading a regular file may wait for the disk.
// Fails:   a read error, a broken framing, a truncated last record; and as its kind of stream fails to open.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/io/channel.h"
#include "core/stage/end.h"
#include "stages/source/feed.h"

namespace leat {

class StreamSource : public Source {
 public:
  StreamSource(const CodecSpec& codec, const CodecOptions& options) : codec_(codec), options_(options) {}

  Done open(SourceHost& host) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab& slab) const override { Feed::frame(slab); }
  void stop() override;
  uint64_t cut_off() const override { return cut_off_; }
  bool unpacks() const override { return feed_ && feed_->packed(); }
  const Error* error() const override { return error_.text.empty() ? nullptr : &error_; }

 protected:
  enum class Next : uint8_t { stream, later, none, failed };

  virtual Done first() = 0;                           // begin() the first stream; loop thread
  virtual Next next() { return Next::none; }          // the stream has ended: what follows it; failed: by fail()
  virtual bool grows() { return false; }              // may more follow behind what looks like the end
  virtual bool again(const Error&) { return false; }  // the stream has failed: it counts as ended, and next() finds another

  void begin(std::string name, Descriptor input);
  Next fail(Error error);
  SourceHost& host() { return *host_; }
  const CodecOptions& codec_options() const { return options_; }
  Channel& channel() { return channel_; }
  Feed& feed() { return *feed_; }
  uint64_t base() const { return base_; }

 private:
  const CodecSpec& codec_;
  const CodecOptions options_;
  SourceHost* host_ = nullptr;
  Channel channel_;
  std::unique_ptr<Feed> feed_;
  uint64_t base_ = 0;  // positions of the streams before this one
  std::atomic<bool> stopped_{false};
  uint64_t cut_off_ = 0;
  bool at_end_ = true;  // of this stream, or there is none yet
  bool ended_ = false;  // of all
  Error error_;
};

}  // namespace leat
