// Child: a command of the user's, with pipes between it and us where we want them; its other streams are ours.
// Owner:   its source, sink or call.   Thread: the loop's.
// Blocks:  the destructor waits for a child it has just killed.
// Fails:   spawn with no_input or io when there is no process to be had; how the command itself ended comes by on_exit.
//
// The child leads a process group of its own: a pipeline inside the command is killed with it, and Ctrl-C, which means drain to
// us, does not cut off a command whose output or input is part of what must be drained.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/descriptor.h"

namespace leat {

class Loop;

class Child {
 public:
  // One line of how it ended, as "exited with 3" or "was killed by signal 9"; empty: well.
  using OnExit = std::function<void(std::string how)>;

  // Which of its streams are pipes; a stdin that is none is /dev/null.
  enum Pipes : uint8_t { kIn = 1, kOut = 2, kErr = 4 };

  // A line of sh. `reads`: we read its stdout; else we write its stdin.
  static Result<std::unique_ptr<Child>> spawn(Loop& loop, const std::string& command, bool reads, OnExit on_exit);
  // A program, by its path or found along PATH, and its arguments.
  static Result<std::unique_ptr<Child>> start(Loop& loop, const std::vector<std::string>& words, uint8_t pipes, OnExit on_exit);
  static Done find(const std::string& program);  // is there one to start
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  Descriptor take(Pipes which) { return std::move(pipes_[which / 2]); }  // our side
  void terminate();                                                      // asks it to end
  void kill();                                                           // it and all it has started; its exit is still told

 private:
  struct Process;
  Child() = default;
  int run(Loop& loop, const std::vector<std::string>& words, uint8_t pipes, OnExit on_exit);  // 0 or the errno

  Process* process_ = nullptr;  // outlives this until libuv has closed it
  Descriptor pipes_[3];
};

}  // namespace leat
