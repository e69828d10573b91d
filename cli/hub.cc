#include "cli/hub.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "cli/hub_history.h"
#include "cli/hub_http.h"
#include "cli/report.h"
#include "cli/run.h"
#include "cli/words.h"
#include "cli/world.h"
#include "core/hub/broker/data.h"
#include "core/hub/broker/server.h"
#include "core/hub/log/posix_disk.h"
#include "core/hub/place.h"
#include "core/io/loop.h"
#include "pipelines/options.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr auto kOptions = std::to_array<Option>({
    {.name = "listen",
     .kind = Kind::text,
     .value = "PLACE",
     .help = "unix-listen:PATH or tcp-listen://HOST:PORT of this machine; by default the socket that clients look for",
     .repeat = true},
    {.name = "history",
     .kind = Kind::text,
     .value = "PATTERN[,KEY=V]...",
     .help = "keep the messages of these subjects: name=NAME count=N bytes=SIZE age=DURATION per-subject=N",
     .repeat = true},
    {.name = "data", .kind = Kind::text, .value = "DIR", .help = "keep histories in this folder: what is acknowledged is on the disk"},
    {.name = "open", .kind = Kind::flag, .value = "", .help = "let everybody on this machine publish and subscribe, without a token"},
    {.name = "max_clients", .kind = Kind::count, .value = "N", .help = "connections at a time", .fallback = "20000"},
    {.name = "max_message", .kind = Kind::size, .value = "SIZE", .help = "the longest message", .fallback = "8MiB"},
    {.name = "heartbeat",
     .kind = Kind::duration,
     .value = "DURATION",
     .help = "a client silent for two is asked, for three is gone",
     .fallback = "10s"},
    {.name = "grace",
     .kind = Kind::duration,
     .value = "DURATION",
     .help = "how long publishers wait for a subscriber that takes nothing",
     .fallback = "250ms"},
    {.name = "drain",
     .kind = Kind::duration,
     .value = "DURATION",
     .help = "how long a first signal lets clients take what waits",
     .fallback = "10s"},
    {.name = "http",
     .kind = Kind::text,
     .value = "HOST:PORT",
     .help = "answer /metrics (OpenMetrics), /live and /ready there; of this machine"},
});

constexpr uint64_t kMostMessage = 64u << 20;

// For a word that has no place: which of the commands behind hub it was to be.
std::string meant(std::string_view word) {
  constexpr std::string_view kPrefix = "hub ";
  std::vector<std::string_view> known;
  for (const Command& command : commands())
    if (command.name.starts_with(kPrefix)) known.push_back(command.name.substr(kPrefix.size()));
  return word.starts_with('-') ? std::string() : did_you_mean(word, known);
}

// The folder of the socket that everybody looks for is nobody else's.
Result<std::string> default_place(const Environment& environment) {
  const std::string path = hub::default_socket(environment.get("XDG_RUNTIME_DIR").value_or("").c_str(), ::getuid());
  const std::string folder = std::filesystem::path(path).parent_path();
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return Error{Error::Kind::io, fmt::format("cannot make {}: {}", folder, std::strerror(errno)), {}};
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0 || info.st_uid != ::getuid() || (info.st_mode & 077) != 0)
    return Error{Error::Kind::io, fmt::format("{} is not a folder of yours alone", folder),
                 "its mode is to be 0700; or name another place with --listen"};
  return "unix-listen:" + path;
}

Result<hub::Broker::Options> broker_options(const Settings& own, Random& random) {
  hub::Broker::Options made;
  made.id = random.next();
  made.max_frame = static_cast<uint32_t>(std::min(*own.count("max_message"), kMostMessage)) + 1024;
  made.heartbeat = *own.duration("heartbeat");
  made.grace = *own.duration("grace");
  made.access.owner = ::getuid();
  made.access.open = own.flag("open");
  for (const Setting::Value& value : own.values("history")) {
    auto history = history_of_word(value.text, made.histories);
    if (!history) return history.error();
    if (history->per_subject > 0 && own.find("data"))
      return Error{Error::Kind::usage, fmt::format("--history {}: per-subject is for histories in memory", value.text),
                   "on disk whole segments go, by count, bytes and age"};
    made.histories.push_back(std::move(*history));
  }
  return made;
}

