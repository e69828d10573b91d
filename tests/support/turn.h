// FakeTurn and Rig: a stage under test, driven by hand the way the runner drives it, with its laws checked after every call.
// Owner:   the test.   Thread: one.   Blocks: never.
// Fails:   a broken law is a test failure at the call that broke it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/stage/stage.h"
#include "stages/library.h"

namespace leat::test {

inline Instant at_second(double seconds) { return Instant(Duration(static_cast<int64_t>(seconds * 1e9))); }

// One record of a script: its bytes, when it arrives and from which input.
struct Line {
  std::string text;
  Instant at{};
  uint16_t origin = 0;
};
std::vector<Line> lines(std::initializer_list<std::string_view> texts);

struct Failed {
  std::string record, code, message;
  bool operator==(const Failed&) const = default;
};
void PrintTo(const Failed& failed, std::ostream* out);

// What came out of a stage, in order, by port.
struct Outcome {
  std::map<Port, std::vector<std::string>> ports;
  std::vector<Failed> failed;
  std::map<std::string, uint64_t> dropped, counted;
  std::vector<std::string> notes;
  bool done = false;  // the stage answered Flow::done

  const std::vector<std::string>& at(Port port) const;
  const std::vector<std::string>& out() const { return at(kOut); }
  bool operator==(const Outcome&) const = default;
};
void PrintTo(const Outcome& outcome, std::ostream* out);

class FakeTurn : public Turn {
 public:
  FakeTurn(Instant at, Pool& pool, bool read = true, bool room = true) : Turn(at), pool_(pool), read_(read), room_(room) {}

  bool fail(uint32_t record, Reason reason) override { return failures.push_back({record, std::move(reason)}), false; }
  void fail_made(Batch&& made, Reason reason) override { spoiled.emplace_back(std::move(made), std::move(reason)); }
  void emit(Port port, Batch&& batch) override { emitted.emplace_back(port, std::move(batch)); }
  bool wants(Port) const override { return read_; }
  SlabRef slab() override;
  void drop(uint32_t records, std::string_view reason) override { drops[std::string(reason)] += records; }
  void count(std::string_view what, uint64_t n, std::string_view) override { counts[std::string(what)] += n; }
  void note(std::string_view line) override { notes.emplace_back(line); }
  bool log(Level level, std::string_view line) override;
  void pass(Batch&& part) override { emitted.emplace_back(kOut, std::move(part)); }

  std::vector<std::pair<uint32_t, Reason>> failures;
  std::vector<std::pair<Port, Batch>> emitted;
  std::map<std::string, uint64_t> drops, counts;
  std::vector<std::string> notes;
  std::vector<std::pair<Batch, Reason>> spoiled;

 private:
  Pool& pool_;
  const bool read_, room_;
};

// A setting as a test writes it.
struct Set {
  std::string_view name, text = "true", key = {};
};
Settings settings_of(const StageSpec& spec, const std::vector<Set>& sets);

// Bytes in which so many records of one character can be kept, and not one more.
std::string room_for(size_t records);

class Rig {
 public:
  // Makes the stage; `inputs` are the origins that can reach it. A refusal is a test failure; see refusal() for those wanted.
  Rig(const StageSpec& spec, const std::vector<Set>& sets, std::vector<uint16_t> inputs = {0});
  ~Rig();

  void feed(const std::vector<Line>& lines, size_t batch_size);  // batches never mix instants or origins
  void feed(const Rig& other);                                   // what that one holds, which must outlive this one
  void move_to(Instant now);                                     // what falls due on the way is ticked at its own time
  void end(uint16_t origin);
  void finish(bool drained = false);
  void deliver();          // every held output is taken by its reader
  void lose(size_t held);  // one held output is not
  void destroy() { stage_.reset(); }

  // Records read as envelopes ask for one: called on every slab before it enters the stage.
  void envelopes(std::function<Envelope(size_t line)> make) { make_envelope_ = std::move(make); }

  void unread() { read_ = false; }          // nobody reads its ports
  void stuck(bool is) { log_room_ = !is; }  // nobody takes the lines it logs

  bool wants_envelopes() const { return wants_envelopes_; }  // the stage asked for them
  const Outcome& outcome() const { return outcome_; }
  const std::vector<std::pair<Port, Batch>>& held() const { return held_; }
  const Frontier& frontier() const { return frontier_; }
  Stage& stage() { return *stage_; }
  Pool& pool() { return pool_; }
  Instant now() const { return now_; }

 private:
  void push(SlabRef slab, uint16_t origin);
  void read(Batch& batch, FakeTurn& turn);
  void check_and_hold(FakeTurn& turn, const Batch* entered, Batch* left);
  SlabRef make_slab(const std::vector<Line>& lines, size_t from, size_t to);

  // In this order: slabs go back to the pool and receipts settle at the frontier, so both must outlive the rest.
  Pool pool_;
  Frontier frontier_;
  const StageSpec& spec_;
  FieldPlan plan_;
  bool wants_envelopes_ = false, read_ = true, log_room_ = true;
  Library::Tables tables_;
  Library library_{tables_};
  std::vector<uint16_t> inputs_;
  std::unique_ptr<Stage> stage_;
  std::function<Envelope(size_t)> make_envelope_;
  std::vector<std::pair<Port, Batch>> held_;
  Outcome outcome_;
  Instant now_{};
  uint64_t fed_ = 0;
};

// Why the stage cannot be made so; empty if it can.
std::string refusal(const StageSpec& spec, const std::vector<Set>& sets);

// Feeds the script and ends the input.
Outcome run(const StageSpec& spec, const std::vector<Set>& sets, const std::vector<Line>& script, size_t batch_size);

// The laws of every stage: batches of 1, 2, 7 and all give the same outcome, which is answered; every receipt is delivered
// once all outputs are; a lost output is a lost receipt.
Outcome run_lawful(const StageSpec& spec, const std::vector<Set>& sets, const std::vector<Line>& script);

}  // namespace leat::test
