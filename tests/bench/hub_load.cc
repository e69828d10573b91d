// hub_load: clients of a broker, leat's or another, that do as little as they can, so that it is the broker that is measured.
//   hub_load fan     PROTOCOL PLACE PUBLISHERS SUBSCRIBERS BYTES SECONDS [PID]   as fast as it goes
//   hub_load latency PROTOCOL PLACE RATE BYTES SECONDS                           one publisher, one subscriber
//   hub_load kept    PROTOCOL PLACE SUBJECT WINDOW BYTES SECONDS|COUNTx          publishes that are acknowledged, so many on their way
//   hub_load replay  PROTOCOL PLACE SUBJECT COUNT BYTES                          reads what is kept, from its beginning
//   hub_load stuck   PROTOCOL PLACE BYTES SECONDS                                fan 1->1, and a subscriber that takes nothing
//   hub_load idle    PROTOCOL PLACE COUNT                                        subscribers that wait, until standard input ends
// PROTOCOL: leat nats jetstream redis mqtt. PLACE: unix:PATH or HOST:PORT. Each prints one line of JSON.
// LEAT_TOKEN in the environment is what our hub is shown.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/hub_speech.h"

namespace {

using Clock = std::chrono::steady_clock;
using leat::bench::Speech;
using namespace std::chrono_literals;

const std::string kSubject = "bench.a";

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "hub_load: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

double since(Clock::time_point begun) { return std::chrono::duration<double>(Clock::now() - begun).count(); }

// A connection that has said hello.
class Client {
 public:
  Client(const std::string& protocol, const std::string& place, const std::string& name) : speech(Speech::make(protocol)) {
    if (!speech) die("no protocol " + protocol);
    fd = place.starts_with("unix:") ? local(place.substr(5)) : tcp(place);
    say(speech->hello("load-" + std::to_string(::getpid()) + "-" + name));
  }
  ~Client() { ::close(fd); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool say(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return true;
  }
  // Says it and waits until it has been heard.
  void settle(const std::string& bytes) {
    say(bytes + speech->sync());
    size_t heard = 0, answer = 0;
    while (answer == 0) {
      const ssize_t n = ::recv(fd, room_.data() + heard, room_.size() - heard, 0);
      if (n <= 0) die("the other side has ended");
      heard += static_cast<size_t>(n);
      answer = speech->answered({room_.data(), heard});
      if (answer > 0 || heard < room_.size() / 2) continue;
      keep(speech->messages({room_.data(), heard}).used, heard);
      heard = kept_;
    }
    keep(answer, heard);  // others may publish already
  }
  // Reads once and counts with one of the speech's functions; false: it has ended.
  bool hear(Speech::Count (Speech::*count)(std::string_view), uint64_t& into, int flags = 0) {
    const ssize_t n = ::recv(fd, room_.data() + kept_, room_.size() - kept_, flags);
    if (n <= 0) return n < 0 && errno == EAGAIN;
    const size_t size = kept_ + static_cast<size_t>(n);
    const Speech::Count counted = (speech.get()->*count)({room_.data(), size});
    into += counted.count;
    const std::string answer = speech->owed({room_.data(), counted.used});
    keep(counted.used, size);
    return say(answer);
  }
  void end() const { ::shutdown(fd, SHUT_RDWR); }
  void rest() { room_ = {}; }  // hears nothing more

  const std::unique_ptr<Speech> speech;
  int fd = -1;

 private:
  void keep(size_t begin, size_t end) {
    kept_ = end - begin;
    std::memmove(room_.data(), room_.data() + begin, kept_);
  }
  static int local(const std::string& path) {
    sockaddr_un name{AF_UNIX, {}};
    std::strncpy(name.sun_path, path.c_str(), sizeof name.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) die("cannot connect to " + path);
    return fd;
  }
  static int tcp(const std::string& place) {
    sockaddr_in name{};
    const size_t colon = place.rfind(':');
    name.sin_family = AF_INET, name.sin_port = htons(static_cast<uint16_t>(std::atoi(place.c_str() + colon + 1)));
    inet_pton(AF_INET, place.substr(0, colon).c_str(), &name.sin_addr);
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0) die("cannot connect to " + place);
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
  }

