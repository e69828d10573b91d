#include "stages/sink/outlet.h"

#include <cerrno>
#include <utility>

namespace leat {

Outlet::Outlet(SinkHost& host, const CodecSpec& codec, const CodecOptions& options) : host_(host), encoder_(codec.encoder(options)) {}

void Outlet::connect(Descriptor output, Channel::OnEvent on_event) {
  channel_ = Channel(host_.loop(), std::move(output), std::move(on_event));
  waiting_ = false;
}

void Outlet::watch_reader() {
  if (channel_.waits()) channel_.await(false, false);
}

void Outlet::take(Batch&& batch, const Encoder::Fail& fail) {
  uint64_t records = batch.size();
  if (batch.whole() && encoder_->as_is(batch.slab())) {
    outbox_.put(batch.ref());
  } else {
    encoder_->encode(batch, outbox_.tail(), [&](uint32_t record, Reason reason) {
      fail(record, std::move(reason));
      --records;
    });
  }
  outbox_.owe(batch.take_receipt(), records);
}

Outlet::Wrote Outlet::write(size_t least) {
  if (const uint64_t empty = outbox_.sent(0); empty > 0) host_.delivered(empty);  // batches of which nothing was written
  if (!channel_ || waiting_) return Wrote::waits;
  while (outbox_.bytes() > 0 && outbox_.bytes() >= least) {
    const std::string_view next = outbox_.front();
    const ssize_t put = channel_.write(next.data(), next.size());
    if (put == Descriptor::kWait) {
      waiting_ = true;
      channel_.await(false, true);
      return Wrote::waits;
    }
    if (put < 0) {
      failure_ = static_cast<int>(-put);
      return failure_ == EPIPE || failure_ == ECONNRESET ? Wrote::gone : Wrote::failed;
    }
    if (const uint64_t records = outbox_.sent(static_cast<size_t>(put)); records > 0) host_.delivered(records);
  }
  return Wrote::all;
}

Outlet::Wrote Outlet::ready() {
  waiting_ = false;
  const Wrote wrote = write(0);
  if (wrote == Wrote::all) watch_reader();
  return wrote;
}

void Outlet::finish() { encoder_->finish(outbox_.tail()); }

}  // namespace leat
