// Child: a command of the user's, run by sh, with one pipe between it and us; its stderr is ours.
// Owner:   its source or sink.   Thread: the loop's.
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

#include "core/base/result.h"
#include "core/io/descriptor.h"

namespace leat {

class Loop;

class Child {
 public:
  // One line of how it ended, as "exited with 3" or "was killed by signal 9"; empty: well.
  using OnExit = std::function<void(std::string how)>;

  // `reads`: we read its stdout; else we write its stdin. The other is /dev/null, or our own stdout.
  static Result<std::unique_ptr<Child>> spawn(Loop& loop, const std::string& command, bool reads, OnExit on_exit);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  Descriptor take_pipe() { return std::move(pipe_); }
  void terminate();  // asks it to end

 private:
  struct Process;
  Child() = default;

  Process* process_ = nullptr;  // outlives this until libuv has closed it
  Descriptor pipe_;
};

}  // namespace leat