  std::vector<char> room_ = std::vector<char>(256 * 1024);
  size_t kept_ = 0;
};

std::string payload_of(size_t size) { return Speech::kMark + std::string(size - 1, 'x'); }

// So many copies that one write is worth it.
std::string many_of(const std::string& message, uint64_t& count) {
  std::string many;
  for (count = 0; many.size() < 128 * 1024; ++count) many += message;
  return many;
}

double cpu_of(const char* pid) {
  std::ifstream file("/proc/" + std::string(pid) + "/stat");
  std::string word;
  double ticks = 0;
  for (int i = 1; i <= 15 && file >> word; ++i)
    if (i >= 14) ticks += std::atof(word.c_str());
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Words {
  const std::string protocol, place;
  char** rest;
  const char* text(int i) const { return rest[i]; }
  long number(int i) const { return std::atol(rest[i]); }
};

// Reads what comes until the end, counting it where others can see.
struct Listener {
  Listener(const Words& words, size_t bytes, const std::string& name) : client(words.protocol, words.place, name) {
    client.speech->message(kSubject, payload_of(bytes));
    client.settle(client.speech->subscribe(kSubject));
  }
  void listen() {
    thread = std::thread([this] {
      uint64_t own = 0;
      for (auto last = Clock::now(); client.hear(&Speech::messages, own);) {
        if (own == count) continue;
        const auto now = Clock::now();
        if (count > 0 && now - last > 50ms) stalled = stalled + std::chrono::duration<double>(now - last).count();
        last = now;
        count = own;
      }
      gone = true;
    });
  }
  void end() {
    client.end();
    thread.join();
  }
  Client client;
  std::atomic<uint64_t> count{0};
  std::atomic<double> stalled{0};  // seconds of pauses longer than 50 ms
  std::atomic<bool> gone{false};
  std::thread thread;
};

// Publishes as fast as it goes; what it is told is read and forgotten.
struct Publisher {
  Publisher(const Words& words, size_t bytes, const std::string& name) : client(words.protocol, words.place, name) {
    many = many_of(client.speech->message(kSubject, payload_of(bytes)), each);
    client.settle({});
  }
  void publish(const std::atomic<bool>& over) {
    writer = std::thread([this, &over] {
      while (!over && client.say(many)) published += each;
    });
    reader = std::thread([this] {
      std::vector<char> room(64 * 1024);
      while (::recv(client.fd, room.data(), room.size(), 0) > 0) {
      }
    });
  }
  void end() {
    client.end();
    writer.join(), reader.join();
  }
  Client client;
  std::string many;
  uint64_t each = 0;
  std::atomic<uint64_t> published{0};
  std::thread writer, reader;
};

int fan(const Words& words) {
  const auto bytes = static_cast<size_t>(words.number(2));
  const double seconds = std::atof(words.text(3));
  std::vector<std::unique_ptr<Listener>> listeners;
  std::vector<std::unique_ptr<Publisher>> publishers;
  for (long i = 0; i < words.number(1); ++i) listeners.push_back(std::make_unique<Listener>(words, bytes, "s" + std::to_string(i)));
  for (long i = 0; i < words.number(0); ++i) publishers.push_back(std::make_unique<Publisher>(words, bytes, "p" + std::to_string(i)));
  std::atomic<bool> over{false};
  for (const auto& one : listeners) one->listen();
  for (const auto& one : publishers) one->publish(over);
  const auto sum = [](const auto& all, auto member) {
    uint64_t made = 0;
    for (const auto& one : all) made += (*one).*member;
    return made;
  };
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds / 10));  // until it is under way
  const char* pid = words.text(4);
  const double cpu = pid ? cpu_of(pid) : 0;
  const uint64_t received = sum(listeners, &Listener::count), published = sum(publishers, &Publisher::published);
  const auto begun = Clock::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const double took = since(begun);
  const auto got = static_cast<double>(sum(listeners, &Listener::count) - received);
  const auto put = static_cast<double>(sum(publishers, &Publisher::published) - published);
  const double spent = pid ? cpu_of(pid) - cpu : 0;
  over = true;
  for (const auto& one : publishers) one->end();
  for (const auto& one : listeners) one->end();
  std::printf("{\"rate\":%.0f,\"cpu_ns\":%.1f}\n", got / took, put > 0 ? spent * 1e9 / put : 0);
  return 0;
}

