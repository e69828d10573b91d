#include "stages/source/feed.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace leat {

Feed::Feed(std::string name, const CodecSpec& codec, const CodecOptions& options)
    : origin_(std::make_shared<const Origin>(Origin{std::move(name), codec.framer(options)})),
      framer_(*origin_->framer),
      intake_(options.unpack) {}

void Feed::frame(Slab& slab) { static_cast<const Origin*>(slab.keeper.get())->framer->frame(slab); }

Pull Feed::fail(const Error& error) {
  failed_ = true;
  error_ = {error.kind, fmt::format("{}: {}", name(), error.text), error.hint};
  return Pull::failed;
}

// Hands over the whole records of filling_ and keeps the rest of it for the next slab.
Pull Feed::give(Pool& pool, uint32_t whole, SlabRef& slab) {
  const std::string_view rest = filling_->text().substr(whole);
  SlabRef next;
  if (!rest.empty()) {
    next = pool.take();
    next->append(rest);
  }
  seen_ = static_cast<uint32_t>(rest.size());
  filling_->resize(whole);
  filling_->source = &origin_->name;
  filling_->keeper = origin_;
  position_ += whole;
  slab = std::move(filling_);
  filling_ = std::move(next);
  return Pull::batch;
}

Pull Feed::pull(Descriptor& input, Pool& pool, SlabRef& slab, bool more) {
  while (!at_end_ && !failed_) {
    if (!filling_) filling_ = pool.take(), seen_ = 0;
    filling_->offset = position_;
    // A block that is full of one unfinished record grows; otherwise what room there is will do.
    filling_->grow(filling_->room() == 0 ? Slab::kBlock : 1);
    const uint64_t read_so_far = position_ + filling_->size();
    uint64_t room = filling_->room();
    if (skip_ > read_so_far) room = std::min(room, skip_ - read_so_far);
    const ssize_t got = intake_.read(input, filling_->data() + filling_->size(), room, more);
    if (got == Descriptor::kWait) {
      if (filling_->size() == 0) filling_ = {};  // a source at rest holds no slab
      return Pull::later;
    }
    if (got == Intake::kFailed) return fail(intake_.error());
    filling_->resize(filling_->size() + static_cast<uint32_t>(got));
    at_end_ = got == 0;
    const uint32_t whole = framer_.cut(*filling_, seen_, at_end_);
    seen_ = filling_->size();
    const Error* broken = framer_.broken();
    if (broken) fail(*broken);
    if (whole > 0) {
      give(pool, whole, slab);
      if (position_ > skip_) return Pull::batch;
      slab = {};
    }
  }
  filling_ = {};
  if (position_ < skip_ && !failed_) return fail({Error::Kind::io, "shorter than its checkpoint says", {}});
  return failed_ ? Pull::failed : Pull::ended;
}

}  // namespace leat
