// Rehearsal: a pipeline run by hand, on a clock of its own: its sources bring what they are given, its sinks keep what they get, and
// time goes on when it is told to. One thread, one seed: the same script gives the same bytes each time.
// Owner:   the caller.   Thread: the one it was made on.   Blocks: while the outside owes a call of the pipeline something.
// Fails:   make: what build() finds wrong; later what cannot be given, and a pipeline that never comes to rest.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/codec/caught.h"
#include "pipelines/runner.h"
#include "pipelines/spec.h"

namespace leat {

class ScriptedSource;

// Time that stands still until somebody moves it.
struct HandClock final : Clock {
  explicit HandClock(Instant start) : at(start) {}
  Instant now() const override { return at; }
  Instant at;
};

class Rehearsal {
 public:
  using PortName = std::pair<std::string, std::string>;  // id of a stage, and its port
  struct Script {
    Instant start;
    std::vector<std::pair<std::string, std::string>> environment;  // for $ENV
    std::set<std::string> into;                                    // the stages that records will be put into
    std::set<PortName> watched;                                    // the ports whose records are kept
    uint32_t batch_records = 0;                                    // as RunOptions
  };

  // Of a spec that check() finds nothing wrong with; every end of it gets a stand-in.
  static Result<std::unique_ptr<Rehearsal>> make(PipelineSpec spec, Script script);
  ~Rehearsal();

  // Each of them returns when there is nothing left to do before time goes on or something else comes in.
  Done give(size_t source, std::string_view bytes);                    // by its place among the sources as written; in its codec
  Done give(const std::string& stage, std::string_view json_records);  // a line each
  Done wait(Duration time);
  Done end();    // the sources end, and what was held back for later comes at its time
  Done drain();  // the run is cut short, as by a first signal

  Instant now() const { return clock_.at; }
  const CodecSpec& codec(size_t source) const;
  Caught& sink(size_t i) { return *sinks_[i]; }       // by its place among the sinks and fallbacks as written
  Caught& letters(size_t i) { return *letters_[i]; }  // ... and among the dead-letter sinks
  Caught& port(const PortName& name) { return *ports_.at(name); }
  const std::map<PortName, uint64_t>& reached() const { return reached_; }  // how many records have left by each port
  const std::vector<std::string>& reports() const { return reports_; }      // what a user would have been told
  Ledger ledger() const { return runner_->ledger(); }
  Outcome outcome() const { return runner_->outcome(); }

 private:
  struct Unset final : Environment {
    std::optional<std::string> get(std::string_view) const override { return std::nullopt; }
  };
  explicit Rehearsal(Script script) : script_(std::move(script)), clock_(script_.start), loop_(clock_, Loop::Alarm::by_hand) {}

  Done begin(PipelineSpec spec);
  void keep(const std::string& id, Port port, const Batch& batch);
  void settle();
  Done ring();
  Done run_out(std::string_view why);

  const Script script_;
  HandClock clock_;
  Loop loop_;
  std::vector<ScriptedSource*> sources_;
  std::map<std::string, ScriptedSource*> entrances_;  // by stage
  std::vector<std::unique_ptr<Caught>> sinks_, letters_;
  std::map<PortName, std::unique_ptr<Caught>> ports_;
  std::map<std::string, std::vector<std::string>> port_names_;  // by stage
  std::map<PortName, uint64_t> reached_;
  std::vector<std::string> reports_;
  std::unique_ptr<Runner> runner_;
  Instant rung_{};      // when it rang last
  uint32_t rings_ = 0;  // ... how often at that very instant
};

}  // namespace leat
