// hub_load: publishers and subscribers of one subject at a hub, or at a server that is compared with it, as fast as they go.
//   hub_load leat|nats unix:PATH|HOST:PORT PUBLISHERS SUBSCRIBERS BYTES SECONDS
// Prints deliveries per second, and the other side's CPU per published message (its process id from LEAT_HUB_PID).
// The clients do nothing but write prepared bytes and count bytes, so that it is the server that is measured.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "core/hub/frame.h"
#include "core/hub/message.h"

namespace {

using Clock = std::chrono::steady_clock;
using namespace leat;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

int dial(const std::string& place) {
  if (place.starts_with("unix:")) {
    sockaddr_un name{AF_UNIX, {}};
    std::strncpy(name.sun_path, place.c_str() + 5, sizeof name.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) die("connect");
    return fd;
  }
  sockaddr_in name{};
  const size_t colon = place.rfind(':');
  name.sin_family = AF_INET, name.sin_port = htons(static_cast<uint16_t>(std::atoi(place.c_str() + colon + 1)));
  inet_pton(AF_INET, place.substr(0, colon).c_str(), &name.sin_addr);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) die("connect");
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

bool put(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

struct Protocol {
  std::string hello, subscribe, message;
  size_t delivered;  // bytes for one message; what comes for a run of them is left out, so the count is a little high
};

Protocol leat_protocol(size_t size, int number) {
  Protocol p;
  encode(hub::Hello{1, "load-" + std::to_string(::getpid()) + "-" + std::to_string(number), {}, 0}, p.hello);
  encode(hub::Subscribe{.id = 1, .pattern = "bench.a", .messages = hub::kEndless, .bytes = hub::kEndless}, p.subscribe);
  write(hub::Publish{.subject = "bench.a", .payload = std::string(size, 'x')}, p.message);
  p.delivered = p.message.size();
  return p;
}

Protocol nats_protocol(size_t size) {
  const std::string payload(size, 'x'), length = std::to_string(size);
  return {"CONNECT {\"verbose\":false,\"pedantic\":false}\r\n", "SUB bench.a 1\r\n", "PUB bench.a " + length + "\r\n" + payload + "\r\n",
          ("MSG bench.a 1 " + length + "\r\n" + payload + "\r\n").size()};
}

double cpu_of(const char* pid) {
  if (!pid) return 0;
  std::ifstream file("/proc/" + std::string(pid) + "/stat");
  std::string word;
  double ticks = 0;
  for (int i = 1; i <= 15 && file >> word; ++i)
    if (i >= 14) ticks += std::atof(word.c_str());
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return std::fprintf(stderr, "hub_load leat|nats PLACE PUBLISHERS SUBSCRIBERS BYTES SECONDS\n"), 2;
  const bool nats = std::string_view(argv[1]) == "nats";
  const std::string place = argv[2];
  const int publishers = std::atoi(argv[3]), subscribers = std::atoi(argv[4]);
  const auto size = static_cast<size_t>(std::atoi(argv[5]));
  const double seconds = std::atof(argv[6]);
  const auto protocol = [&](int number) { return nats ? nats_protocol(size) : leat_protocol(size, number); };
  std::atomic<uint64_t> received{0}, published{0};
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  std::vector<int> sockets;
  for (int i = 0; i < subscribers; ++i) {
    const Protocol p = protocol(i);
    sockets.push_back(dial(place));
    put(sockets.back(), p.hello + p.subscribe);
    threads.emplace_back([&, fd = sockets.back()] {
      std::vector<char> room(256 * 1024);
      for (ssize_t n; (n = ::recv(fd, room.data(), room.size(), 0)) > 0;) received += static_cast<uint64_t>(n);
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  received = 0;
  const char* pid = std::getenv("LEAT_HUB_PID");
  const double cpu = cpu_of(pid);
  const auto begun = Clock::now();
  for (int i = 0; i < publishers; ++i) {
    const Protocol p = protocol(100 + i);
    sockets.push_back(dial(place));
    put(sockets.back(), p.hello);
    threads.emplace_back([&, p, fd = sockets.back()] {
      std::string many;
      uint64_t count = 0;
      while (many.size() < 128 * 1024) many += p.message, ++count;
      while (!over && put(fd, many)) published += count;
    });
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const double took = std::chrono::duration<double>(Clock::now() - begun).count();
  const double deliveries = static_cast<double>(received) / static_cast<double>(protocol(0).delivered);
  const double spent = cpu_of(pid) - cpu;
  std::printf("%s %d->%d %zu B: %.0f deliveries/s, %.0f ns of CPU for one published\n", argv[1], publishers, subscribers, size,
              deliveries / took, spent * 1e9 / (static_cast<double>(published) + 1));
  over = true;
  for (const int fd : sockets) ::shutdown(fd, SHUT_RDWR);
  for (std::thread& thread : threads) thread.join();
  for (const int fd : sockets) ::close(fd);
}
