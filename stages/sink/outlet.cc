#include "stages/sink/outlet.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace leat {

Outlet::Outlet(SinkHost& host, const CodecSpec& codec, const CodecOptions& options, const Options& how, bool keeps)
    : host_(host),
      codec_(codec),
      options_(options),
      how_(how),
      keeps_(keeps),
      encoder_(codec.encoder(options)),
      press_(outbox_, options.pack) {}

void Outlet::connect(Descriptor output, Channel::OnEvent on_event) {
  channel_ = Channel(host_.loop(), std::move(output), std::move(on_event));
  waiting_ = false;
}

void Outlet::disconnect() {
  channel_.close();
  waiting_ = false;
  if (!keeps_) return;
  outbox_.clear();
  press_.restart();
  unconfirmed_.clear();
  limit_.clear();
  encoded_ = sent_ = 0;
  backlog_.rewind();
  finishing_ = closes_;
  encoder_ = codec_.encoder(options_);  // a new connection is a new stream, header and all
}

void Outlet::watch_reader() {
  if (channel_.waits()) channel_.await(false, false);
}

void Outlet::take(Batch&& batch, Turn& turn) {
  const Room room{SIZE_MAX, kFull - std::min(kFull, bytes())};
  const auto over = admit(batch, how_.when_full, room, turn, "its reader is too slow, and no more can wait");
  if (!over.empty()) turn.drop(static_cast<uint32_t>(over.size()), "full");
  if (batch.empty()) return batch.let_go();
  if (gathers()) {
    backlog_.put(std::move(batch), turn);
    if (how_.when_full != WhenFull::drop_oldest) return;
    const size_t most = kFull > outbox_.bytes() ? kFull - outbox_.bytes() : 0;
    for (Batch& dropped : backlog_.drop_oldest(most)) {
      host_.dropped(dropped.size(), "full");
      dropped.let_go();
    }
    return;
  }
  uint64_t records = batch.size();
  if (batch.whole() && encoder_->as_is(batch.slab())) {
    press_.put(batch.ref());
  } else {
    encoder_->encode(batch, press_.tail(), [&](uint32_t record, Reason reason) {
      turn.fail(record, std::move(reason));
      --records;
    });
  }
  press_.owe(batch.take_receipt(), records);
}

// Chunks of the backlog become bytes as the other side takes them, and no sooner: until then they can be dropped.
void Outlet::encode() {
  const size_t chunks = unconfirmed_.size(), before = outbox_.bytes();
  const uint64_t encoded = encoded_;
  while (outbox_.bytes() < kWrite && encode_next()) {
    press_.press();
    encoded_ = encoded + (outbox_.bytes() - before);
    unconfirmed_.back().upto = encoded_;
  }
  if (!press_.packs()) return;
  press_.flush();
  encoded_ = encoded + (outbox_.bytes() - before);
  for (size_t i = chunks; i < unconfirmed_.size(); ++i) unconfirmed_[i].upto = encoded_;
}

// False: there is none or no room, and if the last is out, the closing bytes are behind it.
bool Outlet::encode_next() {
  const size_t room = limit_.room();
  const Batch* chunk = room > 0 ? backlog_.next(room) : nullptr;
  if (!chunk) {
    if (backlog_.all_out() && std::exchange(finishing_, false)) finish_stream();
    return false;
  }
  uint64_t records = chunk->size();
  encoder_->encode(*chunk, press_.tail(), [&](uint32_t record, Reason reason) {
    --records;
    const Instant now = host_.now();
    host_.refuse(chunk->pick({record}), {std::move(reason), 1, now, now});
  });
  unconfirmed_.push_back({0, records});
  limit_.begin(records);
  return true;
}

void Outlet::finish_stream() {
  encoder_->finish(press_.tail());
  press_.finish();
}

Outlet::Wrote Outlet::write() { return how_.batch == 0 ? flush() : send(how_.batch); }

Outlet::Wrote Outlet::flush() {
  press_.flush();
  return send(0);
}

Outlet::Wrote Outlet::send(size_t least) {
  if (const uint64_t empty = outbox_.sent(0); empty > 0) host_.delivered(empty);  // batches of which nothing was written
  if (!channel_ || waiting_) return Wrote::waits;
  while (bytes() >= least) {
    if (gathers()) encode();
    const std::string_view next = outbox_.front();
    if (next.empty()) break;
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
    sent_ += static_cast<uint64_t>(put);
    if (const uint64_t records = outbox_.sent(static_cast<size_t>(put)); records > 0) host_.delivered(records);
    if (gathers() && !keeps_) confirm(sent_);
  }
  return Wrote::all;
}

void Outlet::window(size_t records) { limit_.most(records); }

uint64_t Outlet::confirm(uint64_t sent) {
  size_t chunks = 0;
  uint64_t records = 0;
  for (; !unconfirmed_.empty() && unconfirmed_.front().upto <= sent; ++chunks) {
    records += unconfirmed_.front().records;
    unconfirmed_.pop_front();
  }
  backlog_.delivered(chunks);
  limit_.end(records);
  if (records > 0) host_.delivered(records);
  return records;
}

Outlet::Wrote Outlet::ready() {
  waiting_ = false;
  const Wrote wrote = send(0);
  if (wrote == Wrote::all) watch_reader();
  return wrote;
}

void Outlet::finish() {
  if (gathers())
    closes_ = finishing_ = true;
  else
    finish_stream();
}

void Outlet::close_off() {
  if (!channel_ || !press_.packs() || failure_ != 0 || channel_.waits()) return;
  press_.finish();
  for (std::string_view next = outbox_.front(); !next.empty(); next = outbox_.front()) {
    const ssize_t put = channel_.write(next.data(), next.size());
    if (put <= 0) return;
    if (const uint64_t records = outbox_.sent(static_cast<size_t>(put)); records > 0) host_.delivered(records);
  }
}

void Outlet::let_go() {
  outbox_.let_go();
  press_.let_go();
  for (Batch& batch : backlog_.take()) batch.let_go();
  clear();
}

void Outlet::clear() {
  outbox_.clear();
  press_.restart();
  unconfirmed_.clear();
  limit_.clear();
  backlog_.take();
  closes_ = finishing_ = false;
}

std::vector<Batch> Outlet::give_back() {
  disconnect();
  return backlog_.take();
}

}  // namespace leat
