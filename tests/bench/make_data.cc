// Prints a log of web requests that looks like a real one and is the same on every machine: records of about 370 bytes,
// with nested fields, escapes, Unicode, nulls and missing fields; one in twenty written by another program's hand
// (other key order, spaces, an array). What demos, tests and benches read.
//
//   make_data [--bytes 100MB] [--seed N] [--broken PERCENT] [--text] [--tally]
//
// --broken makes that share of the lines no JSON: cut short, foreign text, or bytes that are not UTF-8.
// --text   prints the same requests as plain log lines.
// --tally  ends with `records=N broken=N errors=N` on stderr; errors: good records with a status of 500 or more.
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace {

// splitmix64: small, quick, and the same everywhere, which std's distributions are not.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>((next() >> 32) * n >> 32); }
  bool once_in(uint32_t n) { return below(n) == 0; }
  template <size_t N>
  std::string_view of(const std::string_view (&list)[N]) {
    return list[below(N)];
  }

 private:
  uint64_t state_;
};

constexpr std::string_view kRoutes[] = {"/api/v1/items/", "/api/v1/users/", "/api/v1/orders/", "/api/v1/carts/",
                                        "/static/img/",   "/search/q",      "/checkout/",      "/api/v2/items/"};
constexpr std::string_view kAgents[] = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "curl/8.5.0",
    "python-requests/2.32.3",
    "okhttp/4.12.0",
};
constexpr std::string_view kNames[] = {"ana", "bj\xc3\xb6rn", "chlo\xc3\xa9", "dmitri", "\xe6\x84\x9b", "farid", "g\xc3\xbcl", "hana"};
constexpr std::string_view kMessages[] = {
    R"(request served)",
    R"(cache \"edge-2\" missed, asked the origin)",
    R"(wrote C:\\logs\\web\\access.log)",
    R"(caf\u00e9 menu rendered in two languages)",
    R"(slow query: SELECT \"id\" FROM orders WHERE state = 'open')",
    R"(line one\nline two)",
    R"(retry 1 of 3 after \"connection reset\")",
};
constexpr std::string_view kForeign[] = {"#Fields: date time s-ip cs-method", "<134>May 20 10:02:11 gw kernel: eth0: link up", "}, {",
                                         "Traceback (most recent call last):", "nan"};

// One request, before it is written down. Its two spellings draw no lots, so both see the same requests.
struct Request {
  int64_t at_ms;
  uint64_t serial;
  uint32_t host, route, item, user, agent, message, bytes;
  int status, upstream_status;
  double latency_ms;
  std::string_view method;
};

class Traffic {
 public:
  explicit Traffic(uint64_t seed) : dice_(seed) {}

  Request next() {
    clock_ms_ += dice_.below(8);  // 3.5 ms apart: 285 requests a second
    Request r{};
    r.serial = ++serial_;
    r.at_ms = dice_.once_in(64) ? clock_ms_ - dice_.below(2000) : clock_ms_;  // a few arrive out of order
    r.host = std::min(dice_.below(24), dice_.below(24));
    r.route = std::min(dice_.below(std::size(kRoutes)), dice_.below(std::size(kRoutes)));
    r.item = dice_.below(100000);
    r.user = std::min(dice_.below(50000), dice_.below(50000));
    r.agent = dice_.below(std::size(kAgents));
    r.message = std::min(dice_.below(std::size(kMessages)), dice_.below(std::size(kMessages)));
    r.method = dice_.once_in(5) ? "POST" : "GET";
    r.status = status();
    // A trap for whoever looks for the key and not for the path: one time in three it differs from the outer one.
    r.upstream_status = dice_.once_in(3) ? 503 : r.status;
    r.bytes = 200 + dice_.below(40000);
    r.latency_ms = latency(r);
    return r;
  }

  Dice& dice() { return dice_; }

 private:
  int status() {
    const uint32_t lot = dice_.below(1000);
    if (lot < 14) return lot < 9 ? 500 : lot < 12 ? 503 : 502;
    if (lot < 60) return lot < 50 ? 404 : 403;
    return lot < 130 ? 304 : lot < 200 ? 201 : 200;
  }
  double latency(const Request& r) {  // a long tail; some endpoints are slower than others, and errors slower than anything
    const double x = (dice_.below(1u << 20) + 1) / double(1u << 20);
    const double ms = (3 + 12 * (1 / std::sqrt(x) - 1)) * (1 + 0.4 * r.route) * (r.status >= 500 ? 9 : 1);
    return std::round(std::min(ms, 9000.0) * 1000) / 1000;
  }

