#include "stages/sink/connect.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {

namespace {

constexpr auto kLook = std::chrono::milliseconds(20);

// A unix peer that closes with bytes unread leaves none owed either: asked for behind that number, this tells the two apart.
bool reset(int fd) {
  pollfd asked{fd, 0, 0};
  return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLERR);
}

}  // namespace

Done ConnectSink::open(SinkHost& host) {
  host_ = &host;
  outlet_ = std::make_unique<Outlet>(host, codec_, options_, how_.outlet, true);
  outlet_->window(how_.guards.limit);
  gate_ = std::make_unique<Gate>(host);
  make_breaker();
  make_dialer();
  again_ = host.loop().timer([this] { host_->post([this] { attempt(); }); });
  look_ = host.loop().timer([this] {
    host_->post([this] {
      looking_ = false;
      if (!closed_) after(Outlet::Wrote::waits);
    });
  });
  down_ = how_.lazy;
  if (!down_) attempt();
  return {};
}

void ConnectSink::make_breaker() {
  if (!how_.guards.breaker) return;
  breaker_.emplace(*how_.guards.breaker, [this](const Breaker::Event& event) { tell(event); });
  while_open_ = how_.guards.while_open;
  if (while_open_ == WhileOpen::unsaid) while_open_ = host_->refusable() ? WhileOpen::refuse : WhileOpen::pause;
}

// What the loop thread hands over goes through post(), whose jobs are copied: hence the shared descriptor.
void ConnectSink::make_dialer() {
  dialer_ = std::make_unique<Dialer>(
      host_->loop(), place_, how_.guards.timeout,
      [this](Descriptor socket) {
        host_->post([this, shared = std::make_shared<Descriptor>(std::move(socket))] { connected(std::move(*shared)); });
      },
      [this](const Error& error, std::string_view code) { host_->post([this, error, code] { failed(error, code); }); });
}

void ConnectSink::on_loop(void (ConnectSink::*what)()) {
  host_->loop().post([this, what] { (this->*what)(); });
}

void ConnectSink::attempt() {
  if (closed_ || finished_) return;
  down_ = false;
  if (breaker_) {
    const Instant now = host_->now();
    pass_ = breaker_->begin(now);
    if (!pass_) return rest(breaker_->until() - now);  // the clock was set back while it was open
    settle();
  }
  on_loop(&ConnectSink::dial);
}

void ConnectSink::connected(Descriptor socket) {
  if (closed_) return;
  acknowledged_ = 0;
  stalled_.reset();
  outlet_->window(probing() ? 1 : how_.guards.limit);
  outlet_->connect(std::move(socket), [this](Watch::Event event) { host_->post([this, event] { this->event(event); }); });
  outlet_->watch_reader();
  flush();
}

void ConnectSink::event(Watch::Event event) {
  if (closed_ || !outlet_->channel()) return;
  if (event == Watch::Event::broken) {
    const int code = SocketName::connected(outlet_->channel().descriptor());
    return lost(code ? code : EPIPE);
  }
  if (outlet_->waiting()) after(outlet_->ready());
}

void ConnectSink::take(Batch&& batch, Turn& turn) {
  if (closed_) return;
  if (down_ && open_now()) return shed(std::move(batch), turn);
  outlet_->take(std::move(batch), turn);
  if (down_) attempt();
  after(outlet_->write());
}

void ConnectSink::flush() {
  if (!closed_) after(outlet_->flush());
}

// What has arrived makes room for more to be sent, where no more than so much may be under way.
void ConnectSink::after(Outlet::Wrote wrote) {
  for (;;) {
    if (wrote == Outlet::Wrote::gone || wrote == Outlet::Wrote::failed) return lost(outlet_->failure());
    if (!confirm()) break;
    wrote = outlet_->flush();
  }
  settle();
}

// How much of what was sent has arrived; asks again in a while if not all has. True: it made room.
bool ConnectSink::confirm() {
  if (!outlet_->channel()) return false;
  int owed = 0;
  const int fd = outlet_->channel().descriptor().fd();
  if (::ioctl(fd, SIOCOUTQ, &owed) != 0) owed = 0;
  // Asked before anything counts as arrived. A tcp peer that has hung up may still read, so no event tells that it does not.
  if (reset(fd)) return lost(ECONNRESET), false;
  // A unix socket counts what its peer has not read in units of its own: nothing less than all of it means anything.
  const uint64_t there = place_.tcp() ? outlet_->sent() - static_cast<uint64_t>(owed) : owed > 0 ? acknowledged_ : outlet_->sent();
  const auto now = std::chrono::steady_clock::now();
  if (there > acknowledged_ || outlet_->sent() == there) stalled_.reset();
  const bool held = outlet_->held();
  const uint64_t records = outlet_->confirm(there);
  arrived(there - acknowledged_, records);
  acknowledged_ = there;
  const bool owing = owed > 0 || outlet_->waiting();
  if (owing && !stalled_) stalled_ = now;
  if (owing && how_.guards.timeout && now - *stalled_ >= *how_.guards.timeout) return lost(ETIMEDOUT), false;
  if (owing && !std::exchange(looking_, true)) on_loop(&ConnectSink::look);
  return held && records > 0 && !outlet_->waiting();
}

