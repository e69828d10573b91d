#include "tests/support/fake_hub.h"

#include "core/data/artifact.h"
#include "core/hub/message.h"

namespace leat::test {

void FakeHub::connect() {
  in_.clear(), out.clear(), refused_.clear();
  greeted_ = false;
  cursor_ = end_ = seen_ = told_ = 0;
}

void FakeHub::feed(std::string_view bytes) {
  in_ += bytes;
  for (;;) {
    const uint64_t size = artifact::frame_size(in_);
    if (size == artifact::kNoFrame || size > max_frame) return void(broken = "a frame of " + std::to_string(size));
    if (size == 0 || size > in_.size()) break;
    take(std::string_view(in_).substr(0, size));
    in_.erase(0, size);
  }
  highest_unacknowledged = std::max(highest_unacknowledged, seen_ - told_);
  if (acknowledges && seen_ > told_) {
    say(hub::PubAck{seen_, hub::Level::routed, 0, std::exchange(refused_, {})});
    told_ = seen_;
  }
  deliver();
}

void FakeHub::take(std::string_view bytes) {
  const auto frame = hub::decode(bytes);
  if (!frame) return void(broken = frame.error().text);
  const auto* hello = std::get_if<hub::Hello>(&*frame);
  if (greeted_ == (hello != nullptr)) return void(broken = "hello comes first, and once");
  if (hello) {
    greeted_ = true;
    producer_ = hello->producer;
    hellos.push_back(hello->name);
    told_ = seen_ = last_[producer_];
    hub::Welcome welcome;
    welcome.hub = id, welcome.session = 1, welcome.name = hello->name.empty() ? "client-1" : hello->name;
    welcome.max_frame = max_frame, welcome.heartbeat_ms = heartbeat_ms, welcome.window = window;
    return say(welcome);
  }
  if (const auto* message = std::get_if<hub::Publish>(&*frame)) return take(*message);
  if (const auto* ping = std::get_if<hub::Ping>(&*frame)) return say(hub::Pong{ping->token});
  if (const auto* more = std::get_if<hub::Credit>(&*frame)) return void((messages_ += more->messages, bytes_ += more->bytes));
  if (const auto* ack = std::get_if<hub::Ack>(&*frame)) {
    acks.push_back(*ack);
    if (ack->kind != hub::Ack::Kind::done) return;
    for (const uint64_t seq : delivered)
      if (seq <= ack->up_to) done.insert(seq);
    return;
  }
  if (const auto* wanted = std::get_if<hub::Subscribe>(&*frame)) {
    subscribed.push_back(*wanted);
    messages_ = wanted->messages, bytes_ = wanted->bytes;
    cursor_ = history_.size() + 1;
    if (wanted->start.kind == hub::Start::Kind::all) cursor_ = 1;
    if (wanted->start.kind == hub::Start::Kind::seq) cursor_ = wanted->start.number;
    if (!wanted->durable.empty()) cursor_ = done.empty() ? 1 : *done.rbegin() + 1;
    end_ = std::max<uint64_t>(cursor_, history_.size() + 1);
    say(hub::Subscribed{wanted->id, keeps_history ? "all" : "", keeps_history ? cursor_ : 0});
  }
}

void FakeHub::take(const hub::Publish& message) {
  if (message.number != seen_ + 1 && message.number > last_[producer_] + 1) broken = "a number is left out";
  seen_ = std::max(seen_, message.number);
  if (told_ > seen_) told_ = seen_;
  if (const auto why = refuses.find(std::string(message.payload)); why != refuses.end()) {
    refused_.push_back({message.number, why->second, "it is " + why->second});
  } else if (message.number > last_[producer_]) {
    kept.emplace_back(message.payload), subjects.emplace_back(message.subject), keys.emplace_back(message.key);
    taken.push_back(message);
  }
  last_[producer_] = std::max(last_[producer_], message.number);
}

void FakeHub::publish(std::string subject, std::string payload, uint32_t flags, std::string reply_to) {
  hub::Publish message;
  message.subject = subject, message.payload = payload, message.flags = flags, message.reply_to = reply_to;
  message.seq = history_.size() + 1;
  message.time = 1'700'000'000'000'000'000 + static_cast<int64_t>(message.seq);
  history_.emplace_back();
  hub::write(message, history_.back());
  deliver();
}

void FakeHub::deliver() {
  if (cursor_ == 0) return;
  if (end_ > 0) {
    deliver(end_);
    if (cursor_ < end_) return;
    end_ = 0;
    say(hub::Deliver{1, 0, 0, 1});
  }
  deliver(history_.size() + 1);
}

void FakeHub::deliver(uint64_t below) {
  std::string frames;
  hub::Deliver run;
  run.id = 1;
  for (; cursor_ < below && messages_ > 0 && bytes_ > 0; ++cursor_) {
    const std::string& frame = history_[cursor_ - 1];
    --messages_;
    bytes_ -= std::min<uint64_t>(bytes_, frame.size());
    frames += frame;
    ++run.count;
    delivered.push_back(cursor_);
  }
  if (run.count == 0) return;
  run.bytes = static_cast<uint32_t>(frames.size());
  hub::write(run, out);
  out += frames;
}

}  // namespace leat::test
