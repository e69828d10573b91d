// HubWire: a client of a broker without a socket: what it says is given to the session, what it is told is read back as frames.
// Owner:   the test; must go after its broker's last turn.   Thread: one.   Blocks: never.   Fails: by gtest.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <variant>
#include <vector>

#include "core/data/artifact.h"
#include "core/hub/broker/broker.h"
#include "core/hub/message.h"

namespace leat::test {

class HubWire final : public hub::Wire {
 public:
  explicit HubWire(hub::Broker& broker, hub::Peer peer = {"test", true, 0})
      : broker_(broker), session_(&broker.attach(*this, std::move(peer))) {}

  ssize_t send(const iovec* parts, int count) override {
    if (room == 0) return kWait;
    size_t put = 0;
    for (int i = 0; i < count && put < room; ++i) {
      const size_t size = std::min(parts[i].iov_len, room - put);
      bytes_.append(static_cast<const char*>(parts[i].iov_base), size);
      put += size;
    }
    if (room != SIZE_MAX) room -= put;
    return static_cast<ssize_t>(put);
  }
  void read(bool on) override { reads = on; }
  void close() override { session_ = nullptr; }

  bool open() const { return session_ != nullptr; }
  hub::Session& session() { return *session_; }

  // Bytes as they come from a socket; waits where the session does not read.
  void bytes(std::string_view text, size_t piece = SIZE_MAX) {
    waiting_ += text;
    give(piece);
  }
  void give(size_t piece = SIZE_MAX) {
    size_t at = 0;
    while (session_ && reads && at < waiting_.size()) {
      const auto to = session_->room();
      const size_t size = std::min({to.size, piece, waiting_.size() - at});
      std::memcpy(to.at, waiting_.data() + at, size);
      at += size;
      session_->received(size, broker_.refresh());
    }
    waiting_.erase(0, at);
  }
  size_t waiting() const { return waiting_.size(); }
  void say(const hub::Frame& frame) {
    std::string text;
    encode(frame, text);
    bytes(text);
  }
  void hello(std::string name, uint64_t producer = 0) {
    say(hub::Hello{1, std::move(name), {}, producer});
    settle();
  }
  void publish(hub::Publish message) {
    if (message.number == 0) message.number = ++number_;
    std::string text;
    write(message, text);
    bytes(text);
  }
  void publish(std::string_view subject, std::string_view payload) { publish({.subject = subject, .payload = payload}); }
  void subscribe(uint32_t id, std::string pattern) { subscribe({.id = id, .pattern = std::move(pattern)}); }
  void subscribe(hub::Subscribe asked) {
    if (asked.messages == 0) asked.messages = hub::kEndless, asked.bytes = hub::kEndless;
    say(asked);
    settle();
  }
  void settle() {
    for (int turns = 0; broker_.flush(); ++turns) ASSERT_LT(turns, 1000);
  }
  void take(size_t more) {  // so many bytes more can be sent to it
    room = more;
    if (session_) session_->writable(broker_.refresh());
    settle();
  }

  // What it was told since the last time.
  std::vector<hub::Frame> frames() {
    settle();
    std::vector<hub::Frame> all;
    size_t at = 0;
    while (const uint64_t size = artifact::frame_size(std::string_view(bytes_).substr(at))) {
      if (size > bytes_.size() - at) break;
      kept_.push_back(bytes_.substr(at, size));  // a message's texts are to outlive the bytes
      at += size;
      if (hub::Message m; hub::Message::read(kept_.back(), m) == hub::Message::Read::publish) {
        all.push_back(hub::Publish{
            m.seq, m.time, m.number, m.from, m.flags, m.ttl_ms, m.ack, m.subject, m.payload, m.key, m.reply_to, m.producer, {}});
        continue;
      }
      auto frame = hub::decode(kept_.back());
      EXPECT_TRUE(frame) << frame.error().text << "\n" << testing::PrintToString(kept_.back());
      kept_.pop_back();
      all.push_back(std::move(*frame));
    }
    bytes_.erase(0, at);
    return all;
  }
  template <class One>
  std::vector<One> told() {
    std::vector<One> all;
    for (hub::Frame& frame : frames())
      if (auto* one = std::get_if<One>(&frame)) all.push_back(std::move(*one));
    return all;
  }
  // Of the messages: the payloads, and that the headers in front of them are true.
  std::vector<std::string> messages() {
    std::vector<std::string> all;
    uint32_t left = 0, bytes = 0;
    for (const hub::Frame& frame : frames()) {
      if (const auto* head = std::get_if<hub::Deliver>(&frame)) {
        EXPECT_EQ(left, 0u);
        left = head->count, bytes = head->bytes;
        if (left == 0) ends.push_back(all.size());
      } else if (const auto* message = std::get_if<hub::Publish>(&frame)) {
        EXPECT_GT(left, 0u);
        --left;
        all.emplace_back(message->payload);
      } else if (const auto* gap = std::get_if<hub::Gap>(&frame)) {
        gaps.push_back(*gap);
      }
    }
    EXPECT_EQ(left, 0u) << bytes;
    return all;
  }

  size_t room = SIZE_MAX;
  bool reads = true;
  std::vector<hub::Gap> gaps;
  std::vector<size_t> ends;  // behind so many messages it was told that its history held no more

 private:
  hub::Broker& broker_;
  hub::Session* session_;
  std::string bytes_, waiting_;
  std::deque<std::string> kept_;
  uint64_t number_ = 0;
};

}  // namespace leat::test
