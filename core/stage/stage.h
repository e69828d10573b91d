// Stage: a pure step of the graph, and the Turn its driver lends it for one call.
// Owner:   the graph. A stage is neither copied nor moved; clone() makes the instance of another lane.
// Thread:  one at a time; stages hold no lock and no atomic.
// Blocks:  never. No I/O, no wall clock, no environment, no metrics, no knowledge of neighbours.
// Fails:   per record, through Turn::fail.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/level.h"
#include "core/base/result.h"
#include "core/data/batch.h"
#include "core/data/format.h"
#include "core/stage/settings.h"

namespace leat {

// Why one record failed. `code` is a constant word: malformed, type, expression, limit, encode, write, timeout ...
struct Reason {
  std::string_view code;
  std::string message;
};

// Why records failed in a later turn than the one that took them: a sink gives them back, a call is not answered.
struct Refusal {
  Reason reason;
  uint32_t attempts = 1;  // counting the first; 0: none was made
  Instant first{}, last{};
};

enum class Flow : uint8_t {
  more,
  done,  // this reader wants no more; a source without an open reader is stopped
};

using Port = uint16_t;  // index into StageSpec::ports of the stage (route: into its own list); see kOut and kErr
inline constexpr Port kOut = 0;
inline constexpr Port kErr = 1;  // fed by the driver from Turn::fail; stages do not emit here

class Lender;

class Turn {
 public:
  explicit Turn(Instant at) : now(at) {}
  virtual ~Turn() = default;

  const Instant now;  // never goes back from turn to turn; arrival time of what this turn brings

  // The record leaves by `err` with its bytes as they came in. Answers false, so keep_if(... || turn.fail(i, why)) reads well.
  virtual bool fail(uint32_t record, Reason reason) = 0;
  // Records the stage has made and cannot answer for (a window whose emit expression fails): they leave by `err` instead.
  virtual void fail_made(Batch&& made, Reason reason) = 0;
  virtual void emit(Port port, Batch&& batch) = 0;                   // goes downstream at once, depth first
  virtual bool wants(Port port) const = 0;                           // is this port read; if not, emitting there counts drops
  virtual SlabRef slab() = 0;                                        // an empty slab for JSON records; always granted
  virtual void drop(uint32_t records, std::string_view reason) = 0;  // counts records dropped by policy, by reason
  // Of a stage that makes one or several records of each that comes: how many of the batch's records it has made none of.
  virtual void made_nothing(uint32_t records) { (void)records; }
  // A number of the stage's own, for the summary beside the fates of records: keys that were evicted. `why` is told once, as a note;
  // empty: there is nothing to tell.
  virtual void count(std::string_view what, uint64_t n, std::string_view why) { (void)what, (void)n, (void)why; }
  virtual void note(std::string_view line) { (void)line; }  // for people, on stderr, behind the stage's id: a report nobody reads
  // The same for a line that somebody asked for, however many there are: it is cut to what one write takes and waits for a reader of stderr
  // no longer than is decent. False: there was no room, and nobody saw it.
  virtual bool log(Level level, std::string_view line) { return (void)level, (void)line, true; }
  // Records of the batch that leave by `out` before it does, as they came or changed, in other slabs: they have passed.
  virtual void pass(Batch&& part) { (void)part; }

  // Of a stage that waits (StageSpec::waits) alone:
  virtual bool full() const { return false; }  // has anything that reads `out` no room? What it emits all the same is taken
  virtual void hold(bool) {}                   // true: it has no room itself, and what brings it records pauses until it says false
  // Of any stateful one: the same of one of its inputs alone (Batch::origin).
  virtual void hold_from(uint16_t origin, bool) { (void)origin; }

  // Of a call (core/stage/call.h) alone, which also may hold():
  virtual void reply(Batch&& replies, uint64_t records) { (void)replies, (void)records; }  // they leave by `out` for so many it had taken
  virtual void fail_taken(Batch&& taken, const Refusal& why) { (void)taken, (void)why; }   // they leave by `err` as they came in
};

class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  // What stays in the batch leaves by `out`. A stage that keeps records or sends them elsewhere shares the batch's receipt
  // and leaves the batch its own. Before the call the driver has read the planned columns of every
  // record in the batch and failed those that do not read.
  virtual Flow process(Batch& batch, Turn& turn) = 0;

  // Before those columns are read, and so before anything is known about the records: may take out of the batch what process() would
  // not let pass. `trusted`: even where it could be no record of its format.
  virtual void sieve(Batch& batch, bool trusted, const Turn& turn) { (void)batch, (void)trusted, (void)turn; }

