#include "stages/sink/stream.h"

#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace leat {

StreamSink::StreamSink(std::string path, const Outlet::Options& how, const CodecSpec& codec, const CodecOptions& options)
    : path_(std::move(path)), name_(path_.empty() ? "stdout" : path_), how_(how), codec_(codec), options_(options) {}

Result<Descriptor> StreamSink::descriptor() { return path_.empty() ? Descriptor::standard_output() : Descriptor::create(path_, true); }

Done StreamSink::open(SinkHost& host) {
  host_ = &host;
  auto opened = descriptor();
  if (!opened) return opened.error();
  if (opened->size() > 0) options_.header = false;  // a table that is added to has its header
  outlet_ = std::make_unique<Outlet>(host, codec_, options_, how_);
  gate_ = std::make_unique<Gate>(host);
  outlet_->connect(std::move(*opened), [this](Watch::Event event) {
    host_->post([this, event] {
      if (closed_) return;
      if (event == Watch::Event::broken) return gone();
      // A socket whose other side has only stopped sending tells so without end: it is asked once.
      if (outlet_->waiting()) after(outlet_->ready());
    });
  });
  outlet_->watch_reader();
  return {};
}

void StreamSink::take(Batch&& batch, Turn& turn) {
  if (closed_) return;
  outlet_->take(std::move(batch), turn);
  after(outlet_->write());
}

void StreamSink::flush() {
  if (!closed_) after(outlet_->flush());
}

void StreamSink::after(Outlet::Wrote wrote) {
  if (wrote == Outlet::Wrote::gone) return gone();
  if (wrote == Outlet::Wrote::failed)
    return fail({Error::Kind::io, fmt::format("cannot write {}: {}", name_, std::strerror(outlet_->failure())), {}});
  if (how_.when_full == WhenFull::block) gate_->update(outlet_->bytes());
  if (finishing_ && outlet_->empty()) {
    finishing_ = false;
    all_written_ = true;
    written();
  }
}

void StreamSink::ended() {
  finished_ = true;
  host_->idle();
}

void StreamSink::gone() { reader_left(); }

void StreamSink::reader_left() {
  if (std::exchange(closed_, true)) return;
  outlet_->let_go();
  abandon();
  host_->done(path_.empty());
}

void StreamSink::fail(Error error) {
  if (std::exchange(closed_, true)) return;
  host_->failed(std::move(error));
}

void StreamSink::finish() {
  if (closed_) return;
  finishing_ = true;
  outlet_->finish();
  flush();
}

void StreamSink::abandon() {
  closed_ = true;
  if (!outlet_) return;
  outlet_->close_off();
  outlet_->clear();
  outlet_->disconnect();
  gate_->update(0);
}

}  // namespace leat
