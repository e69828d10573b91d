// log: tells people of the records that pass, a line each on stderr. The records themselves pass untouched, whoever reads the lines.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "stages/catalog.h"
#include "stages/expression.h"
#include "stages/transform/bucket.h"

namespace leat {
namespace {

constexpr size_t kMostLine = 4096;   // more than one write to a pipe takes whole, so more is never shown
constexpr double kMostAtOnce = 1e6;  // lines, where the rate is higher still

struct Plan {
  std::shared_ptr<const expr::Program> message;
  Level level;
  uint64_t every;
};

class Log final : public Stage {
 public:
  Log(Plan plan, std::optional<Bucket> pace) : plan_(std::move(plan)), pace_(pace) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    batch.each([&](uint32_t record) {
      if (seen_++ % plan_.every == 0) tell({&batch.slab(), record}, turn);
    });
    return Flow::more;
  }

  void finish(Turn& turn, bool) override { catch_up(turn); }

 private:
  void tell(const expr::Row& row, Turn& turn) {
    const bool ran = machine_.each(*plan_.message, row, [&](const Value& value) { return say(value, turn), true; });
    if (!ran) say(Value::text(fmt::format("no message: {}", machine_.message())), turn);
  }

  void say(const Value& value, Turn& turn) {
    if (pace_ && pace_->next() > turn.now) {
      ++left_out_;
      return;
    }
    catch_up(turn);
    if (pace_) pace_->take(turn.now);
    std::string written;
    if (!value.is_string()) json::write(value, written);
    const std::string_view line = value.is_string() ? value.view() : written;
    if (turn.log(plan_.level, line.substr(0, kMostLine))) return;
    ++lost_;
    turn.count("unlogged", 1, {});
  }

  // What nobody was told of, as soon as somebody listens again.
  void catch_up(Turn& turn) {
    if (lost_ > 0 && turn.log(Level::warning, fmt::format("{} lines are lost: nobody took them", lost_))) lost_ = 0;
    if (left_out_ > 0 && lost_ == 0 && turn.log(plan_.level, fmt::format("{} lines not shown, by --rate", left_out_))) left_out_ = 0;
  }

  const Plan plan_;
  std::optional<Bucket> pace_;
  expr::Machine machine_;
  uint64_t seen_ = 0, left_out_ = 0, lost_ = 0;
};

constexpr std::array kOptions{
    Option{.name = "message",
           .kind = Option::Kind::expr,
           .value = "EXPR",
           .help = "what the line says: a line for each output, text as it is",
           .fallback = ".",
           .operand = true},
    Option{.name = "level",
           .kind = Option::Kind::choice,
           .value = "LEVEL",
           .help = "how much it matters; --quiet keeps notes off",
           .fallback = "note",
           .choices = "note|warning|error"},
    Option{.name = "every",
           .kind = Option::Kind::count,
           .value = "N",
           .help = "tell of the first record and of each Nth behind it",
           .fallback = "1"},
    Option{.name = "rate", .kind = Option::Kind::text, .value = "N/TIME", .help = "no more lines than that, as 10/s or 3/10m"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, untouched"}, PortSpec{"err", "nothing"}};

// The records pass as they came: cat
constexpr std::array kExamples{
    Example{"log 'select(.ms > 100) | \"slow: \\(.path)\"'", "{\"path\":\"/a\",\"ms\":120}\n{\"path\":\"/b\",\"ms\":7}\n",
            "{\"path\":\"/a\",\"ms\":120}\n{\"path\":\"/b\",\"ms\":7}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto message = compile(*settings.text("message"), context);
  if (!message) return message.error();
  std::optional<Bucket> pace;
  if (const auto text = settings.text("rate")) {
    const auto rate = rate_of(*text);
    if (!rate) return rate.error();
    pace.emplace(*rate, static_cast<uint64_t>(std::clamp(rate->count, 1.0, kMostAtOnce)));
  }
  const std::string level = *settings.text("level");
  return std::unique_ptr<Stage>(std::make_unique<Log>(Plan{std::move(*message),
                                                           level == "error"     ? Level::error
                                                           : level == "warning" ? Level::warning
                                                                                : Level::note,
                                                           *settings.count("every")},
                                                      pace));
}

}  // namespace

constexpr StageSpec kLog{
    .name = "log",
    .group = "transform",
    .summary = "tell of records on stderr",
    .details =
        "A line is the stage's id and what the expression answers; without one the record. The expression chooses too: log 'select(.ms > "
        "100) | .path' tells of some records only. Control characters are written out, so that no record can forge a line, and a line "
        "longer "
        "than 4096 bytes is cut: it reaches a pipe whole, whoever else writes there. Under --log json a line is an object {time, level, "
        "message}.\n\n"
        "With --rate lines that come faster are left out; the next one is preceded by how many those were. A reader of stderr that is "
        "slow is waited for, a second at most; while it reads nothing, lines are lost, counted in the summary as unlogged, and told of as "
        "soon as it reads again: the records go on.\n\n"
        "Where the expression fails the line says why, and the record passes all the same.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
