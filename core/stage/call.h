// Call: a stage that sends its records to the outside and goes on with the replies, which come in later turns.
// Owner:   the graph.
// Thread:  open() and abandon() on the loop thread, before the run and when nothing holds the turn any more; the rest under the turn.
// Blocks:  never: what it cannot send yet waits in it, and Turn::hold pauses what brings more.
// Fails:   open() as an end does; per record through Turn::fail_taken.
//
// To the runner it is a stage that is not finished when its input is: its readers end once it is idle. Until a record is answered
// (Turn::reply), fails or is dropped it counts as pending.
#pragma once

#include <functional>

#include "core/stage/stage.h"

namespace leat {

class Loop;

// What a call may ask of the runner besides its turns.
class CallHost {
 public:
  virtual ~CallHost() = default;
  virtual Loop& loop() = 0;
  virtual void post(std::function<void(Turn&)> job) = 0;  // any thread: run under the turn, in a turn of the call
  virtual void note(std::string text) = 0;                // one line for the user about what is no error of the run; any thread
  virtual void circuit(std::string_view from, std::string_view to, const std::string& why) { (void)from, (void)to, (void)why; }  // turn
  virtual bool stopped() const = 0;  // a failed record ended the run (--strict): what is not answered stays so
};

class Call : public Stage {
 public:
  virtual Done open(CallHost& host) = 0;
  virtual bool idle() const = 0;          // nothing is under way; asked once no more will come
  virtual bool asking() const = 0;        // the other side owes it something: an answer, its end
  virtual void unwanted(Turn& turn) = 0;  // nobody reads its replies any more: lets go of what it has taken
  virtual void abandon() = 0;             // the run is cut short: everything under way ends, undelivered
};

}  // namespace leat
