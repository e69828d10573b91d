// Outgoing: what a client has to send: its messages, which it keeps until they are acknowledged, and the other frames between them.
// Owner:   a Session.   Thread: one.   Blocks: never.
// Fails:   cannot; who publishes bounds it by bytes() and unacknowledged().
//
// What was published lies here as the frames that go out, so that sending it again is no more than going back.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/hub/frame.h"

namespace leat::hub::client {

class Outgoing {
 public:
  uint64_t publish(Publish message);  // gives it its number, which it answers: 1, 2, 3 ...
  void control(const Frame& frame);   // goes in front of the messages that were not sent

  void restart();                               // another connection: nothing was sent, and no control frame is left
  void open(bool is) { open_ = is; }            // may messages be sent
  void window(uint64_t most) { most_ = most; }  // so many unacknowledged ones

  std::string_view front();  // bytes to send next; empty: there are none, or they may not be sent yet
  void sent(size_t bytes);   // of front()

  void acknowledged(uint64_t upto);  // of those published
  void forget();                     // lets go of all of them, as if they were

  uint64_t published() const { return next_ - 1; }
  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t unacknowledged() const { return published() - acknowledged_; }
  size_t bytes() const { return bytes_; }  // of what is kept
  size_t control_bytes() const { return control_.size(); }

 private:
  struct Block {
    std::string bytes;
    uint64_t first = 0;            // number of its first message
    std::vector<uint32_t> ends{};  // of each
    uint64_t last() const { return first + ends.size() - 1; }
  };
  static constexpr size_t kBlock = 64 * 1024;

  bool between() const { return done_ == 0 ? offset_ == 0 : blocks_[at_].ends[done_ - 1] == offset_; }
  void skip();
  void trim();

  std::string control_;
  size_t control_sent_ = 0;
  bool control_next_ = false;  // front() gave of it
  std::deque<Block> blocks_;
  size_t bytes_ = 0;
  uint64_t next_ = 1, acknowledged_ = 0;
  uint64_t most_ = UINT64_MAX;
  bool open_ = false;
  // What goes next: of this block, behind so many bytes, which are so many whole messages.
  size_t at_ = 0, offset_ = 0, done_ = 0;
};

}  // namespace leat::hub::client
