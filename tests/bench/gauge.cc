// Runs a shell command and says what it cost. A program of its own, because what a child is charged for includes the
// memory of the process that forked it: a scripting language would hide every figure below its own size.
//
//   gauge run TIMES COMMAND     each time prints: wall first user sys (seconds)  rss (KiB)  bytes  status
//   gauge lone TIMES COMMAND    writes lone records, 3 ms apart, and prints how long each took to come back, in microseconds
//
// Output goes through a pipe and is thrown away by us, never to /dev/null: some programs stop early when they see that.
// user and sys are of all processes of the command; rss is of the largest of them; first is when the first byte came.
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>

namespace {

double now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6; }

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(2);
}

// A command between pipes; without `feed` it reads the empty input.
struct Child {
  pid_t pid;
  int in, out;
};

Child start(const char* command, bool feed) {
  int in[2] = {-1, -1}, out[2];
  if ((feed && pipe2(in, O_CLOEXEC)) || pipe2(out, O_CLOEXEC)) give_up("gauge: pipe");
  const pid_t pid = fork();
  if (pid < 0) give_up("gauge: fork");
  if (pid == 0) {
    dup2(feed ? in[0] : open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    dup2(out[1], 1);
    std::signal(SIGPIPE, SIG_DFL);
    execl("/bin/sh", "sh", "-c", command, static_cast<char*>(nullptr));
    _exit(127);
  }
  close(out[1]);
  if (feed) close(in[0]);
  return {pid, in[1], out[0]};
}

char discarded[1 << 20];

void run(const char* command) {
  const double began = now();
  const Child child = start(command, false);
  double first = 0;
  long long bytes = 0;
  while (const ssize_t n = read(child.out, discarded, sizeof discarded)) {
    if (n < 0) give_up("gauge: read");
    if (!bytes) first = now() - began;
    bytes += n;
  }
  int status = 0;
  rusage used{};
  if (wait4(child.pid, &status, 0, &used) < 0) give_up("gauge: wait");
  const double wall = now() - began;
  close(child.out);
  std::printf("%.6f %.6f %.6f %.6f %ld %lld %d\n", wall, bytes ? first : wall, seconds(used.ru_utime), seconds(used.ru_stime),
              used.ru_maxrss, bytes, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

// One record there and back: written to an idle program, waited for until its line is out.
double there_and_back(const Child& child, std::string_view record) {
  const double began = now();
  if (write(child.in, record.data(), record.size()) < 0) give_up("gauge: write");
  for (;;) {
    pollfd wait{child.out, POLLIN, 0};
    if (poll(&wait, 1, 5000) != 1) {
      std::fputs("gauge: a record did not come back within 5 s\n", stderr);
      std::exit(2);
    }
    const ssize_t n = read(child.out, discarded, sizeof discarded);
    if (n <= 0) give_up("gauge: read");
    if (std::memchr(discarded, '\n', static_cast<size_t>(n))) return now() - began;
  }
}

void lone(long times, const char* command) {
  constexpr std::string_view kRecord = "{\"ts\":\"2025-05-20T08:00:00.004Z\",\"status\":503,\"host\":\"web-10\",\"latency_ms\":13.063}\n";
  const Child child = start(command, true);
  there_and_back(child, kRecord);  // the first waits for the program to start
  for (long i = 0; i < times; ++i) {
    constexpr timespec kIdle{0, 3'000'000};
    nanosleep(&kIdle, nullptr);
    std::printf("%.1f\n", there_and_back(child, kRecord) * 1e6);
  }
  close(child.in);
  waitpid(child.pid, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc == 4 ? argv[1] : "";
  const long times = argc == 4 ? std::strtol(argv[2], nullptr, 10) : 0;
  if ((what != "run" && what != "lone") || times < 1) {
    std::fputs("usage: gauge run|lone TIMES COMMAND\n", stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  if (what == "lone")
    lone(times, argv[3]);
  else
    for (long i = 0; i < times; ++i) run(argv[3]);
}
