#include "cli/run.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include <fmt/format.h>

#include "cli/progress.h"
#include "cli/report.h"
#include "cli/summary.h"
#include "cli/world.h"
#include "core/base/text.h"
#include "pipelines/build.h"
#include "pipelines/runner.h"

namespace leat {
namespace {

constexpr uint64_t kThreads = 256;     // a lane costs a stack and a block
constexpr unsigned kMostThreads = 16;  // unasked: reading a block takes a tenth of what filtering it does
constexpr uint32_t kPatience = 16;     // blocks, 4 MiB: what that takes is worth a few threads

[[noreturn]] void die_of(int number) {
  std::signal(number, SIG_DFL);
  std::raise(number);
  _exit(128 + number);
}

RunOptions options_of(const Settings& globals, World& world, const Reporter& reporter, const Seen* seen) {
  RunOptions options;
  if (seen) options.stopwatch = seen->stopwatch, options.recorder = seen->recorder;
  if (const auto threads = globals.count("threads")) {
    options.threads = static_cast<int>(std::min<uint64_t>(*threads, kThreads));
  } else {
    options.threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreads));
    options.patience = kPatience;
  }
  options.memory = *globals.count("mem");
  options.drain = globals.duration("drain").value_or(std::chrono::seconds(10));
  options.batch_records = static_cast<uint32_t>(globals.count("batch_records").value_or(0));
  options.report = [&reporter](const std::string& line) { reporter.error(line); };
  options.note = [&reporter](const std::string& line) { reporter.say(Level::note, line); };
  options.log = [&reporter](Level level, const std::string& line) { return reporter.offer(level, line); };
  options.seed = globals.count("seed").value_or(world.random.next());
  return options;
}

// The first signal drains, and takes the handlers away, so that the second one kills at once.
void catch_signals(Loop& loop, Runner& runner, int& caught) {
  for (int number : {SIGINT, SIGTERM, SIGHUP})
    loop.on_signal(number, [&loop, &runner, &caught, number] {
      caught = number;
      loop.forget_signals();
      runner.drain();
    });
}

void print_summary(const Settings& globals, const Ledger& ledger, Duration elapsed) {
  const auto format = globals.text("summary");
  if (!format) return;
  write_all(STDERR_FILENO, *format == "json" ? summary_json(ledger, elapsed) : summary_text(ledger, elapsed));
}

// Shown where a person looks and no data goes to the same place. The line is wiped before anything else is written.
void show_progress(Loop& loop, const Runner& runner, const Clock& clock, Instant begun, bool& shown) {
  if (!isatty(STDERR_FILENO) || isatty(STDOUT_FILENO)) return;
  loop.pulse(std::chrono::seconds(1), [&runner, &clock, &shown, begun] {
    shown = true;
    write_all(STDERR_FILENO, "\r\x1b[K" + progress_line(runner.ledger(), runner.total_bytes(), clock.now() - begun));
  });
}

constexpr int kSignal = 128;  // and more: die of that signal, once children, socket files and the like are gone

// First cause wins.
int status_of(const Outcome& outcome, int caught) {
  if (outcome.error) return leat::status_of(outcome.error->kind);
  if (outcome.stopped_by_strict) return 65;
  if (outcome.drain_expired) return 75;
  if (outcome.reader_gone) return kSignal + SIGPIPE;
  if (caught == SIGINT || caught == SIGHUP) return kSignal + caught;
  if (outcome.failed > 0) return 1;
  return outcome.lost > 0 ? 70 : 0;
}

}  // namespace

int status_of(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::usage:
      return 2;
    case Error::Kind::config:
      return 78;
    case Error::Kind::no_input:
      return 66;
    case Error::Kind::io:
      return 74;
    case Error::Kind::data:
      return 65;
    case Error::Kind::internal:
      break;
  }
  return 70;
}

int run_to_end(const PipelineSpec& spec, World world, Seen* seen) {
  const Reporter reporter(world.clock, spec.globals);
  const auto environment = RealEnvironment::all();
  Problems problems;
  Graph graph = build(spec, {&world, &environment}, problems);
  if (!problems.empty()) {
    const Error error = to_error(spec, problems);
    reporter.error(error.text);
    return status_of(error.kind);
  }
  std::signal(SIGPIPE, SIG_IGN);  // a broken pipe is an answer of write(), so that the ledger can still be kept
  Loop loop(world.clock);
  int caught = 0;
  int status = 0;
  const Instant begun = world.clock.now();
  {
    Runner runner(std::move(graph), loop, world.clock, options_of(spec.globals, world, reporter, seen));
    catch_signals(loop, runner, caught);
    bool told = false;  // to drain, by who looks on
    if (seen) seen->drain = [&] { loop.post([&] { told = true, runner.drain(); }); };
    if (const Done started = runner.start(); !started) {
      reporter.error(started.error().text);
      return status_of(started.error().kind);
    }
    bool shown = false;
    if (!spec.globals.flag("quiet")) show_progress(loop, runner, world.clock, begun, shown);
    if (!runner.over()) loop.run();
    if (shown) write_all(STDERR_FILENO, "\r\x1b[K");
    const Outcome outcome = runner.outcome();
    if (outcome.failed > 10) reporter.error(fmt::format("{} records failed and nobody took them", outcome.failed));
    const Duration elapsed = world.clock.now() - begun;
    print_summary(spec.globals, runner.ledger(), elapsed);
    if (seen) {
      seen->began = true, seen->drained = told || caught != 0, seen->elapsed = elapsed;
      seen->ledger = runner.ledger(), seen->profile = runner.profile();
    }
    status = status_of(outcome, caught);
  }
  return status;
}

int leave_with(int status) {
  if (status > kSignal) die_of(status - kSignal);
  return status;
}

int run_pipeline(const PipelineSpec& spec, World world) { return leave_with(run_to_end(spec, world, nullptr)); }

}  // namespace leat
