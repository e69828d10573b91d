#include "core/hub/broker/session.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/artifact.h"
#include "core/hub/broker/broker.h"
#include "core/hub/message.h"
#include "core/hub/subject.h"

namespace leat::hub {
namespace {

constexpr uint32_t kRead = 64 * 1024;  // the least room worth a read; a longer frame gets a block of its own

constexpr size_t kReportHead = 256;  // of a frame with a report, and more

uint32_t segments_of(std::string_view frame) {
  uint32_t less_one;
  std::memcpy(&less_one, frame.data(), sizeof less_one);
  return less_one + 1;
}

}  // namespace

Session::Session(Broker& broker, Wire& wire, Peer peer, uint32_t number, Instant now)
    : broker_(broker), wire_(wire), peer_(std::move(peer)), number_(number), since_(now), heard_(now) {}

Session::~Session() = default;

// ---- What comes ----------------------------------------------------------------------------------------------------

Session::Room Session::room() {
  if (long_) return {long_->data() + long_->used, long_->room()};
  BlockRef& block = broker_.reading();
  if (block && !block->shared()) block->used = 0;
  if (!block || block->room() < partial_.size() + kRead)
    block = BlockRef::make(std::max<uint32_t>(Block::kSize, static_cast<uint32_t>(partial_.size()) + kRead));
  char* const at = block->data() + block->used;
  std::memcpy(at, partial_.data(), partial_.size());
  return {at + partial_.size(), block->room() - partial_.size()};
}

void Session::received(size_t bytes, Instant now) {
  if (bytes == 0 || over_) return;
  heard_ = now;
  asked_ = false;
  counts_.in_bytes += bytes;
  if (!long_) return work_on(broker_.reading(), std::exchange(partial_, {}).size() + bytes);
  long_->used += static_cast<uint32_t>(bytes);
  if (long_->room() > 0) return;
  const BlockRef block = std::exchange(long_, {});
  take(block, 0, block->used);
  broker_.pass_on();
}

// The block holds so many bytes behind what is used of it.
void Session::work_on(const BlockRef& block, size_t size) {
  const uint32_t end = block->used + static_cast<uint32_t>(size);
  while (!over_ && may_read() && end > block->used) {
    const std::string_view rest(block->data() + block->used, end - block->used);
    const uint64_t frame = artifact::frame_size(rest);
    if (frame == 0) break;
    const uint64_t most = admitted() ? broker_.options().max_frame : kHelloBytes;
    if (frame > most || segments_of(rest) > kMaxSegments)
      return fault("limit", fmt::format("a frame has at most {} bytes and {} segments", most, kMaxSegments));
    if (frame > rest.size()) break;
    const uint32_t begin = std::exchange(block->used, block->used + static_cast<uint32_t>(frame));
    take(block, begin, static_cast<uint32_t>(frame));
  }
  broker_.pass_on();
  if (!over_) keep({block->data() + block->used, end - block->used});
}

void Session::keep(std::string_view rest) {
  const uint64_t frame = artifact::frame_size(rest);
  if (may_read() && frame > kRead && frame > rest.size() && frame != artifact::kNoFrame) {
    long_ = BlockRef::make(static_cast<uint32_t>(frame));
    long_->append(rest);
  } else {
    partial_ = rest;
  }
  if (reading_ != may_read()) wire_.read(reading_ = may_read());
}

void Session::let_go(Instant now) {
  --held_;
  go_on(now);
}

void Session::go_on(Instant now) {
  if (over_ || !may_read()) return;
  heard_ = now;
  room();
  if (!long_ && !partial_.empty()) work_on(broker_.reading(), std::exchange(partial_, {}).size());
  if (!over_ && reading_ != may_read()) wire_.read(reading_ = may_read());
}

void Session::take(const BlockRef& block, uint32_t begin, uint32_t size) {
  Message message;
  const std::string_view bytes(block->data() + begin, size);
  if (admitted()) {
    const auto kind = Message::read(bytes, message);
    if (kind == Message::Read::publish) return publish(block, begin, size, message);
    if (kind == Message::Read::broken) return fault("protocol", "not a frame");
  }
  broker_.pass_on();
  auto frame = decode(bytes);
  if (!frame) return fault("protocol", frame.error().text);
  if (admitted() != std::holds_alternative<Hello>(*frame)) return handle(*frame);
  fault("protocol", admitted() ? "hello comes once" : "hello comes first");
}

void Session::handle(const Frame& frame) {
  if (const auto* one = std::get_if<Hello>(&frame)) return hello(*one);
  if (const auto* one = std::get_if<Subscribe>(&frame)) return subscribe(*one);
  if (const auto* one = std::get_if<Unsubscribe>(&frame)) return unsubscribe(one->id);
  if (const auto* one = std::get_if<Credit>(&frame)) return credit(*one);
  if (const auto* one = std::get_if<Ack>(&frame)) return ack(*one);
  if (const auto* one = std::get_if<Ping>(&frame)) return say(Pong{one->token});
  if (const auto* one = std::get_if<Control>(&frame)) return control(*one);
  if (std::holds_alternative<Pong>(frame)) return;  // that it came is the answer
  if (std::holds_alternative<Unknown>(frame)) return fault("protocol", "a frame this hub has no name for", 0, false);
  fault("protocol", "a frame that only the hub sends, or a message of several segments");
}

void Session::hello(const Hello& frame) {
  if (frame.version < kVersion) return fault("version", fmt::format("this hub speaks version {}", kVersion));
  if (broker_.draining()) return fault("draining", "this hub is closing");
  if (!frame.token.empty()) token_ = token_sha256(frame.token);
  auto principal = broker_.access().admit(token_, peer_);
  if (!principal) {
    broker_.failed_login(*this);
    return fault("token", principal.error().text);
  }
  const std::string name = frame.name.empty() ? broker_.free_name(number_) : frame.name;
  producer_ = frame.producer;
  if (Done entered = broker_.enter(*this, name); !entered) return fault("name-taken", entered.error().text);
  name_ = name;
  principal_ = std::move(*principal);
  Welcome welcome;
  welcome.hub = broker_.options().id, welcome.session = number_, welcome.name = name_;
  welcome.max_frame = broker_.options().max_frame, welcome.window = broker_.options().window;
  welcome.heartbeat_ms = static_cast<uint32_t>(broker_.options().heartbeat / std::chrono::milliseconds(1));
  welcome.capabilities = {"history", "groups", "filters", "durable"};
  say(welcome);
  broker_.event("connect", *this, {});
}

void Session::control(const Control& frame) {
  if (!principal_->admin) return say(Report{"this client may not ask for that", true});
  Report report = broker_.report(frame);
  if (report.text.size() + kReportHead > broker_.options().max_frame)
    report = {fmt::format("the answer is longer than a message may be: {} bytes", report.text.size()), true};
  say(report);
}

void Session::tick(Instant now) {
  if (over_) return;
  if (!may_read()) heard_ = now;  // it is we who do not listen
  for (const auto& [id, one] : subscriptions_)
    if (one->stall.tell(now, broker_.options().grace))
      broker_.event("stalled", *this, fmt::format("{}: {} messages wait, and there is no credit", one->how.pattern, one->queue.messages()));
  const Duration silent = now - heard_, beat = broker_.options().heartbeat;
  if (!admitted() && now - since_ >= broker_.options().hello) return fault("hello", "nobody said hello in time");
  if (silent >= 3 * beat) return end("silent");
  if (silent >= 2 * beat && !std::exchange(asked_, true)) say(Ping{static_cast<uint64_t>(now.time_since_epoch().count())});
}

// ---- What is published ---------------------------------------------------------------------------------------------

void Session::look_up(std::string_view subject) {
  subject_ = subject;
  direct_ = subject.starts_with(kClients);
  allowed_ = principal_->may_publish(subject) && (!subject.starts_with('$') || direct_ || subject == kAll);
  route_ = &broker_.route(subject);
  generation_ = broker_.interest().generation();
}

void Session::publish(const BlockRef& block, uint32_t begin, uint32_t size, Message& message) {
  ++counts_.in;
  published_ = true;
  if (message.ack != Level::none && message.number == 0) return fault("protocol", "what is to be acknowledged has a number");
  if (broker_.draining()) return refuse(message, "draining", "this hub is closing");
  if (!route_ || generation_ != broker_.interest().generation() || subject_ != message.subject) {
    if (Done good = check_subject(message.subject); !good) return refuse(message, "subject", good.error().text);
    look_up(message.subject);
  }
  if (!message.reply_to.empty() && !text::utf8(message.reply_to)) return refuse(message, "subject", "what to reply to is not UTF-8");
  if (!allowed_) return refuse(message, "denied", fmt::format("{} may not publish to {}", name_, message.subject));
  Keeper* const keeper = route_->history ? route_->history->keeper() : nullptr;
  if ((message.ack == Level::written || message.ack == Level::synced) && !keeper)
    return refuse(message, "no-history", fmt::format("{} is not kept on disk", message.subject));
  if (auto why = route_->history ? route_->history->refuses() : std::nullopt)
    return refuse(message, std::move(why->code), std::move(why->text));
  const bool wanted = (message.flags & Publish::kWanted) != 0 || direct_;
  if (wanted && route_->empty()) return refuse(message, "no-receiver", fmt::format("nobody is subscribed to {}", message.subject));
  const bool seen = broker_.producers(*route_).seen(producer_, message.number);
  const uint64_t seq = seen ? (keeper ? route_->history->next() - 1 : 0) : broker_.give(*route_, block, begin, size, message, this);
  if (keeper && route_->history->full()) {
    full_ = route_->history;
    waits_for_disk_ = true;
    mark();
  }
  if (message.ack == Level::none) return;
  const bool waits = keeper && message.ack != Level::routed;
  owe({message.number, message.number, seq, waits ? Level::synced : Level::routed, waits ? route_->history : nullptr});
}

void Session::owe(const Owed& owed) {
  mark();
  if (owed.history && ++on_their_way_ >= broker_.options().window) waits_for_disk_ = true;
  if (!owed_.empty() && owed_.back().level == owed.level && owed_.back().history == owed.history && owed_.back().since == broker_.now()) {
    Owed& last = owed_.back();
    if (!owed.history || (owed.first == last.last + 1 && owed.seq == last.seq + 1)) {
      last.last = owed.last, last.seq = owed.seq;
      ++last.messages;
      return;
    }
  }
  owed_.push_back(owed);
  owed_.back().since = broker_.now();
}

void Session::refuse(const Message& message, std::string code, std::string text) {
  refused_.push_back({message.number, std::move(code), std::move(text)});
  owe({message.number, message.number, 0, Level::none, nullptr});
}

// What of it is due goes into `ack`. False: there is more of it, which is not.
bool Session::settle(Owed& owed, PubAck& ack) {
  if (owed.history && owed.history->keeper()->lost()) {
    for (uint64_t number = owed.first; number <= owed.last; ++number)
      ack.refused.push_back({number, "disk", owed.history->keeper()->trouble()});
    on_their_way_ -= owed.last - owed.first + 1;
    ack.number = owed.last;
    return true;
  }
  const uint64_t below = owed.history ? owed.history->visible() : UINT64_MAX;
  const uint64_t late = owed.seq < below ? 0 : owed.seq - below + 1;  // of its last ones
  if (late > owed.last - owed.first) return false;
  if (owed.history) on_their_way_ -= owed.last - late - owed.first + 1;
  if (owed.level != Level::none) broker_.metrics().acknowledged.add(broker_.now() - owed.since, owed.messages - late);
  ack.number = owed.last - late, ack.level = owed.level, ack.seq = owed.seq - late;
  owed.messages = late;
  owed.first = ack.number + 1;
  return late == 0;
}

void Session::acknowledge() {
  PubAck ack;
  while (!owed_.empty() && settle(owed_.front(), ack)) owed_.pop_front();
  while (!refused_.empty() && refused_.front().number <= ack.number) {
    ack.refused.push_back(std::move(refused_.front()));
    refused_.pop_front();
  }
  if (ack.number > 0 || !ack.refused.empty()) say(ack);
}

bool Session::disk_has_room() const { return on_their_way_ <= broker_.options().window / 2 && !(full_ && full_->full()); }

// ---- What is asked for ---------------------------------------------------------------------------------------------

std::optional<Fault> Session::refusal(const Subscribe& frame, const History* history) const {
  const auto wrong = [&](std::string code, std::string text) { return Fault{std::move(code), std::move(text), frame.id, false}; };
  if (subscriptions_.count(frame.id)) return wrong("subscription", fmt::format("subscription {} is there already", frame.id));
  if (subscriptions_.size() >= broker_.options().max_subscriptions)
    return wrong("limit", fmt::format("a client has at most {} subscriptions", broker_.options().max_subscriptions));
  if (Done good = check_pattern(frame.pattern); !good) return wrong("pattern", good.error().text);
  if (!may_hear(frame.pattern)) return wrong("denied", fmt::format("{} may not subscribe to {}", name_, frame.pattern));
  if (!frame.group.empty() && !check_name(frame.group)) return wrong("subscription", "a group's name is one word");
  if (!frame.durable.empty() && !check_name(frame.durable)) return wrong("subscription", "the name of a durable subscription is one word");
  if (frame.acks && frame.durable.empty() && !frame.group.empty())
    return wrong("subscription", "a group that acknowledges what it is given has a durable name");
  const bool acks = frame.acknowledges();
  if ((acks || frame.start.kind != Start::Kind::live) && !history)
    return wrong("no-history", acks ? fmt::format("{} is not kept, so nothing of it can be given again", frame.pattern)
                                    : fmt::format("{} is not kept, so it begins now", frame.pattern));
  if (acks && (frame.start.kind == Start::Kind::last || frame.start.kind == Start::Kind::last_per_subject))
    return wrong("subscription", "what is acknowledged begins live, with all, at a number or at a time");
  if (!acks && !frame.group.empty() && frame.start.kind != Start::Kind::live) return wrong("subscription", "a group begins now");
  return std::nullopt;
}

void Session::subscribe(const Subscribe& frame) {
  History* const history = broker_.history_of(frame.pattern);
  if (const auto wrong = refusal(frame, history)) return say(*wrong);
  auto made = std::make_unique<Subscription>(*this, frame);
  if (!frame.filter.empty()) {
    auto filter = broker_.filters().get(frame.filter);
    if (!filter) return fault("filter", filter.error().text, frame.id, false);
    made->filter = std::move(*filter);
  }
  Subscription& subscription = *subscriptions_.emplace(frame.id, std::move(made)).first->second;
  subscription.moved = subscription.came = broker_.now();
  if (history && (frame.acknowledges() || frame.group.empty()) && !place(subscription, *history))
    return void(subscriptions_.erase(frame.id));
  broker_.interest().add(subscription);
  say(Subscribed{frame.id, history ? history->options().name : "",
                 subscription.team     ? subscription.team->consumer.floor()
                 : subscription.seek   ? 0
                 : subscription.behind ? subscription.next
                 : history             ? history->next()
                                       : 0});
  if (!subscription.behind) return say(Deliver{frame.id, 0, 0, 1});
  subscription.end = history->next();
  ready(subscription);
}

// Where it reads from in the history. False: it cannot, and its client has been told why.
bool Session::place(Subscription& subscription, History& history) {
  const uint32_t id = subscription.how.id;
  if (Done started = broker_.start(subscription, history); !started) return fault("unsupported", started.error().text, id, false), false;
  if (subscription.how.acknowledges())
    if (auto refused = broker_.teams().join(subscription, history, subscription.next))
      return fault(std::move(refused->code), std::move(refused->text), id, false), false;
  history.readers.push_back(&subscription);
  return true;
}

void Session::ack(const Ack& frame) {
  const auto known = subscriptions_.find(frame.id);
  if (known == subscriptions_.end()) return;  // it may have crossed with the end of it
  if (!known->second->team) return fault("subscription", "what it was given is not acknowledged", frame.id, false);
  broker_.teams().answer(*known->second, frame);
}

void Session::unsubscribe(uint32_t id) {
  const auto known = subscriptions_.find(id);
  if (known == subscriptions_.end()) return fault("subscription", fmt::format("there is no subscription {}", id), id, false);
  broker_.forget(*known->second);
  ready_.remove(known->second.get());
  subscriptions_.erase(known);
}

void Session::credit(const Credit& frame) {
  const auto known = subscriptions_.find(frame.id);
  if (known == subscriptions_.end()) return;  // it may have crossed with the end of it
  Subscription& subscription = *known->second;
  const auto add = [](uint32_t& to, uint32_t more) { to = more > kEndless - to ? kEndless : to + more; };
  add(subscription.messages, frame.messages);
  add(subscription.bytes, frame.bytes);
  if (subscription.has_credit()) subscription.stall.look(false, broker_.now(), broker_.metrics());
  ready(subscription);
}

}  // namespace leat::hub