// Of a connection, the attempts that it was.
void ConnectSink::arrived(uint64_t bytes, uint64_t records) {
  if (bytes > 0) backoff_.reset();
  if (records == 0 || !pass_) return;
  const Instant now = host_->now();
  breaker_->passed(*std::exchange(pass_, std::nullopt), now);
  if (probing()) pass_ = breaker_->begin(now);
  if (!probing()) outlet_->window(how_.guards.limit);
}

void ConnectSink::settle() {
  if (closed_) return;
  const size_t waiting = how_.outlet.when_full == WhenFull::block ? outlet_->bytes() : 0;
  gate_->update(waiting, while_open_ == WhileOpen::pause && open_now());
  if (!finishing_ || !outlet_->empty()) return;
  finishing_ = false, finished_ = true;
  outlet_->disconnect();
  host_->idle();
}

void ConnectSink::look() { look_->start(kLook); }

// The connection is of no use any more: the next one begins with the first chunk that did not arrive.
void ConnectSink::lost(int code) {
  outlet_->disconnect();
  failed(place_.error("write", code), code == ETIMEDOUT ? "timeout" : "write");
}

// One attempt has. Is there another, and when?
void ConnectSink::failed(Error error, std::string_view code) {
  if (closed_) return;
  const Instant now = host_->now();
  host_->count("attempts failed", 1);
  const auto wait = backoff_.failed(now, code, error.text);
  cause_ = error.text;
  if (breaker_) {
    if (!pass_) pass_ = breaker_->begin(now);
    if (pass_) breaker_->failed(*std::exchange(pass_, std::nullopt), now);
  }
  const bool open = open_now();
  if (!wait || (open && while_open_ != WhileOpen::pause)) return give_up(std::move(error), code);
  rest(open ? std::max(*wait, breaker_->until() - now) : *wait);
  settle();
}

void ConnectSink::rest(Duration wait) {
  host_->loop().post([this, wait] { again_->start(wait); });
}

// What waits goes, and the next record begins anew; where records pause while the breaker is open, its end does.
void ConnectSink::give_up(Error error, std::string_view code) {
  const uint64_t attempts = backoff_.attempts();
  if (attempts > 1) error.text += fmt::format(" ({} attempts)", attempts);
  const Refusal why{{code, error.text}, static_cast<uint32_t>(std::min<uint64_t>(attempts, UINT32_MAX)), backoff_.first(), backoff_.last()};
  backoff_.reset();
  const bool open = open_now(), pauses = open && while_open_ == WhileOpen::pause;
  if (!host_->refusable() && (!open || pauses)) {
    closed_ = true;
    return host_->failed(std::move(error));
  }
  down_ = !pauses;
  if (pauses) rest(breaker_->until() - host_->now());
  refuse(why);
  if (finishing_) outlet_->clear();
  settle();
}

void ConnectSink::refuse(const Refusal& why) {
  const bool drops = while_open_ == WhileOpen::drop && open_now();
  for (Batch& batch : outlet_->give_back()) {
    if (!drops) {
      host_->refuse(std::move(batch), why);
      continue;
    }
    host_->dropped(batch.size(), "breaker");
    batch.let_go();
  }
}

// The breaker is open: no attempt is made for these.
void ConnectSink::shed(Batch&& batch, Turn& turn) {
  host_->count("kept off by the breaker", batch.size());
  if (while_open_ == WhileOpen::drop) {
    turn.drop(static_cast<uint32_t>(batch.size()), "breaker");
    return batch.let_go();
  }
  host_->refuse(std::move(batch),
                {{"breaker", fmt::format("the breaker of {} is open: {}", place_.shown(), cause_)}, 0, turn.now, turn.now});
}

void ConnectSink::tell(const Breaker::Event& event) {
  const auto from = Breaker::name(event.from), to = Breaker::name(event.to);
  host_->count(fmt::format("breaker {} to {}", from, to), 1);
  std::string why = fmt::format("{} of {} attempts failed, the last: {}", event.failed, event.attempts, cause_);
  if (event.to == Breaker::State::half_open) why = fmt::format("{} attempts must pass", how_.guards.breaker->probes);
  if (event.to == Breaker::State::closed) why = fmt::format("{} attempts passed", event.attempts);
  const std::string wait = event.to == Breaker::State::open ? fmt::format(" for {}", text::duration(event.wait)) : std::string();
  host_->circuit(from, to, why);
  host_->note(fmt::format("{}: breaker from {} to {}{}: {}", place_.shown(), from, to, wait, why));
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
  again_->stop();
  look_->stop();
}

}  // namespace leat
