#include "stages/sink/connect.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <utility>

#include <fmt/format.h>

namespace leat {

namespace {

constexpr auto kLook = std::chrono::milliseconds(20);

// A unix peer that closes with bytes unread leaves none owed either: asked for behind that number, this tells the two apart.
bool reset(int fd) {
  pollfd asked{fd, 0, 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLERR);
}

Instant wall() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

}  // namespace

Done ConnectSink::open(SinkHost& host) {
  host_ = &host;
  outlet_ = std::make_unique<Outlet>(host, codec_, options_, how_.outlet, true);
  gate_ = std::make_unique<Gate>(host);
  // What the loop thread hands over goes through post(), whose jobs are copied: hence the shared descriptor.
  dialer_ = std::make_unique<Dialer>(
      host.loop(), place_, how_.retry, how_.timeout,
      [this](Descriptor socket) {
        host_->post([this, shared = std::make_shared<Descriptor>(std::move(socket))] { connected(std::move(*shared)); });
      },
      [this](const Error& error, uint64_t attempts) { host_->post([this, error, attempts] { exhausted(error, attempts); }); });
  look_ = host.loop().timer([this] {
    host_->post([this] {
      looking_ = false;
      if (!closed_) confirm();
    });
  });
  dialer_->dial();
  return {};
}

void ConnectSink::on_loop(void (ConnectSink::*what)()) {
  host_->loop().post([this, what] { (this->*what)(); });
}

void ConnectSink::connected(Descriptor socket) {
  if (closed_) return;
  acknowledged_ = 0;
  stalled_.reset();
  outlet_->connect(std::move(socket), [this](Watch::Event event) { host_->post([this, event] { this->event(event); }); });
  outlet_->watch_reader();
  flush();
}

void ConnectSink::event(Watch::Event event) {
  if (closed_ || !outlet_->channel()) return;
  if (event == Watch::Event::broken) {
    const int code = SocketName::connected(outlet_->channel().descriptor());
    return lost(place_.error("write", code ? code : EPIPE));
  }
  if (outlet_->waiting()) after(outlet_->ready());
}

void ConnectSink::take(Batch&& batch, Turn& turn) {
  if (closed_) return;
  outlet_->take(std::move(batch), turn);
  if (std::exchange(down_, false)) on_loop(&ConnectSink::dial);
  after(outlet_->write());
}

void ConnectSink::flush() {
  if (!closed_) after(outlet_->flush());
}

void ConnectSink::after(Outlet::Wrote wrote) {
  if (wrote == Outlet::Wrote::gone || wrote == Outlet::Wrote::failed) return lost(place_.error("write", outlet_->failure()));
  confirm();
}

// How much of what was sent has arrived; asks again in a while if not all has.
void ConnectSink::confirm() {
  if (outlet_->channel()) {
    int owed = 0;
    const int fd = outlet_->channel().descriptor().fd();
    if (::ioctl(fd, SIOCOUTQ, &owed) != 0) owed = 0;
    // Asked before anything counts as arrived. A tcp peer that has hung up may still read, so no event tells that it does not.
    if (reset(fd)) return lost(place_.error("write", ECONNRESET));
    // A unix socket counts what its peer has not read in units of its own: nothing less than all of it means anything.
    const uint64_t arrived = place_.tcp() ? outlet_->sent() - static_cast<uint64_t>(owed) : owed > 0 ? acknowledged_ : outlet_->sent();
    const auto now = std::chrono::steady_clock::now();
    if (arrived > acknowledged_ || outlet_->sent() == arrived) stalled_.reset();
    if (arrived > acknowledged_) on_loop(&ConnectSink::proved);
    acknowledged_ = arrived;
    outlet_->confirm(arrived);
    const bool owing = owed > 0 || outlet_->waiting();
    if (owing && !stalled_) stalled_ = now;
    if (owing && how_.timeout && now - *stalled_ >= *how_.timeout) return lost(place_.error("write", ETIMEDOUT));
    if (owing && !std::exchange(looking_, true)) on_loop(&ConnectSink::look);
  }
  if (how_.outlet.when_full == WhenFull::block) gate_->update(outlet_->bytes());
  if (finishing_ && outlet_->empty()) {
    finishing_ = false, finished_ = true;
    outlet_->disconnect();
    host_->idle();
  }
}

void ConnectSink::look() { look_->start(kLook); }

// The connection is of no use any more: the next one begins with the first chunk that did not arrive.
void ConnectSink::lost(Error error) {
  if (first_ == Instant{}) first_ = wall();
  outlet_->disconnect();
  host_->loop().post([this, error = std::move(error)] { dialer_->lost(error); });
}

void ConnectSink::exhausted(Error error, uint64_t attempts) {
  if (closed_) return;
  if (attempts > 1) error.text += fmt::format(" ({} attempts)", attempts);
  if (!host_->refusable()) {
    closed_ = true;
    return host_->failed(std::move(error));
  }
  down_ = true;
  const Instant now = wall();
  const Refusal why{{"connect", error.text}, static_cast<uint32_t>(attempts), first_ == Instant{} ? now : first_, now};
  first_ = {};
  for (Batch& batch : outlet_->give_back()) host_->refuse(std::move(batch), why);
  if (how_.outlet.when_full == WhenFull::block) gate_->update(outlet_->bytes());
  if (!finishing_) return;
  outlet_->clear();
  finishing_ = false, finished_ = true;
  host_->idle();
}

void ConnectSink::finish() {
  if (closed_) return;
  finishing_ = true;
  outlet_->finish();
  if (down_ && outlet_->bytes() == 0) outlet_->clear();  // everything was refused: nobody need be reached for the closing bytes
  flush();
}

void ConnectSink::abandon() {
  closed_ = true;
  if (!outlet_) return;
  outlet_->clear();
  outlet_->disconnect();
  gate_->update(0);
  on_loop(&ConnectSink::hang_up);
}

void ConnectSink::hang_up() {
  dialer_->stop();
  look_->stop();
}

}  // namespace leat
