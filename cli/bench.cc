#include "cli/bench.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/run.h"
#include "cli/world.h"
#include "core/stage/address.h"
#include "pipelines/trial.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr auto kOptions = std::to_array<Option>({
    {.name = "rounds", .kind = Kind::count, .value = "N", .help = "how often it runs", .fallback = "1"},
    {.name = "take", .kind = Kind::count, .value = "N", .help = "read no more than N records of each source"},
    {.name = "for", .kind = Kind::duration, .value = "DURATION", .help = "read no longer than that"},
    {.name = "json", .kind = Kind::flag, .value = "", .help = "print the figures for machines"},
    kSetPlace,
});

Duration of(const timeval& time) { return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec); }

Duration cpu_of(const rusage& usage) { return of(usage.ru_utime) + of(usage.ru_stime); }

rusage usage_now() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

bool reads_stdin(const PipelineSpec& spec) {
  return std::any_of(spec.chains.begin(), spec.chains.end(), [](const ChainSpec& chain) {
    return std::any_of(chain.from.begin(), chain.from.end(), [](const EndSpec& end) {
      const auto address = address_of(end.url);
      return address && address->kind == Address::Kind::stdio;
    });
  });
}

}  // namespace

std::span<const Option> bench_options() { return kOptions; }

int run_bench(PipelineSpec spec, const Settings& own, World world) {
  const uint64_t count = *own.count("rounds");
  const off_t begins = reads_stdin(spec) ? ::lseek(STDIN_FILENO, 0, SEEK_CUR) : 0;
  if (count > 1 && begins < 0) {
    Reporter(world.clock, spec.globals).error("bench: --rounds wants input that can be read again, and standard input is no file");
    return 2;
  }
  make_trial(spec, {own.count("take"), own.duration("for")});
  const SteadyClock steady;
  std::vector<BenchRound> rounds;
  int status = 0;
  while (rounds.size() < count && status <= 1) {
    if (!rounds.empty() && begins >= 0 && reads_stdin(spec)) ::lseek(STDIN_FILENO, begins, SEEK_SET);
    const Duration before = cpu_of(usage_now());
    Seen seen{.stopwatch = &steady};
    status = run_to_end(spec, world, &seen);
    if (seen.profile.rows.empty()) return leave_with(status);  // it never began
    const rusage after = usage_now();
    rounds.push_back({std::move(seen.ledger), std::move(seen.profile), seen.elapsed, cpu_of(after) - before,
                      static_cast<uint64_t>(after.ru_maxrss) * 1024});
  }
  if (const int error = write_all(STDOUT_FILENO, own.flag("json") ? bench_json(rounds) : bench_text(rounds))) {
    Reporter(world.clock, spec.globals).error(fmt::format("standard output: {}", std::strerror(error)));
    return error == EPIPE ? leave_with(128 + SIGPIPE) : 74;
  }
  return leave_with(status);
}

}  // namespace leat
