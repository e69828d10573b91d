// Caller: the outside that a call sends its records to, one request each.
// Owner:   the call's Relay, which it calls back.
// Thread:  the loop's, answers included.   Blocks: never, but for the end of processes it has just killed.
// Fails:   open() as an end does; a request by its Answer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/stage/call.h"

namespace leat {

struct Request {
  uint64_t number;     // of the attempt; no two have the same
  std::string body;    // the record, encoded
  std::string target;  // where to, if records say so themselves
  std::string trace;   // the record's traceparent, if it has a good one
};

struct Answer {
  enum class Kind : uint8_t {
    reply,
    failed,
    unsent,  // it was never looked at, as far as anybody knows: it is sent again, and that was no attempt
    begun,   // no answer yet: what went before it is out of the way, and its time begins
  };
  uint64_t number;
  Kind kind = Kind::reply;
  std::string body = {};               // the reply
  Reason why = {};                     // it failed
  bool again = true;                   // another attempt may go better
  std::optional<Duration> wait = {};   // ... but not before this
  std::optional<Duration> pause = {};  // nothing at all should be sent before this
};

class Caller {
 public:
  using OnAnswers = std::function<void(std::vector<Answer>)>;

  Caller() = default;
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  virtual ~Caller() = default;

  virtual Done open(CallHost& host, OnAnswers on_answers) = 0;
  virtual bool queues() const { return false; }  // requests wait for each other, and it tells when one has begun; any thread
  virtual void send(std::vector<Request> requests) = 0;
  virtual void cancel(uint64_t number) = 0;                 // nobody waits for it any more
  virtual void rest() {}                                    // everything has been sent, unless something has to be sent again
  virtual void close(std::function<void()> on_closed) = 0;  // nothing will be sent any more, and everything is answered
  virtual void abandon() = 0;                               // at once, whatever is under way
};

}  // namespace leat
