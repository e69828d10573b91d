// Message: a publish frame as it lies in memory, read and written in place: what every message that passes the hub goes through.
// Owner:   views point into the frame.   Thread: any.   Blocks: never.
// Fails:   read(): answers what it is not; it reads no byte outside the frame, whatever that says.
//
// The library's reader takes 104 ns for such a frame where this takes 44, and building one anew 200 (speed of the broker per message,
// 16 B). This is the only frame with a reader of our own; tests/fuzz/hub_message_fuzz.cc holds it against the library's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/hub/frame.h"

namespace leat::hub {

struct Message {
  enum class Read : uint8_t {
    publish,
    other,   // another frame, or one the library has to be asked about (several segments)
    broken,  // no frame at all, or one in which stamp() would change more than its own fields
  };

  std::string_view subject, payload, key, reply_to;
  uint64_t seq = 0, number = 0, producer = 0;
  int64_t time = 0;
  uint32_t from = 0, flags = 0, ttl_ms = 0;
  Level ack = Level::none;
  const char* fields = nullptr;  // of the struct's data, in the frame

  // `frame` is one whole frame.
  static Read read(std::string_view frame, Message& out);
  // Its time alone, for a tenth of the work; 0: it is none that read() takes.
  static int64_t time_of(std::string_view frame);

  // Fills in what only the hub knows, in the bytes that the message was read from, which are the caller's.
  struct Sender {
    uint32_t session = 0;
    uint64_t producer = 0;
  };
  void stamp(char* frame, const char* origin, uint64_t number_in_history, int64_t now, const Sender& sender) const;
};

// Appends the message as one frame of one segment. The texts are the caller's to have checked.
void write(const Publish& message, std::string& out);

// Appends a deliver frame, without the library: there is one for every run of messages.
void write(const Deliver& run, std::string& out);

}  // namespace leat::hub
