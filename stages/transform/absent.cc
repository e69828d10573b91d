// absent: says when a key that used to come has not come for a while, and when it is back. The records themselves pass untouched.
#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/window/recent.h"
#include "core/window/watermark.h"
#include "stages/catalog.h"
#include "stages/transform/keys.h"
#include "stages/transform/report.h"

namespace leat {
namespace {

constexpr Port kAbsent = 2, kReturned = 3;

class Absent final : public Stage {
 public:
  Absent(Duration quiet, window::By by, uint64_t most, uint64_t seed, uint64_t ids)
      : quiet_(quiet), by_(std::move(by)), most_(most), ids_(ids), here_(seed), gone_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    enveloped_ |= !slab.envelopes.empty();
    machine_.now(turn.now);
    tick(turn);
    Report returned(turn, kReturned, enveloped_, ids_);
    batch.keep_if([&](uint32_t i) {
      if (!by_.of(machine_, {&slab, i}, key_)) return turn.fail(i, {by_.code(), by_.message()});
      see(turn.now, returned);
      return true;
    });
    returned.send();
    if (evicted_ > 0)
      turn.count("evicted", std::exchange(evicted_, 0),
                 "more keys than max_keys or 128 MiB are watched: the one silent longest is forgotten, and its silence is not told");
    return Flow::more;
  }

  std::optional<Instant> deadline() const override {
    return here_.size() > 0 ? std::optional(later(here_.at(here_.oldest()), quiet_)) : std::nullopt;
  }

  void tick(Turn& turn) override {
    Report absent(turn, kAbsent, enveloped_, ids_);
    while (deadline() && *deadline() <= turn.now) {
      const uint32_t row = here_.oldest();
      absent.add(about(here_.text(row), here_.at(row)) + '}');
      gone_.add(here_.text(row), here_.at(row));
      here_.forget(row);
    }
    absent.send();
  }

 private:
  // The key at hand is here now.
  void see(Instant now, Report& returned) {
    const window::Key key{key_, here_.hash(key_)};
    if (const uint32_t row = here_.find(key); row != window::Recent::kNone) return here_.renew(row, now);
    if (const uint32_t row = gone_.find(key); row != window::Recent::kNone) {
      returned.add(fmt::format(R"({},"returned":"{}"}})", about(key_, gone_.at(row)), text::rfc3339(now)));
      gone_.forget(row);
    }
    here_.add(key, now);
    for (; full(); ++evicted_) {
      window::Recent& from = gone_.size() > 0 ? gone_ : here_;
      from.forget(from.oldest());
    }
  }

  bool full() const {
    return here_.size() + gone_.size() > most_ || (here_.size() + gone_.size() > 1 && here_.bytes() + gone_.bytes() > kMostKeyBytes);
  }

  // {the fields of the key, last, since -- without the closing brace.
  std::string about(std::string_view key, Instant last) const {
    std::string made;
    by_.write(key, made);
    made += fmt::format(R"(,"last":"{}","since":"{}")", text::rfc3339(last), text::rfc3339(later(last, quiet_)));
    made.front() = '{';
    return made;
  }

  const Duration quiet_;
  window::By by_;
  const uint64_t most_;
  SplitMix ids_;
  expr::Machine machine_;
  std::string key_;
  bool enveloped_ = false;  // records come with envelopes, so reports go with them
  uint64_t evicted_ = 0;    // keys, since the last turn
  // Each key is in one of the two, with when it came last. What is gone is always longer ago than what is here.
  window::Recent here_, gone_;
};

constexpr std::array kOptions{
    Option{.name = "duration",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "how long a silence must be",
           .operand = true,
           .required = true},
    Option{.name = "by", .kind = Option::Kind::keys, .value = "[NAME=]EXPR", .help = "for each value of EXPR on its own", .repeat = true},
    Option{.name = "max_keys", .kind = Option::Kind::count, .value = "N", .help = "how many keys are watched", .fallback = "100000"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, untouched"}, PortSpec{"err", "records whose key cannot be worked out"},
                            PortSpec{"absent", "one record for each silence, when it has lasted for DURATION", true},
                            PortSpec{"returned", "one record when a key is back that was absent", true}};

// cat: the input is over before anything has been silent for an hour
constexpr std::array kExamples{
    Example{"absent 1h --by .host", "{\"host\":\"a\"}\n{\"host\":\"b\"}\n", "{\"host\":\"a\"}\n{\"host\":\"b\"}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  window::By by;
  if (const Done done = add_keys(by, settings, context, true); !done) return done.error();
  for (std::string_view name : {"last", "since", "returned"})
    if (std::find(by.names().begin(), by.names().end(), name) != by.names().end())
      return Error{Error::Kind::usage, fmt::format("what absent tells has a field {} already", text::quoted(name)),
                   "give it another name: --by NAME=EXPR"};
  return std::unique_ptr<Stage>(std::make_unique<Absent>(*settings.duration("duration"), std::move(by), *settings.count("max_keys"),
                                                         context.seed, context.seed_for_ids()));
}

}  // namespace

constexpr StageSpec kAbsent{
    .name = "absent",
    .group = "flow",
    .summary = "say when a key goes quiet, and when it is back",
    .details =
        "Once a key has come, the port absent has a record {the fields of --by, last, since} when none of its records has come for "
        "DURATION, "
        "by arrival: last is when one came, since is DURATION later. It is told once for each silence; when the key comes again, the port "
        "returned has the same with `returned`. Without --by any record ends the silence. The end of the input is no silence. Past "
        "max_keys, "
        "or 128 MiB of keys, the key silent longest is forgotten: that is said once, and the summary counts it as evicted. The records "
        "pass as they came.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
