#include "core/io/child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/io/loop.h"

namespace leat {

struct Child::Process {
  uv_process_t handle;
  OnExit on_exit;
  bool spawned = false;  // libuv knows the handle
  bool running = false;

  void close() {
    if (!spawned) {
      delete this;
      return;
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&handle), [](uv_handle_t* closed) { delete static_cast<Process*>(closed->data); });
  }
};

namespace {

Error cannot(const std::string& command, int code, Error::Kind kind) {
  return {kind, fmt::format("cannot run '{}': {}", command, std::strerror(code)), {}};
}

}  // namespace

Result<std::unique_ptr<Child>> Child::spawn(Loop& loop, const std::string& command, bool reads, OnExit on_exit) {
  std::unique_ptr<Child> child(new Child);
  const int code = child->run(loop, {"/bin/sh", "-c", command}, reads ? kOut : kIn, std::move(on_exit));
  if (code != 0) return cannot(command, code, reads ? Error::Kind::no_input : Error::Kind::io);
  fcntl(child->pipes_[reads ? 1 : 0].fd(), F_SETPIPE_SZ, 1 << 20);
  return child;
}

Result<std::unique_ptr<Child>> Child::start(Loop& loop, const std::vector<std::string>& words, uint8_t pipes, OnExit on_exit) {
  std::unique_ptr<Child> child(new Child);
  const int code = child->run(loop, words, pipes, std::move(on_exit));
  if (code != 0) return cannot(words.front(), code, Error::Kind::no_input);
  return child;
}

Done Child::find(const std::string& program) {
  if (program.find('/') != std::string::npos) {
    if (::access(program.c_str(), X_OK) == 0) return {};
    return cannot(program, errno, Error::Kind::no_input);
  }
  const char* path = std::getenv("PATH");
  std::string_view left = path ? path : "/usr/bin:/bin";
  while (!left.empty()) {
    const std::string_view folder = left.substr(0, left.find(':'));
    left.remove_prefix(std::min(left.size(), folder.size() + 1));
    if (::access(fmt::format("{}/{}", folder.empty() ? "." : folder, program).c_str(), X_OK) == 0) return {};
  }
  return cannot(program, ENOENT, Error::Kind::no_input);
}

int Child::run(Loop& loop, const std::vector<std::string>& words, uint8_t pipes, OnExit on_exit) {
  auto* process = process_ = new Process{{}, std::move(on_exit)};
  Descriptor theirs[3];
  uv_stdio_container_t streams[3] = {};
  for (int i = 0; i < 3; ++i) {
    streams[i].flags = i == 0 && !(pipes & kIn) ? UV_IGNORE : UV_INHERIT_FD;  // ignored: /dev/null
    streams[i].data.fd = i;
    if (!(pipes & (1 << i))) continue;
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) != 0) return errno;
    const int ours = i == 0 ? 1 : 0;
    theirs[i] = Descriptor(fds[1 - ours], Descriptor::Kind::stream, true);
    pipes_[i] = Descriptor(fds[ours], Descriptor::Kind::stream, true);
    fcntl(fds[ours], F_SETFL, O_NONBLOCK);
    streams[i].data.fd = theirs[i].fd();
  }
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  uv_process_options_t options{};
  options.file = argv.front();
  options.args = argv.data();
  options.flags = UV_PROCESS_DETACHED;
  options.stdio_count = 3;
  options.stdio = streams;
  options.exit_cb = [](uv_process_t* handle, int64_t status, int signal) {
    auto* ended = static_cast<Process*>(handle->data);
    ended->running = false;
    const OnExit call = std::exchange(ended->on_exit, nullptr);  // it may destroy its child
    if (!call) return;
    call(signal != 0 ? fmt::format("was killed by signal {}", signal) : status != 0 ? fmt::format("exited with {}", status) : "");
  };
  const int code = uv_spawn(static_cast<uv_loop_t*>(loop.native()), &process->handle, &options);
  process->handle.data = process;
  process->spawned = true;
  process->running = code == 0;
  return -code;
}

void Child::terminate() {
  if (process_->running) ::kill(-process_->handle.pid, SIGTERM);
}

void Child::kill() {
  if (process_->spawned) ::kill(-process_->handle.pid, SIGKILL);
}

Child::~Child() {
  if (!process_) return;
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