  Dice dice_;
  int64_t clock_ms_ = 1747728000000;  // 2025-05-20T08:00:00Z
  uint64_t serial_ = 0;
};

// Appends to a buffer that always has room for one more line.
class Line {
 public:
  explicit Line(char* at) : begin_(at), at_(at) {}
  Line& operator<<(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
    return *this;
  }
  Line& operator<<(uint64_t n) { return number(n); }
  Line& operator<<(uint32_t n) { return number(n); }
  Line& operator<<(int n) { return number(n); }
  Line& ms(double value) {  // three decimals at most, no trailing zeros, as a logger prints them
    const auto thousandths = static_cast<uint64_t>(std::llround(value * 1000));
    number(thousandths / 1000);
    if (uint64_t rest = thousandths % 1000) {
      *at_++ = '.';
      for (uint64_t unit = 100; rest; rest %= unit, unit /= 10) *at_++ = static_cast<char>('0' + rest / unit);
    }
    return *this;
  }
  Line& padded(uint64_t n, int width) {
    for (int i = width - 1; i >= 0; --i, n /= 10) at_[i] = static_cast<char>('0' + n % 10);
    at_ += width;
    return *this;
  }
  // RFC 3339 with milliseconds, UTC. The log begins on 20 May and kMostBytes of it end before June: no calendar is needed.
  Line& time(int64_t at_ms) {
    const auto in_may = static_cast<uint64_t>(at_ms - 1746057600000);  // 2025-05-01T00:00:00Z
    *this << "2025-05-";
    padded(1 + in_may / 86400000, 2) << "T";
    padded(in_may / 3600000 % 24, 2) << ":";
    padded(in_may / 60000 % 60, 2) << ":";
    padded(in_may / 1000 % 60, 2) << ".";
    return padded(in_may % 1000, 3) << "Z";
  }
  char* begin() const { return begin_; }
  char* end() const { return at_; }
  void end(char* at) { at_ = at; }

 private:
  template <class N>
  Line& number(N n) {
    at_ = std::to_chars(at_, at_ + 24, n).ptr;
    return *this;
  }
  char* begin_;
  char* at_;
};

std::string_view level(const Request& r) { return r.status >= 500 ? "error" : r.status >= 400 ? "warn" : "info"; }

Line& path(Line& out, const Request& r) { return out << kRoutes[r.route] << r.item; }

Line& user(Line& out, const Request& r) { return out << kNames[r.user % std::size(kNames)] << r.user; }

Line& upstream(Line& out, const Request& r, std::string_view colon, std::string_view comma) {
  out << "{\"name\"" << colon << "\"pool-" << r.host % 4 << "\"" << comma << "\"status\"" << colon << r.upstream_status << comma
      << "\"attempt\"" << colon << 1 + r.upstream_status / 500 << comma << "\"ms\"" << colon;
  return out.ms(r.latency_ms / 2) << "}";
}

void json(Line& out, const Request& r) {
  out << R"({"ts":")";
  out.time(r.at_ms) << R"(","level":")" << level(r) << R"(","status":)" << r.status << R"(,"method":")" << r.method << R"(","path":")";
  path(out, r) << R"(","host":"web-)";
  out.padded(r.host, 2) << "\"";
  if (r.user % 10 == 1)
    out << R"(,"user":null)";
  else if (r.user % 10 != 2)
    user(out << R"(,"user":")", r) << "\"";
  out << R"(,"latency_ms":)";
  out.ms(r.latency_ms) << R"(,"bytes":)" << r.bytes << R"(,"upstream":)";
  upstream(out, r, ":", ",") << R"(,"ua":")" << kAgents[r.agent] << R"(","msg":")" << kMessages[r.message] << R"(","id":)" << r.serial
                             << "}";
}

// The same record from another program: spaces, another order, tags.
void other_json(Line& out, const Request& r) {
  out << R"({"id": )" << r.serial << R"(, "upstream": )";
  upstream(out, r, ": ", ", ") << R"(, "msg": ")" << kMessages[r.message] << R"(", "tags": ["batch", "zone-)" << r.host % 3
                               << R"("], "host": "web-)";
  out.padded(r.host, 2) << R"(", "latency_ms": )";
  out.ms(r.latency_ms) << R"(, "path": ")";
  path(out, r) << R"(", "method": ")" << r.method << R"(", "user": ")";
  user(out, r) << R"(", "bytes": )" << r.bytes << R"(, "level": ")" << level(r) << R"(", "status": )" << r.status << R"(, "ts": ")";
  out.time(r.at_ms) << R"(", "ua": ")" << kAgents[r.agent] << "\"}";
}

