// The figures of `leat bench`, for people and for machines.
#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "cli/bench.h"
#include "core/base/text.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }
double ratio(double a, double b) { return b > 0 ? a / b : 0; }
double share(Duration part, Duration whole) { return ratio(seconds(part), seconds(whole)); }
double per_record(const Profile::Row& row) { return ratio(static_cast<double>(row.time.count()), static_cast<double>(row.in)); }
double per_second(uint64_t things, Duration time) { return ratio(static_cast<double>(things), seconds(time)); }
uint64_t whole(double value) { return static_cast<uint64_t>(value); }

// By time, so the median and both ends of them can be told.
std::vector<const BenchRound*> by_time(const std::vector<BenchRound>& rounds) {
  std::vector<const BenchRound*> sorted;
  for (const BenchRound& round : rounds) sorted.push_back(&round);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->elapsed < b->elapsed; });
  return sorted;
}

// What is no work on records.
std::array<std::pair<std::string_view, Duration>, 3> rest(const Profile& profile) {
  return {{{"engine", profile.engine}, {"waiting for input", profile.waiting}, {"waiting for a turn", profile.turn}}};
}

}  // namespace

std::string bench_text(const std::vector<BenchRound>& rounds) {
  const auto sorted = by_time(rounds);
  const BenchRound& median = *sorted[(sorted.size() - 1) / 2];
  const Duration all = median.profile.whole();
  std::string out = fmt::format("{:<20} {:<6} {:>12} {:>12} {:>10} {:>9} {:>7}\n", "id", "work", "in", "out", "ns/record", "MB/s", "share");
  for (const Profile::Row& row : median.profile.rows)
    out += fmt::format("{:<20} {:<6} {:>12} {:>12} {:>10.1f} {:>9.0f} {:>5.1f} %{}{}\n", row.id, row.work, row.in, row.out, per_record(row),
                       per_second(row.bytes, row.time) / 1e6, 100 * share(row.time, all), row.note.empty() ? "" : "  ", row.note);
  for (const auto& [name, time] : rest(median.profile))
    if (time > Duration()) out += fmt::format("{:<74} {:>5.1f} %\n", name, 100 * share(time, all));
  out += fmt::format("{} records, {} in {:.3f} s: {:.0f} records/s, {}/s\n", median.ledger.read, text::size(median.ledger.bytes_in),
                     seconds(median.elapsed), per_second(median.ledger.read, median.elapsed),
                     text::size(whole(per_second(median.ledger.bytes_in, median.elapsed))));
  out += fmt::format("CPU {:.3f} s, {:.0f} % of one core; peak memory {}\n", seconds(median.cpu), 100 * share(median.cpu, median.elapsed),
                     text::size(median.memory));
  if (rounds.size() > 1)
    out += fmt::format("the round of median time; {} took {:.3f} s to {:.3f} s\n", rounds.size(), seconds(sorted.front()->elapsed),
                       seconds(sorted.back()->elapsed));
  return out;
}

std::string bench_json(const std::vector<BenchRound>& rounds) {
  const auto sorted = by_time(rounds);
  const BenchRound& median = *sorted[(sorted.size() - 1) / 2];
  const Duration all = median.profile.whole();
  std::string out = "{\"work\":[";
  for (const Profile::Row& row : median.profile.rows) {
    if (&row != &median.profile.rows.front()) out += ',';
    out += "{\"id\":";
    json::quote(row.id, out);
    out += fmt::format(R"(,"kind":"{}","work":"{}","in":{},"out":{},"bytes":{},"seconds":{:.9f},"ns_per_record":{:.3f},)", row.kind,
                       row.work, row.in, row.out, row.bytes, seconds(row.time), per_record(row));
    out += fmt::format(R"("bytes_per_second":{:.0f},"share":{:.6f}}})", per_second(row.bytes, row.time), share(row.time, all));
  }
  out += fmt::format(R"(],"engine_seconds":{:.9f},"waiting_for_input_seconds":{:.9f},"waiting_for_a_turn_seconds":{:.9f},)",
                     seconds(median.profile.engine), seconds(median.profile.waiting), seconds(median.profile.turn));
  out += fmt::format(R"("records":{},"bytes":{},"seconds":{:.9f},"records_per_second":{:.0f},"bytes_per_second":{:.0f},)",
                     median.ledger.read, median.ledger.bytes_in, seconds(median.elapsed), per_second(median.ledger.read, median.elapsed),
                     per_second(median.ledger.bytes_in, median.elapsed));
  out += fmt::format(R"("cpu_seconds":{:.6f},"peak_memory_bytes":{},"balanced":{},"rounds":[)", seconds(median.cpu), median.memory,
                     median.ledger.balanced());
  for (const BenchRound& round : rounds) out += fmt::format("{}{:.9f}", &round == &rounds.front() ? "" : ",", seconds(round.elapsed));
  return out + "]}\n";
}

}  // namespace leat
