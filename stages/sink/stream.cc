#include "stages/sink/stream.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace leat {

StreamSink::StreamSink(std::string path, bool append, const CodecSpec& codec, const CodecOptions& options)
    : path_(std::move(path)), name_(path_.empty() ? "stdout" : path_), append_(append), codec_(codec), encoder_(codec.encoder(options)) {}

Done StreamSink::open(SinkHost& host) {
  host_ = &host;
  auto opened = path_.empty() ? Descriptor::standard_output() : Descriptor::create(path_, append_);
  if (!opened) return opened.error();
  output_ = std::move(*opened);
  if (output_.kind() == Descriptor::Kind::file) return {};
  watch_ = host.loop().watch(output_.fd(), output_.shared(), [this](Watch::Event event) {
    watch_->stop();
    host_->post([this, event] {
      if (event == Watch::Event::broken) return gone();
      // A socket whose other side has only stopped sending tells so without end: it is asked once.
      if (!std::exchange(waiting_, false)) return;
      write(0);
      if (!waiting_ && !closed_) watch(false);
    });
  });
  if (!watch_) return Error{Error::Kind::io, fmt::format("cannot wait for {}", name_), {}};
  watch(false);  // a reader that leaves is noticed even when nothing is due
  return {};
}

void StreamSink::watch(bool for_room) {
  host_->loop().post([this, for_room] { watch_->want(false, for_room); });
}

void StreamSink::take(Batch&& batch, Turn& turn) {
  if (closed_) return batch.let_go();
  uint64_t records = batch.size();
  if (batch.whole() && encoder_->as_is(batch.slab())) {
    outbox_.put(batch.ref());
  } else {
    encoder_->encode(batch, outbox_.tail(), [&](uint32_t record, Reason reason) {
      turn.fail(record, std::move(reason));
      --records;
    });
  }
  outbox_.owe(batch.take_receipt(), records);
  write(kWrite);
}

// Writes while at least this much waits. A lone record goes out by flush(), when the input has nothing more.
void StreamSink::write(size_t least) {
  if (const uint64_t empty = outbox_.sent(0); empty > 0) host_->delivered(empty);  // batches of which nothing was written
  while (!closed_ && !waiting_ && outbox_.bytes() > 0 && outbox_.bytes() >= least) {
    const std::string_view next = outbox_.front();
    const ssize_t put = output_.write(next.data(), next.size());
    if (put == Descriptor::kWait) {
      waiting_ = true;
      watch(true);
    } else if (put == -EPIPE || put == -ECONNRESET) {
      return gone();
    } else if (put < 0) {
      closed_ = true;
      return host_->failed({Error::Kind::io, fmt::format("cannot write {}: {}", name_, std::strerror(static_cast<int>(-put))), {}});
    } else if (const uint64_t records = outbox_.sent(static_cast<size_t>(put)); records > 0) {
      host_->delivered(records);
    }
  }
  const bool full = outbox_.bytes() > (full_ ? kFull / 2 : kFull);
  if (full != full_) host_->full(full_ = full);
  if (outbox_.empty()) host_->idle();
}

void StreamSink::gone() {
  if (closed_) return;
  closed_ = true;
  abandon();
  host_->done();
}

void StreamSink::finish() {
  if (!closed_) encoder_->finish(outbox_.tail());
  write(0);
}

void StreamSink::abandon() {
  outbox_.clear();
  if (full_ && host_) host_->full(full_ = false);
}

}  // namespace leat
