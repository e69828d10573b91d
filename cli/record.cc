#include "cli/record.h"

#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>

#include "cli/report.h"
#include "cli/run.h"
#include "cli/test.h"
#include "cli/world.h"
#include "pipelines/recording.h"

namespace leat {
namespace {

namespace fs = std::filesystem;

// The pipeline as seen from where the case stands.
std::string seen_from(const std::string& file, const std::string& pipeline) {
  std::error_code error;
  const fs::path folder = fs::absolute(file, error).parent_path();
  const fs::path seen = fs::relative(fs::absolute(pipeline, error), folder, error);
  return error || seen.empty() ? pipeline : seen.string();
}

}  // namespace

int run_recorded(const PipelineSpec& spec, const Settings& own, const Outside& outside, World world) {
  const Reporter reporter(world.clock, spec.globals);
  const std::string file = *own.text("record");
  if (spec.file == "-") return reporter.error("--record wants a pipeline file that can be read again, not standard input"), 2;
  if (fs::exists(file)) return reporter.error(fmt::format("{} is there already: --record writes a file of its own", file)), 2;
  PipelineSpec seeded = spec;  // so that what was drawn by lot and every id come out the same
  if (!seeded.globals.find("seed")) seeded.globals.put("seed").values = {{{}, fmt::format("{}", world.random.next() >> 11 | 1), {}, {}}};
  Seen seen;
  Recording recording([&] { seen.drain(); });
  seen.recorder = &recording;
  const int status = run_to_end(seeded, world, &seen);
  if (!seen.began) return leave_with(status);

  Recording::About about{.name = fs::path(file).stem().string(),
                         .pipeline = seen_from(file, spec.file),
                         .overrides = {fmt::format("seed={}", *seeded.globals.text("seed"))},
                         .golden = fs::path(file).stem().string(),
                         .sinks = {},
                         .drained = seen.drained};
  for (const auto& value : own.values("set")) about.overrides.push_back(value.text);
  for (const LedgerRow& row : seen.ledger.rows)
    if (row.kind == "sink" || row.kind == "fallback" || row.kind == "dlq") about.sinks.push_back(row.id);
  if (!write_file(file, recording.yaml(about))) return reporter.error(fmt::format("cannot write {}", file)), 74;
  if (recording.full()) reporter.say(Level::note, fmt::format("{}: that is enough for a case: the run was ended", file));
  if (recording.unwritten() > 0)
    reporter.say(Level::note, fmt::format("{}: {} records could not be written into the case", file, recording.unwritten()));
  if (const std::string why = make_golden(file, outside); !why.empty())
    reporter.say(Level::warning, fmt::format("{}: played back it does not give what the run gave:\n{}", file, why));
  return leave_with(status);
}

}  // namespace leat
