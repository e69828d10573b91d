// RunEach: one process for each request: the record on its stdin, the reply on its stdout.
// Owner:   the call's Relay.   Thread: the loop's.
// Blocks:  for the end of processes it has killed when the run is cut short, and for a stderr of ours that takes nothing.
// Fails:   a request whose process cannot be started, ends otherwise than with 0 or prints too much.
//
// The process may leave its input unread. Its exit ends the reply, and what it has left running.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/io/channel.h"
#include "core/io/child.h"
#include "stages/call/caller.h"

namespace leat {

class RunEach final : public Caller {
 public:
  RunEach(std::vector<std::string> command, size_t most) : command_(std::move(command)), most_(most) {}

  Done open(CallHost& host, OnAnswers on_answers) override;
  void send(std::vector<Request> requests) override;
  void cancel(uint64_t number) override;
  void close(std::function<void()> on_closed) override;
  void abandon() override;

 private:
  struct Run {
    std::string body;
    size_t written = 0;
    std::string reply;
    std::string said;  // the last line on its stderr, as far as it goes
    std::unique_ptr<Child> child;
    Channel in, out, err;
    bool cancelled = false;
  };

  std::optional<Error> start(Request& request, Run& run);
  void write(uint64_t number);
  void read(uint64_t number);
  void listen(uint64_t number);
  bool drain(Run& run);
  void hear(Run& run);
  void exited(uint64_t number, const std::string& how);
  void answer(Answer answer);

  const std::vector<std::string> command_;
  const size_t most_;  // bytes of a reply
  CallHost* host_ = nullptr;
  OnAnswers on_answers_;
  std::function<void()> on_closed_;
  std::map<uint64_t, Run> runs_;
};

}  // namespace leat
