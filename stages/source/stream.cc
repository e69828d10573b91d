#include "stages/source/stream.h"

#include <utility>

namespace leat {

Done StreamSource::open(SourceHost& host) {
  host_ = &host;
  return first();
}

void StreamSource::begin(std::string name, Descriptor input) {
  if (feed_) base_ += feed_->position();
  at_end_ = false;
  channel_ = Channel(host_->loop(), std::move(input), [this](Watch::Event) { host_->wake(); });  // broken reads as its error or its end
  feed_ = std::make_unique<Feed>(std::move(name), codec_, options_);
}

StreamSource::Next StreamSource::fail(Error error) {
  error_ = std::move(error);
  return Next::failed;
}

void StreamSource::stop() {
  stopped_ = true;
  if (host_) host_->wake();
}

Pull StreamSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  while (!ended_) {
    if (stopped_) {
      cut_off_ = feed_ ? feed_->carried() : 0;
      break;
    }
    if (at_end_) {
      const Next next = this->next();
      if (next == Next::later) return Pull::later;
      if (next != Next::stream) break;
    }
    const Pull pulled = feed_->pull(channel_.descriptor(), pool, slab, grows());
    if (pulled == Pull::batch) return end = base_ + feed_->position(), Pull::batch;
    if (pulled == Pull::later) {
      if (channel_.waits()) channel_.await(true, false);
      return Pull::later;
    }
    at_end_ = true;
    if (pulled == Pull::failed && !again(feed_->error())) {
      fail(feed_->error());
      break;
    }
  }
  ended_ = true;
  channel_.close();
  return error_.text.empty() ? Pull::ended : Pull::failed;
}

}  // namespace leat
