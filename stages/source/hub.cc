#include "stages/source/hub.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace leat {
namespace {

constexpr std::string_view kReasons[] = {"this subscription was too slow", "the history does not go back so far", "they are damaged"};

void append(hub::Ack& ack, uint64_t seq) {
  if (!ack.ranges.empty() && ack.ranges.back().second + 1 == seq)
    ack.ranges.back().second = seq;
  else
    ack.ranges.emplace_back(seq, seq);
}

}  // namespace

bool HubSource::Owed::given(uint64_t seq) {
  std::lock_guard lock(mutex_);
  return of_group_ ? known_.count(seq) > 0 : seq <= given_;
}

void HubSource::Owed::give(const std::vector<HubRecords::Place>& places) {
  std::lock_guard lock(mutex_);
  for (const HubRecords::Place& place : places) {
    places_.push_back(place);
    given_ = std::max(given_, place.seq);
    if (of_group_) known_.insert(place.seq);
  }
}

std::optional<hub::Ack> HubSource::Owed::delivered(uint64_t position) {
  std::lock_guard lock(mutex_);
  if (std::exchange(position_, position) == position || places_.empty() || places_.front().end > position) return std::nullopt;
  hub::Ack ack;
  for (; !places_.empty() && places_.front().end <= position; places_.pop_front()) {
    delivered_ = places_.front().seq;
    if (!of_group_) continue;
    append(ack, delivered_);
    known_.erase(delivered_);
  }
  if (!of_group_) ack.up_to = delivered_;
  return ack;
}

std::optional<hub::Ack> HubSource::Owed::delivered_before() {
  std::lock_guard lock(mutex_);
  if (of_group_ || delivered_ == 0) return std::nullopt;
  hub::Ack ack;
  ack.up_to = delivered_;
  return ack;
}

std::optional<hub::Ack> HubSource::Owed::still_owed() {
  std::lock_guard lock(mutex_);
  if (places_.empty()) return std::nullopt;
  hub::Ack ack;
  ack.kind = hub::Ack::Kind::in_progress;
  if (!of_group_) return ack.up_to = given_, ack;
  for (const HubRecords::Place& place : places_) append(ack, place.seq);
  return ack;
}

void HubSource::Owed::clear() {
  std::lock_guard lock(mutex_);
  places_.clear();
  known_.clear();
  given_ = delivered_ = 0;
}

Done HubSource::open(SourceHost& host) {
  host_ = &host;
  records_.envelopes(host.envelopes());
  connection_ = std::make_unique<hub::client::Connection>(host.loop(), place_, how_, *this);
  connection_->with([&](hub::client::Session& session) { session.subscribe(wanted_, to_end_); });
  if (wanted_.acks) {
    beat_ = host.loop().timer([this] { still_at_it(); });
    still_at_it();
  }
  connection_->open();
  return {};
}

void HubSource::acknowledge(const std::optional<hub::Ack>& ack) {
  if (ack) connection_->with([&](hub::client::Session& session) { session.acknowledge(*ack); });
}

void HubSource::still_at_it() {
  acknowledge(owed_.still_owed());
  beat_->start(std::chrono::milliseconds(wanted_.ack_wait_ms) / 3);
}

void HubSource::heard() {
  bool waiting = false;
  const auto events = connection_->with([&](hub::client::Session& session) {
    waiting = session.waiting();
    return session.events();
  });
  for (const hub::client::Session::Event& event : events) told(event);
  if (waiting) host_->wake();
}

void HubSource::told(const hub::client::Session::Event& event) {
  if (const auto* welcome = std::get_if<hub::Welcome>(&event)) {
    if (const uint64_t before = hub_.exchange(welcome->hub); before != 0 && before != welcome->hub) owed_.clear();
  } else if (std::holds_alternative<hub::Subscribed>(event)) {
    if (wanted_.acks) acknowledge(owed_.delivered_before());
  } else if (std::holds_alternative<hub::Deliver>(event)) {
    if (!to_end_) return;
    stopped_ = true;
    host_->wake();
  } else if (const auto* gap = std::get_if<hub::Gap>(&event)) {
    host_->count("missing", gap->count);
    note(fmt::format("{} messages are missing, {} to {}: {}", gap->count, gap->first, gap->last,
                     kReasons[std::min<size_t>(static_cast<size_t>(gap->reason), 2)]));
  } else if (const auto* fault = std::get_if<hub::Fault>(&event)) {
    const std::string text = fmt::format("the hub says: {} ({})", fault->text, fault->code);
    if (fault->id == 0) return note(text);
    fail({Error::Kind::no_input, fmt::format("{}: {}", name_, text), {}});
  } else if (const auto* drain = std::get_if<hub::Drain>(&event)) {
    note(fmt::format("the hub is going down{}{}", drain->reason.empty() ? "" : ": ", drain->reason));
  }
}

void HubSource::gave_up(Error error, std::string, uint64_t, Instant, Instant) {
  fail({connection_->connected_once() ? Error::Kind::io : Error::Kind::no_input, fmt::format("{}: {}", name_, error.text), error.hint});
}

void HubSource::fail(Error error) {
  {
    std::lock_guard lock(mutex_);
    if (!failed_) failed_ = std::move(error);
  }
  host_->wake();
}

void HubSource::stop() {
  stopped_ = true;
  if (connection_) connection_->with([](hub::client::Session& session) { session.enough(); });
  if (host_) host_->wake();
}

Pull HubSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  const bool stopped = stopped_;  // asked first: what came before it is taken
  for (;;) {
    if (records_.empty()) {
      auto piece = connection_->with([](hub::client::Session& session) { return session.take(); });
      if (!piece) break;
      records_.hub(hub_);
      records_.load(std::move(*piece));
    }
    slab = records_.next(pool, [this](uint64_t seq) { return wanted_.acks && owed_.given(seq); });
    if (!slab) continue;
    if (wanted_.acks) owed_.give(records_.places());
    end = records_.position();
    return Pull::batch;
  }
  if (stopped) return Pull::ended;
  std::lock_guard lock(mutex_);
  if (!failed_) return Pull::later;
  error_ = *failed_;
  return Pull::failed;
}

void HubSource::committed(uint64_t position, bool) {
  if (!wanted_.acks) return;
  acknowledge(owed_.delivered(position));
}

}  // namespace leat
