#include "cli/hub_folder.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "cli/hub_dump.h"
#include "cli/words.h"
#include "cli/world.h"
#include "core/base/text.h"
#include "core/hub/broker/folder.h"
#include "core/hub/log/inspect.h"
#include "core/hub/log/posix_disk.h"
#include "core/hub/subject.h"

namespace leat {
namespace {

namespace log = hub::log;
using Kind = Option::Kind;

constexpr Option kFolder{
    .name = "dir", .kind = Kind::text, .value = "DIR", .help = "the folder that --data of the hub names", .operand = true};
constexpr auto kOptions = std::to_array<Option>({kFolder});
constexpr auto kDumpOptions = std::to_array<Option>({
    kFolder,
    {.name = "history", .kind = Kind::text, .value = "NAME", .help = "of this history only"},
    {.name = "from", .kind = Kind::count, .value = "N", .help = "from this number on", .fallback = "1"},
    {.name = "subject", .kind = Kind::text, .value = "PATTERN", .help = "of these subjects only"},
});

struct History {
  std::string name, place;
};

// Those of the folder, by name. What else lies in it is nobody's business here.
Result<std::vector<History>> histories_in(const std::string& folder) {
  std::vector<History> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (!at->is_directory()) continue;
    if (auto name = hub::history_in(at->path().filename().string())) found.push_back({std::move(*name), at->path().string()});
  }
  if (error) return Error{Error::Kind::no_input, fmt::format("cannot read {}: {}", folder, error.message()), {}};
  if (!std::filesystem::exists(folder + "/hub"))
    return Error{Error::Kind::no_input, fmt::format("{} is no data folder of a hub", folder), "it is what --data names"};
  std::sort(found.begin(), found.end(), [](const History& a, const History& b) { return a.name < b.name; });
  return found;
}

struct Taken {
  Settings own;
  std::vector<History> histories;
  std::optional<Answer> refused;
};
Taken take(std::string_view command, std::span<const Option> options, const Invocation& call) {
  Taken taken{Settings(options), {}, {}};
  Problems problems;
  read_words(call.words, {.tables = {&taken.own}, .path = {}}, problems);
  if (problems.empty() && !taken.own.find("dir")) problems.push_back({{}, {}, "wants DIR", {}});
  if (!problems.empty()) return taken.refused = usage(command, std::move(problems)), taken;
  auto found = histories_in(*taken.own.text("dir"));
  if (found)
    taken.histories = std::move(*found);
  else
    taken.refused = refusal(found.error());
  return taken;
}

std::string numbers(uint64_t from, uint64_t to) {
  return to - from == 1 ? fmt::format("message {}", from) : fmt::format("messages {} to {}", from, to - 1);
}

std::string many(uint64_t count, std::string_view what) { return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s"); }

// What of a damaged segment cannot be read.
std::string lost_in(const log::Survey& found, size_t i) {
  const log::Segment& segment = found.segments[i];
  const uint64_t begin = segment.header.base_seq;
  const uint64_t end = i + 1 < found.segments.size() ? found.segments[i + 1].header.base_seq : UINT64_MAX;
  std::string out;
  for (const log::Gap& gap : found.gaps)
    if (gap.why == log::Gap::Why::damaged && gap.from < end && gap.to > begin)
      out += fmt::format("{}{}", out.empty() ? "" : ", ", numbers(gap.from, gap.to));
  return out.empty() ? "what is lost of it stands in no other segment" : out;
}

// True: sound.
bool judge(const History& history, const log::Survey& found, std::string& out) {
  uint64_t records = 0, bytes = 0, damaged = 0, first = 0;
  for (const log::Segment& segment : found.segments) {
    if (first == 0 && segment.records > 0) first = segment.header.base_seq;
    records += segment.records, bytes += segment.bytes(), damaged += segment.damaged;
  }
  out += fmt::format("{}: {}, {} in {}, {}{}\n", history.name, damaged ? "damaged" : "sound", many(records, "message"),
                     many(found.segments.size(), "segment"), text::size(bytes),
                     records > 0 ? fmt::format(", {} to {}", first, found.end_seq - 1) : "");
  for (size_t i = 0; i < found.segments.size(); ++i)
    if (found.segments[i].damaged) out += fmt::format("{}/{}: damaged: {}\n", history.place, found.segments[i].name, lost_in(found, i));
  return damaged == 0;
}

// What repair did, in lines; false: it could not help everywhere.
bool tell(const History& history, const log::Repaired& repaired, std::string& out) {
  if (repaired.segments.empty() && repaired.notes.empty()) out += fmt::format("{}: sound, nothing to do\n", history.name);
  for (const std::string& segment : repaired.segments)
    out += fmt::format("{}/{}: written anew; the old file stays beside it\n", history.place, segment);
  for (const std::string& line : repaired.notes) out += fmt::format("{}/{}\n", history.place, line);
  for (const log::Gap& gap : repaired.gaps)
    if (gap.why == log::Gap::Why::damaged) out += fmt::format("{}: {} cannot be had again\n", history.name, numbers(gap.from, gap.to));
  return repaired.notes.empty();
}

}  // namespace

std::span<const Option> hub_verify_options() { return kOptions; }
std::span<const Option> hub_repair_options() { return kOptions; }
std::span<const Option> hub_dump_options() { return kDumpOptions; }

Answer hub_verify_command(const Invocation& call) {
  const Taken taken = take("hub verify", kOptions, call);
  if (taken.refused) return *taken.refused;
  log::PosixDisk disk;
  Answer answer;
  for (const History& history : taken.histories) {
    const auto found = log::verify(disk, history.place);
    if (!found) return refusal(found.error());
    if (!judge(history, *found, answer.out)) answer.status = 1;
  }
  return answer;
}

Answer hub_repair_command(const Invocation& call) {
  const Taken taken = take("hub repair", kOptions, call);
  if (taken.refused) return *taken.refused;
  log::PosixDisk disk;
  RealRandom random;
  log::Options options;
  options.frame_length = hub::frame_length;
  Answer answer;
  for (const History& history : taken.histories) {
    const auto repaired = log::repair(disk, history.place, options, random);
    if (!repaired) {
      const Answer said = refusal(repaired.error());
      return {said.status, std::move(answer.out), said.err};
    }
    if (!tell(history, *repaired, answer.out)) answer.status = 1;
  }
  return answer;
}

Answer hub_dump_command(const Invocation& call) {
  const Taken taken = take("hub dump", kDumpOptions, call);
  if (taken.refused) return *taken.refused;
  const auto only = taken.own.text("history"), pattern = taken.own.text("subject");
  const auto named = [&](const History& history) { return !only || history.name == *only; };
  if (only && std::none_of(taken.histories.begin(), taken.histories.end(), named)) {
    std::string known;
    for (const History& history : taken.histories) known += (known.empty() ? "there is " : ", ") + history.name;
    return refusal({Error::Kind::usage, fmt::format("hub dump: there is no history {}", text::quoted(*only)), known});
  }
  if (pattern)
    if (Done good = hub::check_pattern(*pattern); !good) return refusal(good.error());
  log::PosixDisk disk;
  HubDump dump(disk, pattern.value_or(""));
  for (const History& history : taken.histories)
    if (named(history))
      if (Done done = dump.run(history.name, history.place, *taken.own.count("from")); !done) return refusal(done.error());
  return {dump.damaged() ? 1 : 0, dump.rest(), {}};
}

}  // namespace leat
