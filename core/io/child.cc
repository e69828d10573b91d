#include "core/io/child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "core/io/loop.h"

namespace leat {

struct Child::Process {
  uv_process_t handle;
  OnExit on_exit;
  bool running = false;

  void close() {
    uv_close(reinterpret_cast<uv_handle_t*>(&handle), [](uv_handle_t* closed) { delete static_cast<Process*>(closed->data); });
  }
};

Result<std::unique_ptr<Child>> Child::spawn(Loop& loop, const std::string& command, bool reads, OnExit on_exit) {
  const auto failed = [&](int code) {
    return Error{reads ? Error::Kind::no_input : Error::Kind::io, fmt::format("cannot run '{}': {}", command, std::strerror(code)), {}};
  };
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return failed(errno);
  Descriptor theirs(fds[reads ? 1 : 0], Descriptor::Kind::stream, true);
  std::unique_ptr<Child> child(new Child);
  child->pipe_ = Descriptor(fds[reads ? 0 : 1], Descriptor::Kind::stream, true);
  fcntl(child->pipe_.fd(), F_SETFL, O_NONBLOCK);
  fcntl(child->pipe_.fd(), F_SETPIPE_SZ, 1 << 20);

  const char* words[] = {"sh", "-c", command.c_str(), nullptr};
  uv_stdio_container_t streams[3] = {};
  streams[0].flags = reads ? UV_IGNORE : UV_INHERIT_FD;  // ignored: /dev/null
  streams[1].flags = streams[2].flags = UV_INHERIT_FD;
  streams[reads ? 1 : 0].data.fd = theirs.fd();
  if (!reads) streams[1].data.fd = STDOUT_FILENO;
  streams[2].data.fd = STDERR_FILENO;
  uv_process_options_t options{};
  options.file = "/bin/sh";
  options.args = const_cast<char**>(words);
  options.flags = UV_PROCESS_DETACHED;
  options.stdio_count = 3;
  options.stdio = streams;
  options.exit_cb = [](uv_process_t* handle, int64_t status, int signal) {
    auto* process = static_cast<Process*>(handle->data);
    process->running = false;
    if (!process->on_exit) return;
    process->on_exit(signal != 0   ? fmt::format("was killed by signal {}", signal)
                     : status != 0 ? fmt::format("exited with {}", status)
                                   : "");
  };
  auto* process = child->process_ = new Process{{}, std::move(on_exit)};
  process->handle.data = process;
  const int code = uv_spawn(static_cast<uv_loop_t*>(loop.native()), &process->handle, &options);
  process->handle.data = process;
  process->running = code == 0;
  if (code != 0) return failed(-code);
  return child;
}

void Child::terminate() {
  if (process_->running) ::kill(-process_->handle.pid, SIGTERM);
}

Child::~Child() {
  process_->on_exit = nullptr;
  if (process_->running) {
    const pid_t pid = process_->handle.pid;
    ::kill(-pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  process_->close();
}

}  // namespace leat
