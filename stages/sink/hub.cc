#include "stages/sink/hub.h"

#include <algorithm>
#include <random>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

// Of a frame, what is neither subject, payload nor key, at most.
constexpr size_t kFrame = 256;

}  // namespace

uint64_t HubSink::some_producer() {
  std::random_device device;
  return (uint64_t{device()} << 32 | device()) | 1;
}

Done HubSink::open(SinkHost& host) {
  host_ = &host;
  gate_ = std::make_unique<Gate>(host);
  hub::client::Connection::Options options;
  options.session.token = how_.token;
  options.session.producer = some_producer();
  options.session.window = how_.guards.limit;
  options.session.ack_timeout = how_.guards.timeout;
  options.timeout = how_.guards.timeout;
  options.first = how_.guards.retry;
  options.again = how_.retry_said ? how_.guards.retry : hub::client::Connection::patient();
  connection_ = std::make_unique<hub::client::Connection>(host.loop(), place_, std::move(options), *this);
  if (how_.print_acked) {
    acked_.emplace();
    if (Done opened = acked_->open(host); !opened) return opened;
  }
  down_ = how_.lazy;
  if (!down_) on_loop(&hub::client::Connection::open);
  return {};
}

void HubSink::on_loop(void (hub::client::Connection::*what)()) {
  host_->loop().post([connection = connection_.get(), what] { (connection->*what)(); });
}

void HubSink::heard() {
  host_->post([this] { news(); });
}

void HubSink::attempt_failed() {
  host_->post([this] { host_->count("attempts failed", 1); });
}

void HubSink::gave_up(Error error, std::string code, uint64_t attempts, Instant first, Instant last) {
  host_->post([=, this, error = std::move(error), code = std::move(code)] {
    host_->count("attempts failed", 1);
    const std::string_view word = code == "connect" ? "connect" : code == "timeout" ? "timeout" : "hub";
    give_up(error, {{word, error.text}, static_cast<uint32_t>(std::min<uint64_t>(attempts, UINT32_MAX)), first, last});
  });
}

void HubSink::take(Batch&& batch, Turn& turn) {
  if (closed_) return;
  const Room room{SIZE_MAX, Outlet::kFull - std::min(Outlet::kFull, backlog_.bytes())};
  const auto over = admit(batch, how_.when_full, room, turn, "the hub is too slow, and no more can wait");
  if (!over.empty()) turn.drop(static_cast<uint32_t>(over.size()), "full");
  if (batch.empty()) return batch.let_go();
  backlog_.put(std::move(batch), turn);
  if (how_.when_full == WhenFull::drop_oldest)
    for (Batch& dropped : backlog_.drop_oldest(Outlet::kFull)) {
      host_->dropped(dropped.size(), "full");
      dropped.let_go();
    }
  if (std::exchange(down_, false)) on_loop(&hub::client::Connection::open);
  pump();
}

// Publishes as much of what waits as may be under way.
void HubSink::pump() {
  if (closed_ || down_ || !connection_) return;
  for (;;) {
    const uint64_t room = connection_->with([](hub::client::Session& session) { return session.room(); });
    const Batch* chunk = room > 0 ? backlog_.next(room) : nullptr;
    if (!chunk) break;
    publish(*chunk);
  }
  settle();
}

void HubSink::publish(const Batch& chunk) {
  const Instant now = host_->now();
  const auto fail = [&](uint32_t record, Reason reason) { host_->refuse(chunk.pick({record}), {std::move(reason), 1, now, now}); };
  messages_.load(chunk, now, fail);
  Sent sent;
  sent.chunk = chunk.share();
  std::vector<std::pair<uint32_t, size_t>> too_long;
  uint32_t most = 0;
  connection_->with([&](hub::client::Session& session) {
    most = session.welcome().max_frame;
    sent.first = session.out().published() + 1;
    sent.records.reserve(messages_.size());
    for (size_t i = 0; i < messages_.size(); ++i) {
      hub::Publish message = messages_.message(i);
      const size_t size = message.payload.size() + message.key.size() + message.subject.size() + kFrame;
      if (size > most) {
        too_long.emplace_back(messages_.record(i), size);
        continue;
      }
      message.ack = how_.ack;
      message.ttl_ms = how_.ttl_ms;
      session.publish(message);
      sent.records.push_back(messages_.record(i));
    }
  });
  for (const auto& [record, size] : too_long)
    fail(record, {"limit", fmt::format("the hub takes messages of {}, this one has {}", text::size(most), text::size(size))});
  sent_.push_back(std::move(sent));
}

void HubSink::news() {
  if (closed_) return;
  for (hub::client::Session::Event& event : connection_->with([](hub::client::Session& session) { return session.events(); })) {
    if (const auto* ack = std::get_if<hub::PubAck>(&event)) acknowledged(*ack);
    if (const auto* fault = std::get_if<hub::Fault>(&event)) note(fmt::format("the hub says: {} ({})", fault->text, fault->code));
  }
  pump();
}

void HubSink::acknowledged(const hub::PubAck& ack) {
  for (const hub::PubAck::Refused& refused : ack.refused) {
    const auto at = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& sent) { return refused.number <= sent.last(); });
    if (at == sent_.end() || refused.number < at->first) continue;
    ++at->refused;
    host_->refuse(at->chunk.pick({at->records[refused.number - at->first]}),
                  {{"refused", fmt::format("the hub refuses it: {} ({})", refused.text, refused.code)}, 1, {}, {}});
  }
  size_t chunks = 0;
  uint64_t records = 0;
  for (; !sent_.empty() && (sent_.front().records.empty() || sent_.front().last() <= ack.number); ++chunks) {
    records += sent_.front().records.size() - sent_.front().refused;
    sent_.front().chunk.let_go();
    sent_.pop_front();
  }
  backlog_.delivered(chunks);
  if (records > 0) host_->delivered(records);
  if (acked_) acked_->upto(ack.number);
}

// What waits goes, and the next record begins anew.
void HubSink::give_up(Error error, const Refusal& why) {
  if (closed_) return;
  if (!host_->refusable()) {
    closed_ = true;
    return host_->failed(std::move(error));
  }
  down_ = true;
  connection_->with([](hub::client::Session& session) { session.forget(); });
  for (Sent& sent : sent_) sent.chunk.let_go();
  sent_.clear();
  for (Batch& batch : backlog_.take()) host_->refuse(std::move(batch), why);
  settle();
}

void HubSink::settle() {
  if (closed_) return;
  // A chunk of which nothing was published waits for no acknowledgement.
  size_t empty = 0;
  for (; !sent_.empty() && sent_.front().records.empty(); ++empty) {
    sent_.front().chunk.let_go();
    sent_.pop_front();
  }
  backlog_.delivered(empty);
  gate_->update(how_.when_full == WhenFull::block ? backlog_.bytes() : 0);
  if (!finishing_ || !backlog_.empty() || (acked_ && !acked_->idle())) return;
  finishing_ = false, finished_ = true;
  on_loop(&hub::client::Connection::close);
  host_->idle();
}

void HubSink::finish() {
  if (closed_) return;
  finishing_ = true;
  if (acked_) acked_->when_idle([this] { settle(); });
  pump();
  settle();
}

void HubSink::abandon() {
  closed_ = true;
  sent_.clear();
  backlog_.take();
  if (gate_) gate_->update(0);
  if (connection_) on_loop(&hub::client::Connection::close);
}

}  // namespace leat
