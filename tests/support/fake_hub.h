// FakeHub: the other side of the protocol as a test wants it: what clients send is kept, its history is given to who subscribes.
// Owner:   the test.   Thread: one.   Blocks: never.
// Fails:   what breaks the protocol is kept in `broken`.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/hub/frame.h"

namespace leat::test {

class FakeHub {
 public:
  // One connection at a time. A new one begins with nothing said.
  void connect();
  void feed(std::string_view bytes);
  std::string out;  // what it says; the test takes it

  void publish(std::string subject, std::string payload, uint32_t flags = 0, std::string reply_to = {});  // by somebody else
  void say(const hub::Frame& frame) { hub::encode(frame, out); }

  uint64_t id = 7;
  uint32_t max_frame = 64 * 1024, heartbeat_ms = 10'000, window = 4096;
  bool keeps_history = true, acknowledges = true;
  uint64_t highest_unacknowledged = 0;            // of what it had read and not acknowledged, at most
  std::map<std::string, std::string> refuses;     // payload -> code
  std::vector<std::string> kept, subjects, keys;  // of what it took, in order, once each
  std::vector<hub::Publish> taken;                // the same; its texts are gone
  std::vector<hub::Subscribe> subscribed;         // every time somebody did
  std::vector<hub::Ack> acks;
  std::vector<std::string> hellos;  // names
  std::vector<uint64_t> delivered;  // numbers, as they went out, again and again
  std::set<uint64_t> done;          // that were acknowledged to it
  std::string broken;

 private:
  void take(std::string_view frame);
  void take(const hub::Publish& message);
  void deliver();
  void deliver(uint64_t below);

  std::string in_;
  bool greeted_ = false;
  std::map<uint64_t, uint64_t> last_;  // number of each producer
  uint64_t producer_ = 0;
  std::vector<hub::PubAck::Refused> refused_;
  uint64_t seen_ = 0, told_ = 0;      // of this connection
  std::vector<std::string> history_;  // frames; the first has number 1
  uint64_t cursor_ = 0;               // the number that goes next; 0: nobody has subscribed
  uint64_t end_ = 0;                  // of the history when somebody did; 0: told
  uint64_t messages_ = 0, bytes_ = 0;
};

}  // namespace leat::test
