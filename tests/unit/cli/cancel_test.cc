// Runs that are cut short leave nothing behind: no descriptor, no memory, no file.
#include <malloc.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>

#include <gtest/gtest.h>

#include "cli/load_argv.h"
#include "cli/world.h"
#include "core/io/loop.h"
#include "pipelines/build.h"
#include "pipelines/runner.h"
#include "tests/support/scratch.h"

namespace leat {
namespace {

namespace fs = std::filesystem;

size_t open_descriptors() { return static_cast<size_t>(std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{})); }

size_t bytes_in_use() { return mallinfo2().uordblks; }

class CancelTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }

  int connect() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, socket().c_str());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return fd;
  }
  const fs::path& folder() const { return folder_.path(); }
  std::string socket() const { return folder_ / "s"; }
  std::string out() const { return folder_ / "out.ndjson"; }

  // A run with records in every stage of it, aborted as a second signal or a passed deadline would.
  void run_and_cancel() {
    const std::vector<std::string> words{"--threads", GetParam(), "--from", "unix-listen:" + socket(),
                                         "filter",    ".a",       "then",   "map",
                                         "{a}",       "then",     "window", "1h",
                                         "--by",      ".a",       "--emit", "{n: count}",
                                         "then",      "batch",    "10",     "--latency",
                                         "1h",        "--to",     out()};
    Loaded loaded = load_argv(words);
    ASSERT_TRUE(loaded.problems.empty()) << loaded.problems.front().message;
    World world{clock_, random_, environment_};
    const std::vector<std::pair<std::string, std::string>> variables;
    Problems problems;
    Graph graph = build(loaded.spec, {&world, &variables}, problems);
    ASSERT_TRUE(problems.empty());
    Loop loop(clock_);
    RunOptions options;
    options.threads = GetParam()[0] - '0';
    options.report = [](const std::string&) {};
    Runner runner(std::move(graph), loop, clock_, options);
    ASSERT_TRUE(runner.start());
    const int client = connect();
    const std::string_view records = "{\"a\":1}\n{\"a\":2}\n{\"a\":";  // the last is cut off
    ASSERT_EQ(::write(client, records.data(), records.size()), static_cast<ssize_t>(records.size()));
    loop.pulse(std::chrono::milliseconds(1), [&] {
      if (runner.ledger().read == 2) runner.abort();
    });
    loop.run();
    EXPECT_EQ(runner.ledger().read, 2u);
    ::close(client);
  }

 private:
  RealClock clock_;
  RealRandom random_;
  RealEnvironment environment_;
  const test::Scratch folder_;
};

TEST_P(CancelTest, AThousandRunsLeaveDescriptorsAndMemoryAsTheyWere) {
  for (int i = 0; i < 10; ++i) ASSERT_NO_FATAL_FAILURE(run_and_cancel());  // what is made once and kept
  const size_t descriptors = open_descriptors(), bytes = bytes_in_use();
  for (int i = 0; i < 1000; ++i) ASSERT_NO_FATAL_FAILURE(run_and_cancel());
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_LT(bytes_in_use(), bytes + 64 * 1024) << "less than 64 bytes a run";
  EXPECT_TRUE(fs::is_empty(folder())) << "neither the socket nor a file that was not finished";
}

INSTANTIATE_TEST_SUITE_P(Threads, CancelTest, testing::Values("1", "2"));

}  // namespace
}  // namespace leat