  virtual std::unique_ptr<Stage> clone() const { return nullptr; }  // only of a stateless stage
  virtual std::optional<Instant> deadline() const { return std::nullopt; }
  virtual void tick(Turn&) {}  // the deadline has come (or passed)
  virtual void room(Turn&) {}  // of a stage that waits: its readers have room again
  // One of its inputs (Batch::origin) will bring no more, because there is no more; not when the run is cut short.
  virtual void ended(uint16_t, Turn&) {}
  // Of a stage whose records leave in their own time (StageSpec::lingers): does it still keep some? While it does it is ticked on and not
  // finished, though no input is left, unless the run is cut short or nobody reads it any more.
  virtual bool lingers() const { return false; }
  virtual void finish(Turn&, bool drained) { (void)drained; }  // no input is left; drained: it was cut short by a signal
};

// What a record is to the next stage. An item is one thing, and no array; a window is one that answers for many; a batch is an array
// of records. `any` is not known before the run; `same` is what came in; an error is what came in, with the reason why it failed.
enum class RecordKind : uint8_t { same, any, item, batch, window, error };

// A place where records leave a stage.
struct PortSpec {
  std::string_view name;
  std::string_view help;
  bool made = false;                    // what leaves here is of the stage's own making, and none of the records that came in
  RecordKind gives = RecordKind::same;  // see gives() below: few ports need to say it
};

struct Example {
  std::string_view argv;       // the words after `leat`, as a shell user types them
  std::string_view input;      // what stands on stdin
  std::string_view output;     // what must stand on stdout; made by hand or by the peer named in the comment beside it
  std::string_view file = {};  // the name of a file it reads, and what that holds
  std::string_view text = {};
};

// What a stage is given to make itself from.
struct MakeContext {
  FieldPlan* fields;                 // of what it reads; add the paths it needs
  std::span<const uint16_t> inputs;  // the origins that can reach it
  std::string_view id;
  uint64_t seed;                                                                  // for stages that draw lots
  const Settings* guards = nullptr;                                               // of a call
  const std::vector<std::pair<std::string, std::string>>* environment = nullptr;  // for $ENV
  Lender* lender = nullptr;                                                       // for codecs and files
  bool* envelopes = nullptr;  // set it true if the stage reads or writes envelopes: then every record gets one

  uint64_t seed_for_ids() const { return seed ^ std::hash<std::string_view>{}(id); }  // under --seed all stages have the same
};

struct StageSpec {
  // What becomes of records that neither stay nor fail nor are emitted; the ledger's word.
  enum class Missing : uint8_t { filtered, absorbed, pending };  // pending: a call's, not answered yet

  std::string_view name;
  std::string_view group;    // transform, flow, route, window ... : the heading in help
  std::string_view summary;  // one line
  std::string_view details;  // paragraphs for the man page
  std::span<const Option> options;
  std::span<const PortSpec> ports;  // [0] out, [1] err, then its own
  std::span<const Example> examples;
  bool stateless;  // may be cloned per lane; has no deadline, tick, ended or finish
  bool new_bytes;  // what leaves by out and by emit are other bytes than came in (map, window)
  Missing missing;
  Result<std::unique_ptr<Stage>> (*make)(const Settings&, const MakeContext&);
  // The ports that depend on the settings (route's cases), appended to `ports`. Null: none.
  std::vector<std::string> (*more_ports)(const Settings&) = nullptr;
  // It keeps records while its readers have no room, so that a slow reader below it does not pause what is above it.
  bool waits = false;
  // Its records leave later than they came: an input's last one is out of it when it is finished, not when the input ends.
  bool lingers = false;
  bool together = false;               // it compares its inputs, so files among them are read side by side and not one after the other
  bool reorders = false;               // what it passes leaves in an order of its own
  bool calls = false;                  // it is a Call (core/stage/call.h)
  bool random = false;                 // what it makes holds chance of the system: of the same bytes it makes others each time
  RecordKind takes = RecordKind::any;  // every record of another kind fails here, so a graph that brings no other is refused
};

// What leaves by a port, as far as it says so or its stage does.
constexpr RecordKind gives(const StageSpec& stage, Port port) {
  if (port == kErr) return RecordKind::error;
  if (port >= stage.ports.size()) return RecordKind::same;  // of more_ports
  const PortSpec& at = stage.ports[port];
  if (at.gives != RecordKind::same) return at.gives;
  if (at.made) return RecordKind::item;
  return port == kOut && stage.new_bytes ? RecordKind::any : RecordKind::same;
}

}  // namespace leat