// The first signal drains, the second one kills at once.
class Ending {
 public:
  Ending(Loop& loop, hub::Broker& broker, hub::Server& server, Duration grace, const Clock& clock)
      : loop_(loop), broker_(broker), server_(server), grace_(grace), clock_(clock), timer_(loop.timer([this] { look(); })) {}

  void begin(std::string_view why) {
    loop_.forget_signals();
    until_ = later(clock_.now(), grace_);
    broker_.drain(grace_, why);
    server_.close();
    loop_.wake();
    timer_->start(kLook);
  }

 private:
  static constexpr auto kLook = std::chrono::milliseconds(20);

  void look() {
    if (broker_.drained() || clock_.now() >= until_) return loop_.stop();
    timer_->start(kLook);
  }

  Loop& loop_;
  hub::Broker& broker_;
  hub::Server& server_;
  const Duration grace_;
  const Clock& clock_;
  std::unique_ptr<Timer> timer_;
  Instant until_{};
};

int serve(hub::Broker::Options options, const hub::Server::Options& places, const std::string& data, const std::string& http,
          Duration grace) {
  const RealClock clock;
  const Settings globals(global_options());
  const Reporter reporter(clock, globals);
  const auto note = [&reporter](const std::string& line) { reporter.say(Level::note, line); };
  std::signal(SIGPIPE, SIG_IGN);
  const auto refuse = [&](const Error& error) {
    reporter.error(error.hint.empty() ? error.text : fmt::format("{} ({})", error.text, error.hint));
    return status_of(error.kind);
  };
  RealRandom random;
  const auto disk = std::make_shared<hub::log::PosixDisk>();
  if (!data.empty()) {
    auto id = hub::open_data(*disk, data, options.id);
    if (!id) return refuse(id.error());
    options.id = *id;
  }
  Loop loop(clock);
  hub::Broker broker(std::move(options), clock, note);
  if (!data.empty())
    if (Done kept = hub::keep_histories(loop, broker, disk, data, random.next(), note); !kept) return refuse(kept.error());
  hub::Server server(loop, broker, places, note);
  if (Done opened = server.open(); !opened) return refuse(opened.error());
  std::unique_ptr<HttpServer> watched;
  if (!http.empty()) {
    auto answers = hub_http(loop, broker, http, note);
    if (!answers) return refuse(answers.error());
    watched = std::move(*answers);
  }
  Ending ending(loop, broker, server, grace, clock);
  int caught = 0;
  for (const int number : {SIGINT, SIGTERM})
    loop.on_signal(number, [&, number] {
      caught = number;
      ending.begin("the hub was told to end");
    });
  server.on_drain([&] { ending.begin("a client asked the hub to end"); });
  for (const std::string& place : places.listen) note(fmt::format("listening at {}", place));
  loop.run();
  return caught == SIGINT ? 128 + SIGINT : 0;
}

}  // namespace

std::span<const Option> hub_options() { return kOptions; }

Answer hub_command(const Invocation& call) {
  Settings own(kOptions);
  Problems problems;
  read_words(call.words, {.tables = {&own}, .path = {}, .hint = meant}, problems);
  if (!problems.empty()) return usage("hub", std::move(problems));
  RealRandom random;
  auto options = broker_options(own, random);
  if (!options) return refusal(options.error());
  hub::Server::Options places{{}, *own.count("max_clients")};
  for (const Setting::Value& value : own.values("listen")) places.listen.push_back(value.text);
  if (places.listen.empty()) {
    auto place = default_place(call.outside.environment);
    if (!place) return refusal(place.error());
    places.listen.push_back(std::move(*place));
  }
  return {serve(std::move(*options), places, own.text("data").value_or(""), own.text("http").value_or(""), *own.duration("drain")), {}, {}};
}

}  // namespace leat
