// Session: a client's side of the protocol, without a socket: bytes come in and go out, and in between stands what must outlive a
// connection: messages nobody has acknowledged, and how far its subscription has come.
// Owner:   a Connection, or a test.   Thread: one.   Blocks: never; time is an argument.
// Fails:   got() and tick(): the connection is of no use any more; what comes next is lost() and, with another one, connected().
//
// What is published is kept until it is acknowledged and sent again, under its old number, on the next connection. A subscription is asked
// for again behind the last message that came where it reads from a history, and live where it does not. What arrives waits in pieces of
// whole frames until it is taken, bounded by the credit it came under.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/hub/client/outgoing.h"
#include "core/hub/client/splitter.h"
#include "core/hub/frame.h"

namespace leat::hub::client {

class Session {
 public:
  struct Options {
    std::string name, token;
    uint64_t producer = 0;
    uint64_t window = UINT64_MAX;                  // no more unacknowledged, whatever the hub would take
    Duration patience = std::chrono::seconds(10);  // for welcome
    std::optional<Duration> ack_timeout;           // nothing is acknowledged for so long though something is owed
  };
  enum class State : uint8_t { down, greeting, up };

  explicit Session(Options options) : options_(std::move(options)) { out_.window(options_.window); }

  // The connection. `now` never goes back.
  void connected(Duration now);
  void lost();
  char* room(size_t& size) { return splitter_.room(size); }
  Done got(size_t bytes, Duration now);
  std::string_view front() { return out_.front(); }
  void sent(size_t bytes) { out_.sent(bytes); }
  Done tick(Duration now);  // asks who is silent, and gives up on who stays so
  Duration due() const;     // when tick() should be called again
  State state() const { return state_; }
  std::string_view code() const { return code_; }  // of the last failure: lost, timeout, protocol, or the hub's word
  bool drains() const { return drains_; }

  // Publishing.
  uint64_t publish(const Publish& message);
  uint64_t room() const;  // so many more may be published now; 0 before the first welcome
  const Outgoing& out() const { return out_; }
  void forget() { out_.forget(); }

  // One subscription. Its credit is that of `wanted`: what is taken of it is granted again. `to_end`: what comes behind all that its
  // history held when it was asked for is nobody's.
  void subscribe(Subscribe wanted, bool to_end = false);
  void acknowledge(Ack ack);
  struct Piece {
    std::string frames;
    uint32_t messages = 0, attempt = 1;
  };
  std::optional<Piece> take();
  bool waiting() const { return inbox_messages_ > 0; }
  void enough() { enough_ = true; }  // what comes from now on is nobody's

  void control(const Control& asked);  // its Report is an event

  // What else has come, in order; welcome is among it. A Deliver has no messages: the end of what the history held.
  using Event = std::variant<Welcome, PubAck, Subscribed, Deliver, Gap, Fault, Drain, Report>;
  std::vector<Event> events() { return std::exchange(events_, {}); }
  const Welcome& welcome() const { return welcome_; }
  bool welcomed() const { return welcome_.max_frame > 0; }  // once at least

 private:
  Done fail(std::string_view code, std::string text);
  Done read(std::string_view bytes);
  Done greeted(Welcome&& welcome);
  Done heard(Frame&& frame);
  Done acked(PubAck&& ack);
  Done begin_run(const Deliver& run);
  Done add(std::string_view message);
  Done end_of_read(std::string_view last_message);
  void ask();
  void grant();

  static constexpr size_t kFull = 4 * 1024 * 1024;  // of messages nobody has acknowledged
  static constexpr size_t kPiece = 256 * 1024;
  static constexpr size_t kControl = 1024 * 1024;  // frames in answer to frames: whoever makes us owe more floods us

  const Options options_;
  Outgoing out_;
  Splitter splitter_;
  State state_ = State::down;
  bool drains_ = false, asked_ = false;
  bool owes_ = false;           // something was unacknowledged at the last tick
  Duration heard_{}, owing_{};  // when the last bytes came; since when nothing was acknowledged
  Duration ticked_{};
  Welcome welcome_;
  std::string code_;
  std::vector<Event> events_;

  std::optional<Subscribe> wanted_;
  bool to_end_ = false, enough_ = false;
  bool in_history_ = false;                         // it reads from one
  uint64_t last_ = 0;                               // the highest number that came
  uint64_t next_ = 0;                               // the first that could, when it was subscribed
  Deliver run_;                                     // what is still to come of it
  int64_t credit_messages_ = 0, credit_bytes_ = 0;  // that the hub has left
  uint32_t taken_messages_ = 0, taken_bytes_ = 0;   // and not granted again yet
  std::deque<Piece> inbox_;
  uint32_t inbox_messages_ = 0, inbox_bytes_ = 0;
};

}  // namespace leat::hub::client
