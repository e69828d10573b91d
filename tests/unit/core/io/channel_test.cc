// The loop, descriptors and channels over real pipes, sockets and files. Nothing here waits for time.
#include "core/io/channel.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/fake_ends.h"
#include "tests/support/scratch.h"

namespace leat {
namespace {

class Io : public testing::Test {
 protected:
  Io() { std::signal(SIGPIPE, SIG_IGN); }

  const test::Scratch scratch;
  const std::string folder = scratch.path();
  test::FakeClock clock;
};

bool nonblocking(int fd) { return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }

size_t open_descriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST_F(Io, PostedJobsRunInOrderOnTheLoopThread) {
  Loop loop(clock);
  std::vector<int> seen;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i)
      loop.post([&, i] {
        EXPECT_TRUE(loop.here());
        seen.push_back(i);
      });
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
  ASSERT_EQ(seen.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST_F(Io, AWakeDuringTheStepIsNotLost) {
  Loop loop(clock);
  int steps = 0;
  loop.work([&] {
    if (++steps == 3) return loop.stop(), false;
    loop.wake();
    return false;
  });
  loop.run();
  EXPECT_EQ(steps, 3);
}

TEST_F(Io, AWakeFromAnotherThreadStartsTheWorkAgain) {
  Loop loop(clock);
  std::atomic<int> steps{0};
  std::thread other;
  loop.work([&] {
    if (++steps == 1) other = std::thread([&] { loop.wake(); });
    if (steps == 2) loop.stop();
    return false;
  });
  loop.run();
  other.join();
  EXPECT_EQ(steps, 2);
}

TEST_F(Io, AStopBeforeTheRunLeavesNothingOpen) {
  { const Loop first(clock); }  // libuv keeps a pipe for signals from its first loop on
  const size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    Loop loop(clock);
    loop.stop();
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Io, ATimerComesOnceAndCanBeSetAgain) {
  Loop loop(clock);
  int rings = 0;
  std::unique_ptr<Timer> timer = loop.timer([&] {
    if (++rings == 2) return loop.stop();
    timer->start(std::chrono::milliseconds(1));
  });
  timer->start(std::chrono::hours(1));
  timer->start(Duration::zero());
  loop.run();
  EXPECT_EQ(rings, 2);
}

// What the shell gives us as stdin or stdout is shared with our neighbours.
TEST_F(Io, ASharedDescriptionNeverBecomesNonBlocking) {
  int pipe_fds[2], sockets[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
  Loop loop(clock);
  for (int fd : {pipe_fds[0], sockets[0]}) {
    const int saved = dup(STDIN_FILENO);
    ASSERT_GE(dup2(fd, STDIN_FILENO), 0);
    auto input = Descriptor::input("-");
    ASSERT_TRUE(input);
    char byte;
    EXPECT_EQ(input->read(&byte, 1), Descriptor::kWait) << "an empty pipe must not block";
    Channel channel(loop, std::move(*input), [](Watch::Event) {});
    channel.await(true, false);
    EXPECT_FALSE(nonblocking(fd));
    channel.close();
    dup2(saved, STDIN_FILENO);
    close(saved);
  }
  for (int fd : {pipe_fds[0], pipe_fds[1], sockets[0], sockets[1]}) close(fd);
}

TEST_F(Io, AFifoNobodyHasOpenedYetIsNotAtItsEnd) {
  const std::string path = folder + "/fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  auto input = Descriptor::input(path);
  ASSERT_TRUE(input);
  char bytes[8];
  EXPECT_EQ(input->read(bytes, sizeof bytes), Descriptor::kWait);
  const int writer = ::open(path.c_str(), O_WRONLY);
  ASSERT_EQ(::write(writer, "ab", 2), 2);
  EXPECT_EQ(input->read(bytes, sizeof bytes), 2);
  EXPECT_EQ(input->read(bytes, sizeof bytes), Descriptor::kWait);
  close(writer);
  EXPECT_EQ(input->read(bytes, sizeof bytes), 0);
}

TEST_F(Io, ADirectoryAndAMissingFileAreRefusedWithOneClearLine) {
  const auto directory = Descriptor::input(folder);
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().kind, Error::Kind::no_input);
  EXPECT_EQ(directory.error().text, "cannot read " + folder + ": Is a directory");
  const auto missing = Descriptor::input(folder + "/none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::no_input);
  EXPECT_EQ(missing.error().text, "cannot open " + folder + "/none: No such file or directory");
}

TEST_F(Io, OpeningAndFailingLeaksNoDescriptor) {
  const std::string path = folder + "/fifo";
  mkfifo(path.c_str(), 0600);
  const size_t before = open_descriptors();
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(Descriptor::input(folder));
    EXPECT_TRUE(Descriptor::input(path));
    EXPECT_TRUE(Descriptor::create(folder + "/file", true));
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Io, AFullDeviceSaysSo) {
  auto full = Descriptor::create("/dev/full", true);
  ASSERT_TRUE(full);
  EXPECT_EQ(full->write("x", 1), -ENOSPC);
}

TEST_F(Io, AReaderThatLeavesIsToldToAWriterThatHasNothingToSay) {
  const std::string path = folder + "/fifo";
  mkfifo(path.c_str(), 0600);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
  auto output = Descriptor::create(path, true);
  ASSERT_TRUE(output);
  Loop loop(clock);
  Watch::Event told = Watch::Event::ready;
  Channel channel(loop, std::move(*output), [&](Watch::Event event) { told = event, loop.stop(); });
  channel.await(false, false);
  close(reader);
  loop.run();
  EXPECT_EQ(told, Watch::Event::broken);
}

// Closing on a lane hands the descriptor to the loop thread: its number must not come back while libuv still watches it.
TEST_F(Io, ChannelsAreMadeAndClosedOnAnotherThread) {
  Loop loop(clock);
  const size_t before = open_descriptors();
  std::atomic<int> events{0};
  std::thread lane([&] {
    for (int i = 0; i < 50; ++i) {
      int fds[2];
      ASSERT_EQ(pipe2(fds, O_NONBLOCK), 0);
      Descriptor reader(fds[0], Descriptor::Kind::stream, true), writer(fds[1], Descriptor::Kind::stream, true);
      const int seen = events;
      Channel channel(loop, std::move(reader), [&](Watch::Event) { ++events; });
      channel.await(true, false);
      ASSERT_EQ(writer.write("x", 1), 1);
      while (events == seen) std::this_thread::yield();
      char byte;
      EXPECT_EQ(channel.read(&byte, 1), 1);
    }
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  lane.join();
  EXPECT_EQ(events, 50);
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace leat