void text(Line& out, const Request& r) {
  out.time(r.at_ms) << " web-";
  out.padded(r.host, 2) << " " << level(r) << " " << r.method << " ";
  path(out, r) << " " << r.status << " " << r.bytes << " ";
  out.ms(r.latency_ms) << "ms user=";
  user(out, r) << " id=" << r.serial << " \"" << kAgents[r.agent] << "\" \"" << kMessages[r.message] << "\"";
}

// Makes of a good line one that no JSON parser takes.
void spoil(Line& out, Dice& dice) {
  const auto length = static_cast<uint32_t>(out.end() - out.begin());
  switch (dice.below(3)) {
    case 0:
      out.end(out.begin() + 1 + dice.below(length - 2));
      break;
    case 1:
      out.end(out.begin()), out << dice.of(kForeign) << " " << dice.next();
      break;
    default:
      std::memcpy(std::strchr(out.begin(), ':') + 2, "\xff\xfe", 2);  // inside or right before the first value
  }
}

constexpr uint64_t kMostBytes = 50'000'000'000;

struct Options {
  uint64_t bytes = 100'000'000, seed = 1;
  double broken = 0;
  bool text = false, tally = false;
};

std::optional<uint64_t> size(std::string_view words) {
  uint64_t n = 0;
  auto [rest, wrong] = std::from_chars(words.begin(), words.end(), n);
  if (wrong != std::errc()) return std::nullopt;
  const std::string_view unit(rest, static_cast<size_t>(words.end() - rest));
  if (unit.empty() || unit == "B") return n;
  if (unit == "KB" || unit == "k") return n * 1000;
  if (unit == "MB" || unit == "M") return n * 1000000;
  if (unit == "GB" || unit == "G") return n * 1000000000;
  return std::nullopt;
}

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--text")
      options.text = true;
    else if (word == "--tally")
      options.tally = true;
    else if (i + 1 == argc)
      return std::nullopt;
    else if (word == "--broken")
      options.broken = std::atof(argv[++i]);
    else if (word == "--bytes" || word == "--seed") {
      const auto n = size(argv[++i]);
      if (!n) return std::nullopt;
      (word == "--seed" ? options.seed : options.bytes) = *n;
    } else
      return std::nullopt;
  }
  if ((options.text && options.broken > 0) || options.bytes > kMostBytes) return std::nullopt;
  return options;
}

// Standard output in blocks of 256 KiB.
class Output {
 public:
  char* room() { return block_.data() + used_; }
  bool take(size_t bytes) {
    used_ += bytes;
    return used_ < kBlock || flush();
  }
  bool flush() {
    const char* at = block_.data();
    while (used_) {
      const ssize_t n = ::write(1, at, used_);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return false;
      at += n, used_ -= static_cast<size_t>(n);
    }
    return true;
  }

 private:
  static constexpr size_t kBlock = 256 * 1024, kLongestLine = 4096;
  std::string block_ = std::string(kBlock + kLongestLine, '\0');
  size_t used_ = 0;
};

struct Tally {
  uint64_t records = 0, broken = 0, errors = 0;
};

bool write_log(const Options& options, Tally& tally) {
  Traffic traffic(options.seed);
  Dice spoiler(~options.seed);  // dice of its own: the good records are the same whatever the share of broken ones
  const auto broken_of_million = static_cast<uint32_t>(options.broken * 10000);
  Output output;
  for (uint64_t written = 0; written < options.bytes;) {
    const Request request = traffic.next();
    Line line(output.room());
    if (options.text)
      text(line, request);
    else if (request.serial % 20 == 7)
      other_json(line, request);
    else
      json(line, request);
    const bool broken = spoiler.below(1000000) < broken_of_million;
    if (broken) spoil(line, spoiler);
    line << "\n";
    ++tally.records, tally.broken += broken, tally.errors += !broken && request.status >= 500;
    const auto length = static_cast<size_t>(line.end() - line.begin());
    written += length;
    if (!output.take(length)) return false;
  }
  return output.flush();
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  if (!options) {
    std::fputs("usage: make_data [--bytes 100MB] [--seed N] [--broken PERCENT] [--text] [--tally]\n", stderr);
    return 2;
  }
  Tally tally;
  if (!write_log(*options, tally)) {
    if (errno != EPIPE) std::perror("make_data");
    return 1;
  }
  if (options->tally)
    std::fprintf(stderr, "records=%llu broken=%llu errors=%llu\n", static_cast<unsigned long long>(tally.records),
                 static_cast<unsigned long long>(tally.broken), static_cast<unsigned long long>(tally.errors));
}
