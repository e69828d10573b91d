#include "stages/source/stream.h"

#include <cstring>

#include <fmt/format.h>

namespace leat {

StreamSource::StreamSource(std::vector<std::string> paths, const CodecSpec& codec, const CodecOptions& options)
    : paths_(std::move(paths)), codec_(codec), options_(options) {}

StreamSource::~StreamSource() = default;

Done StreamSource::open(Loop& loop, std::function<void()> wake) {
  loop_ = &loop;
  wake_ = std::move(wake);
  // Every path is opened now, so that a mistyped one is told before the first record, and again when its turn comes.
  for (size_t i = paths_.size(); i-- > 0;) {
    auto opened = Descriptor::input(paths_[i]);
    if (!opened) return opened.error();
    total_ += opened->size();
    if (i == 0) return begin(std::move(*opened));
  }
  return Error{Error::Kind::internal, "a source without a path", {}};
}

Done StreamSource::begin(Descriptor input) {
  watch_.reset();
  input_ = std::move(input);
  framers_.push_back(codec_.framer(options_));
  framer_.store(framers_.back().get(), std::memory_order_release);
  position_ = 0;
  if (input_.kind() == Descriptor::Kind::file) return {};
  watch_ = loop_->watch(input_.fd(), input_.shared(), [this](Watch::Event) {
    watch_->stop();  // a broken descriptor reads as its error or its end
    wake_();
  });
  if (!watch_) return Error{Error::Kind::no_input, fmt::format("cannot wait for {}", name()), {}};
  return {};
}

Pull StreamSource::wait() {
  if (loop_->here())
    watch_->want(true, false);
  else
    loop_->post([this] { watch_->want(true, false); });
  return Pull::later;
}

Pull StreamSource::fail(Error error) {
  ended_ = true;
  error_ = std::move(error);
  return Pull::failed;
}

void StreamSource::stop() {
  stopped_ = true;
  if (wake_) wake_();
}

// Hands over the whole records of filling_ and keeps the rest of it for the next slab.
Pull StreamSource::give(Pool& pool, uint32_t whole, SlabRef& slab, uint64_t& end) {
  const std::string_view rest = filling_->text().substr(whole);
  SlabRef next;
  if (!rest.empty()) {
    next = pool.take();
    next->append(rest);
  }
  seen_ = static_cast<uint32_t>(rest.size());
  filling_->resize(whole);
  filling_->source = &paths_[at_];
  position_ += whole;
  end = position_;
  slab = std::move(filling_);
  filling_ = std::move(next);
  return Pull::batch;
}

bool StreamSource::next_path() {
  at_end_ = false;
  if (at_ + 1 >= paths_.size()) return false;
  ++at_;
  auto opened = Descriptor::input(paths_[at_]);
  const Done begun = opened ? begin(std::move(*opened)) : Done(opened.error());
  if (!begun) error_ = begun.error();
  return static_cast<bool>(begun);
}

Pull StreamSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  while (!ended_) {
    if (stopped_ || (at_end_ && !next_path())) break;
    if (!filling_) filling_ = pool.take(), seen_ = 0;
    filling_->offset = position_;
    // A block that is full of one unfinished record grows; otherwise what room there is will do.
    filling_->grow(filling_->room() == 0 ? Slab::kBlock : 1);
    const ssize_t got = input_.read(filling_->data() + filling_->size(), filling_->room());
    if (got == Descriptor::kWait) return wait();
    if (got < 0) return fail({Error::Kind::io, fmt::format("cannot read {}: {}", name(), std::strerror(static_cast<int>(-got))), {}});
    filling_->resize(filling_->size() + static_cast<uint32_t>(got));
    at_end_ = got == 0;
    Framer& framer = *framers_.back();
    const uint32_t whole = framer.cut(*filling_, seen_, at_end_);
    seen_ = filling_->size();
    if (const Error* broken = framer.broken()) {
      ended_ = true;
      error_ = {broken->kind, fmt::format("{}: {}", name(), broken->text), broken->hint};
    }
    if (whole > 0) return give(pool, whole, slab, end);
    if (at_end_) filling_ = {};
  }
  ended_ = true;
  filling_ = {};
  return error_.text.empty() ? Pull::ended : Pull::failed;
}

}  // namespace leat
