#include "core/hub/client/session.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/hub/message.h"

namespace leat::hub::client {
namespace {

constexpr std::string_view kDraining = "draining";
constexpr uint32_t kId = 1;                // of the subscription; there is one
constexpr uint64_t kGreeting = 64 * 1024;  // the longest frame before welcome has said how long they may be
constexpr Duration kBeat = std::chrono::seconds(10);

std::optional<uint64_t> number_of(std::string_view frame) {
  Message message;
  switch (Message::read(frame, message)) {
    case Message::Read::publish:
      return message.seq;
    case Message::Read::other:
      if (const auto read = decode(frame); read && std::holds_alternative<Publish>(*read)) return std::get<Publish>(*read).seq;
      return std::nullopt;
    case Message::Read::broken:
      break;
  }
  return std::nullopt;
}

Duration beat_of(const Welcome& welcome) {
  return welcome.heartbeat_ms > 0 ? Duration(std::chrono::milliseconds(welcome.heartbeat_ms)) : kBeat;
}

}  // namespace

Done Session::fail(std::string_view code, std::string text) {
  code_ = code;
  return Error{Error::Kind::io, std::move(text), {}};
}

void Session::connected(Duration now) {
  state_ = State::greeting;
  heard_ = owing_ = ticked_ = now;
  asked_ = drains_ = owes_ = false;
  splitter_.restart();
  splitter_.most(kGreeting);
  out_.restart();
  out_.control(Hello{kVersion, options_.name, options_.token, options_.producer});
}

void Session::lost() {
  state_ = State::down;
  run_ = {};
  out_.restart();
}

Done Session::got(size_t bytes, Duration now) {
  heard_ = now;
  asked_ = false;
  const uint64_t before = out_.acknowledged();
  splitter_.got(bytes);
  std::string_view message;
  for (;;) {
    const auto frame = splitter_.next();
    if (!frame) return fail("protocol", frame.error().text);
    if (frame->empty()) break;
    const bool of_run = run_.count > 0;
    if (Done done = of_run ? add(*frame) : read(*frame); !done) return done;
    if (of_run) message = *frame;
  }
  if (out_.acknowledged() != before) owing_ = now;
  return end_of_read(message);
}

Done Session::end_of_read(std::string_view last_message) {
  if (!last_message.empty()) {
    const auto number = number_of(last_message);
    if (!number) return fail("protocol", "what it delivers is no message");
    last_ = std::max(last_, *number);
  }
  if (out_.control_bytes() > kControl) return fail("protocol", "it asks faster than it takes answers");
  return {};
}

Done Session::read(std::string_view bytes) {
  auto frame = decode(bytes);
  if (!frame) return fail("protocol", frame.error().text);
  if (const auto* fault = std::get_if<Fault>(&*frame); fault && fault->fatal)
    return fail(fault->code, fmt::format("{} ({})", fault->text, fault->code));
  if (state_ == State::up) return heard(std::move(*frame));
  auto* welcome = std::get_if<Welcome>(&*frame);
  return welcome ? greeted(std::move(*welcome)) : fail("protocol", "it does not begin with welcome");
}

Done Session::greeted(Welcome&& welcome) {
  if (welcome.version != kVersion) return fail("version", fmt::format("it speaks version {} of the protocol", welcome.version));
  if (welcome.max_frame < kHelloBytes) return fail("protocol", fmt::format("it takes frames of {} bytes at most", welcome.max_frame));
  const bool other = welcomed() && welcome.hub != welcome_.hub;
  welcome_ = std::move(welcome);
  splitter_.most(welcome_.max_frame);
  state_ = State::up;
  out_.window(std::min<uint64_t>(options_.window, std::max<uint32_t>(1, welcome_.window)));
  out_.open(true);
  events_.emplace_back(welcome_);
  if (!wanted_) return {};
  if (other) {  // its numbers begin anew, and all that it has came since we were last connected
    last_ = next_ = 0;
    if (in_history_ && wanted_->start.kind != Start::Kind::last_per_subject) wanted_->start = {Start::Kind::all, 0, 0};
    in_history_ = false;
  }
  ask();
  return {};
}

Done Session::heard(Frame&& frame) {
  if (auto* ack = std::get_if<PubAck>(&frame)) return acked(std::move(*ack));
  if (const auto* run = std::get_if<Deliver>(&frame)) return begin_run(*run);
  if (const auto* ping = std::get_if<Ping>(&frame)) return out_.control(Pong{ping->token}), Done();
  if (std::holds_alternative<Pong>(frame)) return {};
  if (auto* done = std::get_if<Subscribed>(&frame)) {
    in_history_ = !done->history.empty();
    next_ = std::max(next_, done->next);
    return events_.emplace_back(std::move(*done)), Done();
  }
  if (auto* gap = std::get_if<Gap>(&frame)) return events_.emplace_back(*gap), Done();
  if (auto* fault = std::get_if<Fault>(&frame)) return events_.emplace_back(std::move(*fault)), Done();
  if (auto* report = std::get_if<Report>(&frame)) return events_.emplace_back(std::move(*report)), Done();
  if (auto* drain = std::get_if<Drain>(&frame)) {
    drains_ = true;
    out_.open(false);  // the next connection takes them
    return events_.emplace_back(std::move(*drain)), Done();
  }
  if (std::holds_alternative<Unknown>(frame)) return out_.control(Fault{"protocol", "a frame of a newer version", 0, false}), Done();
  return fail("protocol", "it sends what clients send");
}

Done Session::acked(PubAck&& ack) {
  if (ack.number > out_.published()) return fail("protocol", fmt::format("it acknowledges {}, which was not published", ack.number));
  const uint64_t before = out_.acknowledged();
  // What a hub that is closing has not taken, the next connection is to bring.
  for (const PubAck::Refused& one : ack.refused)
    if (one.code == kDraining && one.number > before) ack.number = std::min(ack.number, one.number - 1), out_.open(false);
  std::erase_if(ack.refused, [&](const PubAck::Refused& one) { return one.number <= before || one.number > ack.number; });
  if (ack.number <= before) return {};
  out_.acknowledged(ack.number);
  events_.emplace_back(std::move(ack));
  return {};
}

Done Session::begin_run(const Deliver& run) {
  if (!wanted_ || run.id != kId) return fail("protocol", "it delivers what nobody subscribed to");
  if (run.count == 0) {
    enough_ |= to_end_;
    return events_.emplace_back(run), Done();
  }
  // A last message may be longer than the credit that is left.
  if (wanted_->messages != kEndless && run.count > credit_messages_) return fail("protocol", "it delivers more than it was granted");
  if (wanted_->bytes != kEndless && run.bytes > credit_bytes_ + welcome_.max_frame)
    return fail("protocol", "it delivers more than it was granted");
  credit_messages_ = std::max<int64_t>(0, credit_messages_ - run.count);
  credit_bytes_ = std::max<int64_t>(0, credit_bytes_ - run.bytes);
  run_ = run;
  if (inbox_.empty() || inbox_.back().attempt != run.attempt || inbox_.back().frames.size() >= kPiece)
    inbox_.push_back({{}, 0, run.attempt});
  return {};
}

Done Session::add(std::string_view message) {
  if (message.size() > run_.bytes) return fail("protocol", "a run of messages is longer than it says");
  run_.bytes -= static_cast<uint32_t>(message.size());
  if (--run_.count == 0 && run_.bytes > 0) return fail("protocol", "a run of messages is shorter than it says");
  if (enough_) return {};
  if (inbox_.empty() || inbox_.back().frames.size() >= kPiece) inbox_.push_back({{}, 0, run_.attempt});
  inbox_.back().frames += message;
  ++inbox_.back().messages;
  ++inbox_messages_;
  inbox_bytes_ += static_cast<uint32_t>(message.size());
  return {};
}

std::optional<Session::Piece> Session::take() {
  while (!inbox_.empty() && inbox_.front().messages == 0) inbox_.pop_front();
  if (inbox_.empty()) return std::nullopt;
  Piece piece = std::move(inbox_.front());
  inbox_.pop_front();
  const auto bytes = static_cast<uint32_t>(piece.frames.size());
  inbox_messages_ -= piece.messages, inbox_bytes_ -= bytes;
  taken_messages_ += piece.messages, taken_bytes_ += bytes;
  if (taken_messages_ >= wanted_->messages / 2 || taken_bytes_ >= wanted_->bytes / 2) grant();
  return piece;
}

void Session::grant() {
  if (state_ != State::up || enough_) return;  // what is asked for again asks for all of it
  const Credit credit{kId, wanted_->messages == kEndless ? 0 : taken_messages_, wanted_->bytes == kEndless ? 0 : taken_bytes_};
  credit_messages_ += taken_messages_, credit_bytes_ += taken_bytes_;
  taken_messages_ = taken_bytes_ = 0;
  if (credit.messages > 0 || credit.bytes > 0) out_.control(credit);
}

void Session::subscribe(Subscribe wanted, bool to_end) {
  wanted.id = kId;
  to_end_ = to_end;
  wanted_ = std::move(wanted);
  if (state_ == State::up) ask();
}

void Session::ask() {
  Subscribe asked = *wanted_;
  // No message is longer than the credit it needs.
  wanted_->bytes = asked.bytes = std::max(asked.bytes, welcome_.max_frame);
  if (in_history_ && last_ + next_ > 0 && asked.durable.empty() && asked.group.empty())
    asked.start = {Start::Kind::seq, std::max(last_ + 1, next_), 0};
  if (asked.messages != kEndless) asked.messages -= std::min(asked.messages, inbox_messages_);
  if (asked.bytes != kEndless) asked.bytes -= std::min(asked.bytes, inbox_bytes_);
  credit_messages_ = asked.messages, credit_bytes_ = asked.bytes;
  taken_messages_ = taken_bytes_ = 0;
  out_.control(asked);
}

void Session::acknowledge(Ack ack) {
  ack.id = kId;
  if (state_ == State::up) out_.control(ack);
}

void Session::control(const Control& asked) {
  if (state_ == State::up) out_.control(asked);
}

uint64_t Session::publish(const Publish& message) { return out_.publish(message); }

uint64_t Session::room() const {
  if (!welcomed() || out_.bytes() >= kFull) return 0;
  const uint64_t window = std::min<uint64_t>(options_.window, std::max<uint32_t>(1, welcome_.window));
  const uint64_t free = window - std::min(window, out_.unacknowledged());
  return free < window / 4 ? 0 : free;  // a few at a time are more work than many
}

Done Session::tick(Duration now) {
  ticked_ = now;
  if (state_ == State::down) return {};
  const Duration silent = now - heard_;
  if (state_ == State::greeting) return silent >= options_.patience ? fail("timeout", "it does not answer") : Done();
  const Duration beat = beat_of(welcome_);
  if (silent >= 3 * beat) return fail("lost", "it has gone silent");
  if (silent >= 2 * beat && !std::exchange(asked_, true)) out_.control(Ping{static_cast<uint64_t>(now.count())});
  if (!std::exchange(owes_, out_.unacknowledged() > 0)) owing_ = now;
  if (options_.ack_timeout && owes_ && now - owing_ >= *options_.ack_timeout) return fail("timeout", "it acknowledges nothing");
  if (wanted_ && inbox_.empty() && taken_bytes_ > 0) grant();  // a long message may wait for it
  return {};
}

Duration Session::due() const {
  if (state_ == State::greeting) return heard_ + options_.patience;
  Duration due = heard_ + beat_of(welcome_) * (asked_ ? 3 : 2);
  if (options_.ack_timeout) due = std::min(due, ticked_ + *options_.ack_timeout / 2);
  if (wanted_ && taken_bytes_ > 0) due = std::min(due, ticked_ + Duration(std::chrono::seconds(1)));
  return due;
}

}  // namespace leat::hub::client
