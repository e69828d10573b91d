#include "cli/hub.h"

#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "cli/hub_config.h"
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
     .help = "keep the messages of these subjects: name=NAME count=N bytes=SIZE age=DURATION per-subject=N until=acknowledged",
     .repeat = true},
    {.name = "config", .kind = Kind::text, .value = "FILE", .help = "a TOML file that says all this, and who may do what"},
    {.name = "data", .kind = Kind::text, .value = "DIR", .help = "keep histories in this folder: what is acknowledged is on the disk"},
    {.name = "open", .kind = Kind::flag, .value = "", .help = "let everybody on this machine publish and subscribe, without a token"},
    {.name = "max_clients", .kind = Kind::count, .value = "N", .help = "connections at a time", .fallback = "20000"},
    {.name = "max_failed_logins",
     .kind = Kind::count,
     .value = "N",
     .help = "so many within a minute, and nobody else of that host or user is let in for another",
     .fallback = "10"},
    {.name = "max_message", .kind = Kind::size, .value = "SIZE", .help = "the longest message", .fallback = "8MiB"},
    {.name = "max_queued",
     .kind = Kind::size,
     .value = "SIZE",
     .help = "what may wait for one principal over all its subscriptions, before the largest of those that lag lose theirs",
     .fallback = "256MiB"},
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

// Somebody who is not the hub's own user may come in by a unix socket.
bool for_others(const HubPlan& plan) {
  return plan.settings.flag("open") ||
         std::any_of(plan.principals.begin(), plan.principals.end(), [](const hub::Principal& one) { return !one.users.empty(); });
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

hub::Access::Options access_of(const HubPlan& plan) { return {plan.principals, plan.settings.flag("open"), ::getuid()}; }

hub::Broker::Options broker_options(const HubPlan& plan, Random& random) {
  const Settings& own = plan.settings;
  hub::Broker::Options made;
  made.id = random.next();
  made.max_frame = static_cast<uint32_t>(std::min(*own.count("max_message"), kMostMessage)) + 1024;
  made.max_failed_logins = *own.count("max_failed_logins");
  made.max_queued = *own.count("max_queued");
  made.heartbeat = *own.duration("heartbeat");
  made.grace = *own.duration("grace");
  made.histories = plan.histories;
  keep_dead_letters(made.histories);
  made.access = access_of(plan);
  return made;
}

// The hub has as many descriptors as the system gives, and clients what its own files leave of them: where that is nothing they wait at the
// door, and the disk fails nobody for want of one.
uint64_t clients_of(const HubPlan& plan) {
  constexpr uint64_t kOwn = 64, kOfHistory = 16;  // of a history: what Shelf holds open, and what is written
  const uint64_t wanted = *plan.settings.count("max_clients"), own = kOwn + kOfHistory * plan.histories.size();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return std::min<uint64_t>(wanted, limit.rlim_cur > 2 * own ? limit.rlim_cur - own : limit.rlim_cur / 2);
}

Result<hub::Server::Options> server_options(const HubPlan& plan, const Environment& environment) {
  hub::Server::Options made;
  made.max_clients = clients_of(plan);
  made.for_others = for_others(plan);
  for (const Setting::Value& value : plan.settings.values("listen")) made.listen.push_back(value.text);
  if (!made.listen.empty()) return made;
  auto place = default_place(environment);
  if (!place) return place.error();
  made.listen.push_back(std::move(*place));
  return made;
}

std::optional<uint32_t> user_named(const std::string& name) {
  const passwd* found = ::getpwnam(name.c_str());
  return found ? std::optional<uint32_t>(found->pw_uid) : std::nullopt;
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

// The file, read again while the hub runs: who may do what follows it, and all else waits for another start.
class Reloading {
 public:
  Reloading(const Settings& words, const Outside& outside, HubPlan runs, hub::Broker& broker, const Reporter& reporter)
      : words_(words), outside_(outside), runs_(std::move(runs)), broker_(broker), reporter_(reporter) {}

  void again() {
    const std::string file = *words_.text("config");
    HubPlan read = plan_of(words_, outside_, user_named);
    if (read.refused) {
      std::string_view lines = read.refused->err;
      lines.remove_suffix(lines.ends_with('\n'));
      return reporter_.error(fmt::format("{}\n{} changes nothing: who may do what stays as it was", lines, file));
    }
    broker_.access(access_of(read));
    reporter_.say(Level::note, fmt::format("{} has been read again: {} principals", file, read.principals.size()));
    std::string waits = waits_for_start(runs_, read);
    if (for_others(read) && !for_others(runs_)) waits += fmt::format("{}that others can reach the socket", waits.empty() ? "" : ", ");
    if (!waits.empty()) reporter_.say(Level::note, fmt::format("{}: what waits for another start of the hub: {}", file, waits));
  }

 private:
  const Settings& words_;
  const Outside& outside_;
  const HubPlan runs_;
  hub::Broker& broker_;
  const Reporter& reporter_;
};

int serve(const Settings& words, const Outside& outside, HubPlan plan, const hub::Server::Options& places) {
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
  hub::Broker::Options options = broker_options(plan, random);
  const std::string data = plan.settings.text("data").value_or("");
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
  if (plan.settings.find("max_clients") && places.max_clients < *plan.settings.count("max_clients"))
    note(fmt::format("{} clients at a time, for the system gives no more descriptors", places.max_clients));
  hub::Server server(loop, broker, places, note);
  if (Done opened = server.open(); !opened) return refuse(opened.error());
  std::unique_ptr<HttpServer> watched;
  if (const auto http = plan.settings.text("http")) {
    auto answers = hub_http(loop, broker, *http, note);
    if (!answers) return refuse(answers.error());
    watched = std::move(*answers);
  }
  Ending ending(loop, broker, server, *plan.settings.duration("drain"), clock);
  int caught = 0;
  for (const int number : {SIGINT, SIGTERM})
    loop.on_signal(number, [&, number] {
      caught = number;
      ending.begin("the hub was told to end");
    });
  Reloading reloading(words, outside, std::move(plan), broker, reporter);
  if (words.find("config")) loop.on_signal(SIGHUP, [&] { reloading.again(); });
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
  HubPlan plan = plan_of(own, call.outside, user_named);
  if (plan.refused) return std::move(*plan.refused);
  const auto places = server_options(plan, call.outside.environment);
  if (!places) return refusal(places.error());
  return {serve(own, call.outside, std::move(plan), *places), {}, {}};
}

}  // namespace leat