// Payloads say which they are: @0000000017@xxx, whatever else the protocol puts around them.
int latency(const Words& words) {
  constexpr size_t kDigits = 10;
  const auto bytes = std::max<size_t>(kDigits + 2, static_cast<size_t>(words.number(1)));
  const auto period = std::chrono::duration<double>(1.0 / static_cast<double>(words.number(0)));
  const auto count = static_cast<size_t>(std::atof(words.text(2)) / period.count());
  Client publisher(words.protocol, words.place, "p"), subscriber(words.protocol, words.place, "s");
  subscriber.settle(subscriber.speech->subscribe(kSubject));
  publisher.settle({});
  std::vector<Clock::time_point> sent(count);
  std::vector<double> took;
  std::thread reader([&] {
    std::vector<char> room(64 * 1024);
    std::string heard;
    while (took.size() < count) {
      const ssize_t n = ::recv(subscriber.fd, room.data(), room.size(), 0);
      if (n <= 0) break;
      const auto now = Clock::now();
      heard.append(room.data(), static_cast<size_t>(n));
      size_t at = 0;
      for (size_t mark; (mark = heard.find(Speech::kMark, at)) != heard.npos && mark + kDigits + 1 < heard.size(); at = mark + 1) {
        const std::string_view digits = std::string_view(heard).substr(mark + 1, kDigits);
        if (heard[mark + kDigits + 1] != Speech::kMark || !std::all_of(digits.begin(), digits.end(), ::isdigit)) continue;
        took.push_back(std::chrono::duration<double, std::micro>(now - sent[std::strtoul(digits.data(), nullptr, 10)]).count());
      }
      heard.erase(0, std::max(at, heard.size() < kDigits + 2 ? 0 : heard.size() - kDigits - 2));
    }
  });
  const auto begun = Clock::now();
  for (size_t i = 0; i < count; ++i) {
    std::this_thread::sleep_until(begun + std::chrono::duration_cast<Clock::duration>(period * static_cast<double>(i)));
    const std::string number = std::to_string(i), zeros(kDigits - number.size(), '0');
    const std::string payload = Speech::kMark + zeros + number + Speech::kMark + std::string(bytes - kDigits - 2, 'x');
    const std::string message = publisher.speech->message(kSubject, payload);
    sent[i] = Clock::now();
    publisher.say(message);
  }
  reader.join();
  std::sort(took.begin(), took.end());
  if (took.size() < count) die("messages are missing");
  std::printf("{\"p50_us\":%.1f,\"p99_us\":%.1f}\n", took[count / 2], took[count * 99 / 100]);
  return 0;
}

