// Coprocess: a few long-lived processes, each given one line for a record and asked for one line back, in order.
// Owner:   the call's Relay.   Thread: the loop's.
// Blocks:  for the end of processes it has killed when the run is cut short.
// Fails:   of a process that dies, prints too long a line or one that nobody asked for: the record it should have answered first. What
//          it has not answered besides is sent again, to a new process, after a wait that grows while they die without an answer.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <string>

#include "core/io/channel.h"
#include "core/io/child.h"
#include "stages/call/caller.h"

namespace leat {

class Coprocess final : public Caller {
 public:
  Coprocess(std::vector<std::string> command, size_t processes, size_t most)
      : command_(std::move(command)), processes_(processes), most_(most) {}

  Done open(CallHost& host, OnAnswers on_answers) override;
  bool queues() const override { return true; }
  void send(std::vector<Request> requests) override;
  void cancel(uint64_t number) override;
  void rest() override;
  void close(std::function<void()> on_closed) override;
  void abandon() override;

 private:
  struct Worker {
    std::unique_ptr<Child> child;
    Channel in, out;
    std::string lines;          // to be written
    size_t written = 0;         // of them
    std::deque<uint64_t> owed;  // answers, in order
    std::string line;           // of its output, not ended yet
    bool ends = false;          // its input is to be closed behind what is to be written
    bool dying = false;         // it is killed; only its exit is awaited
  };
  using Workers = std::list<Worker>;

  Worker* worker();
  void write(Worker& worker);
  void read(Worker& worker);
  bool take(Worker& worker, std::string_view text, std::vector<Answer>& answers);
  void fail(Worker& worker, Reason why, bool again);
  void exited(Worker& worker, const std::string& how);

  const std::vector<std::string> command_;
  const size_t processes_, most_;
  CallHost* host_ = nullptr;
  OnAnswers on_answers_;
  std::function<void()> on_closed_;
  Workers workers_;
  std::optional<Error> cannot_;  // the last start
  uint32_t deaths_ = 0;          // since the last answer
};

}  // namespace leat