int kept(const Words& words) {
  const std::string subject = words.text(0), until = words.text(3);
  const auto window = static_cast<uint64_t>(words.number(1));
  const std::string payload = payload_of(static_cast<size_t>(words.number(2)));
  const uint64_t most = until.ends_with('x') ? static_cast<uint64_t>(std::atol(until.c_str())) : UINT64_MAX;
  const double seconds = most == UINT64_MAX ? std::atof(until.c_str()) : 600;
  Client client(words.protocol, words.place, "k");
  if (client.speech->kept(subject, payload, 1).empty()) die("this protocol keeps nothing");
  client.settle(client.speech->prepare(subject));
  uint64_t put = 0, acknowledged = 0;
  const auto begun = Clock::now();
  while (acknowledged < most && since(begun) < seconds) {
    std::string many;
    while (put < most && put - acknowledged < window && many.size() < 256 * 1024) many += client.speech->kept(subject, payload, ++put);
    if (!client.say(many)) die("the other side has ended");
    const bool full = put == most || put - acknowledged >= window;
    if (!client.hear(&Speech::acknowledged, acknowledged, full ? 0 : MSG_DONTWAIT)) die("the other side has ended");
  }
  std::printf("{\"rate\":%.0f}\n", static_cast<double>(acknowledged) / since(begun));
  return 0;
}

int replay(const Words& words) {
  const auto count = static_cast<uint64_t>(words.number(1));
  const std::string subject = words.text(0), payload = payload_of(static_cast<size_t>(words.number(2)));
  Client client(words.protocol, words.place, "r");
  client.settle({});
  client.speech->kept(subject, payload, 1);  // so that it knows them again
  const std::string asked = client.speech->replay(subject);
  if (asked.empty()) die("this protocol replays nothing");
  uint64_t got = 0;
  const auto begun = Clock::now();
  client.say(asked);
  while (got < count)
    if (!client.hear(&Speech::messages, got)) die("the other side has ended");
  std::printf("{\"rate\":%.0f}\n", static_cast<double>(got) / since(begun));
  return 0;
}

int stuck(const Words& words) {
  const auto bytes = static_cast<size_t>(words.number(0));
  Listener deaf(words, bytes, "deaf"), listener(words, bytes, "s");
  Publisher publisher(words, bytes, "p");
  std::atomic<bool> over{false};
  listener.listen();
  publisher.publish(over);
  std::this_thread::sleep_for(std::chrono::duration<double>(std::atof(words.text(1))));
  over = true;
  publisher.writer.join();
  // What is still on its way may come late: brokers are known that stand still for ten seconds.
  auto quiet = Clock::now();
  for (uint64_t before = 0; listener.count < publisher.published && !listener.gone && Clock::now() - quiet < 15s;) {
    if (std::exchange(before, listener.count.load()) != listener.count) quiet = Clock::now();
    std::this_thread::sleep_for(10ms);
  }
  const uint64_t lost = publisher.published - std::min<uint64_t>(publisher.published, listener.count);
  std::printf("{\"published\":%llu,\"lost\":%llu,\"stalled\":%.3f,\"cut_off\":%s}\n",
              static_cast<unsigned long long>(publisher.published.load()), static_cast<unsigned long long>(lost), listener.stalled.load(),
              listener.gone ? "true" : "false");
  publisher.client.end();
  publisher.reader.join();
  listener.end();
  return 0;
}

int idle(const Words& words) {
  std::vector<std::unique_ptr<Client>> clients;
  for (long i = 0; i < words.number(0); ++i) {
    clients.push_back(std::make_unique<Client>(words.protocol, words.place, "i" + std::to_string(i)));
    clients.back()->settle(clients.back()->speech->subscribe("idle." + std::to_string(i)));
    clients.back()->rest();
  }
  std::printf("{\"here\":%zu}\n", clients.size());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

struct Mode {
  const char* name;
  int words;  // that it needs
  int (*run)(const Words&);
};
constexpr Mode kModes[] = {{"fan", 4, fan},       {"latency", 3, latency}, {"kept", 4, kept},
                           {"replay", 3, replay}, {"stuck", 2, stuck},     {"idle", 1, idle}};

}  // namespace

int main(int argc, char** argv) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  for (const Mode& mode : kModes)
    if (argc >= 4 + mode.words && std::string_view(argv[1]) == mode.name) return mode.run({argv[2], argv[3], argv + 4});
  return std::fprintf(stderr, "hub_load fan|latency|kept|replay|stuck|idle PROTOCOL PLACE ...: see its source\n"), 2;
}
