// Runner: drives a graph: reads, walks batches through the stages, keeps order by two kinds of token, ends it all cleanly.
// Owner:   cli. Owns the graph; is lent the loop and the clock.
// Thread:  start(), drain(), abort() on the loop thread; step() by each lane; the rest as contracts of stage.h and end.h say.
// Blocks:  step() only for its turn and for a file's disk.
// Fails:   start() when an end cannot be opened; later through Outcome.
//
// Nothing waits inside the graph: the only "not now" is the gate in front of a source's read token. A lane takes the read
// token of one source, pulls and numbers a batch, walks it through the parallel part of the graph, waits for its number at
// the turnstile and walks on through stateful stages into sinks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/data/receipt.h"
#include "core/io/loop.h"
#include "pipelines/events.h"
#include "pipelines/graph.h"
#include "pipelines/ledger.h"
#include "pipelines/profile.h"
#include "pipelines/turnstile.h"

namespace leat {

// What sees all that comes in and goes out. As stages, under the turn; of one lane.
class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void came(const std::string& source, const Batch& batch, Instant now) = 0;  // faulty records too
  virtual void went(const std::string& sink, uint64_t records) = 0;                   // what a sink has been given
};

struct RunOptions {
  int threads = 1;        // lanes; of one lane the loop thread is it
  uint32_t patience = 0;  // batches in a row that the loop thread reads alone before the lanes begin: what trickles needs none
  Duration drain = std::chrono::seconds(10);
  uint64_t memory = 0;                                 // bytes read and not delivered, from which on no source is read; 0: no bound
  uint32_t batch_records = 0;                          // at most so many per batch; 0: as they were read. For tests of the boundary law
  std::function<void(const std::string&)> report;      // one line for people about what went wrong; called under the turn or a lane's lock
  std::function<void(const std::string&)> note;        // the same about what did not; null: nobody asks
  std::function<bool(Level, const std::string&)> log;  // lines a stage was asked for (Turn::log); null: nobody looks
  uint64_t seed = 0;                                   // of the ids that new envelopes get
  // What leaves by a port of a stage or by the err of an end, whether anybody reads it or not; as report. Null: nobody looks.
  std::function<void(const std::string& id, Port port, const Batch& batch)> tap;
  // The ports that count as read although nobody reads them, so that stages bring there what they have for them. Null: none.
  std::function<bool(const std::string& id, Port port)> watched;
  Recorder* recorder = nullptr;      // then one lane reads; null: nobody records
  const Clock* stopwatch = nullptr;  // by which profile() is kept; null: nobody asks for it
};

// How a run ended; cli makes the exit status of it.
struct Outcome {
  std::optional<Error> error;  // the first that was fatal or cost input
  uint64_t failed = 0;         // records that nobody took
  uint64_t lost = 0;           // reads whose delivery was never confirmed
  bool reader_gone = false;    // stdout was closed by its reader
  bool stopped_by_strict = false;
  bool drain_expired = false;
};

class Runner {
 public:
  Runner(Graph graph, Loop& loop, const Clock& clock, RunOptions options);
  ~Runner();

  Done start();         // opens every end, then begins; returns at once, Loop::run() does the rest
  void drain();         // stop reading, deliver what was read
  void abort();         // let go of everything undelivered
  bool asking() const;  // does a call wait for the outside; on the loop thread, of one lane
  bool over() const { return over_.load(std::memory_order_acquire); }

  Outcome outcome() const;       // after over
  Ledger ledger() const;         // any time, any thread
  uint64_t total_bytes() const;  // of all inputs where every one knows its size, else 0
  Profile profile();             // after over, on the loop thread; empty without a stopwatch

  struct Lane;
  bool step(Lane& lane);  // one unit of work; false: there was none
  Lane& lane(size_t i) { return *lanes_[i]; }

 private:
  struct InputState;
  class SinkPort;
  class SourcePort;
  class StageTurn;
  class CallPort;
  struct NodeState {
    std::atomic<bool> closed{false};  // wants no more
    std::atomic<bool> failed{false};  // ... because it failed: what comes for it is lost
    // ... because it has had enough: it takes no more of what had been read, as it would not if it were asked
    std::atomic<bool> sated{false};
    uint32_t open_parents = 0;  // edges that may still bring records; turn
    bool lingers = false;       // turn; no more will come, but what it keeps is not due yet
    bool finished = false;      // turn; no more will come
    bool ended = false;         // turn; of a sink: nothing is owed, and its err will bring no more
    bool close_told = false;    // turn; of a sink
    uint64_t delivered = 0;     // sinks; turn
    std::atomic<uint64_t> delivered_seen{0};
    std::map<std::string, uint64_t, std::less<>> dropped;  // by reason, under drops_mutex_
    std::map<std::string, uint64_t, std::less<>> told;     // of `dropped`, by events; under drops_mutex_
    std::map<std::string, uint64_t, std::less<>> counted;  // by Turn::count, under drops_mutex_
    std::vector<uint32_t> inputs, buffers;                 // whose records come here without waiting in a buffer on the way
    int full = 0;                                          // of a buffer: how many of its readers have no room; turn
  };

  // runner.cc: life
  void connect();
  void read_together();
  void shut(uint32_t node, bool is);
  void shut_origin(uint16_t origin, bool is);
  void room(uint32_t buffer);
  void flush();
  void commit(bool resting);
  void on_time();
  void after_turn();
  void record_error(const Error& error);
  void note(const std::string& text);
  void report(const std::string& text);
  bool log(Level level, const std::string& line);
  Instant now();

  // lanes.cc: what is read, and whose turn it is
  bool step_alone();
  bool worth_lanes() const;
  void begin_lanes();
  void run_lane(size_t index);
  void wake();
  bool may_read(const InputState& input) const;
  bool lane_pull(Lane& lane, InputState& input);
  bool enter_turn(uint64_t number);
  void leave_turn();
  void turn_batch(Lane& lane, uint64_t number);
  void turn_strictly(InputState& input, SlabRef slab, Receipt receipt, uint64_t number);
  void turn_end(InputState& input, uint64_t number);

  // calls.cc: stages that go on when their input is over
  std::unique_ptr<CallHost> make_call_port(uint32_t node);
  Done open_calls();
  void in_turn_of(uint32_t call, const std::function<void(Turn&)>& job);
  void stop_unwanted(uint32_t call);
  void abandon_calls();

  // profile.cc: what a piece of work is booked to
  uint32_t reading(uint16_t input) const;
  uint32_t framing(uint16_t input) const;
  uint32_t work(uint32_t node) const;
  void start_watches();
  void stop_watches();
  void number_walks();
  static void count_work(uint32_t account, const Batch& batch);
  void count_walk(uint32_t node, const Batch& batch) const;
  void add_walk(uint32_t node, const std::vector<Stopwatch::Account>& spent, Profile& profile) const;

  // hooks.cc: what happens, for the chains that ask
  bool tells(Event what, uint32_t node) const { return events_ && events_->wants(what) && !graph_.nodes[node].events; }
  void tell(EventRecord&& record, Lane& lane);
  void tell_failed(const Failure& failure, std::string_view record_id, Instant at, Lane& lane);
  void tell_made(uint32_t node, const Batch& batch, Lane& lane);
  void tell_broken(const std::string& id, const Error& error);
  void tell_circuit(uint32_t node, std::string_view from, std::string_view to, std::string_view why);
  void tell_opened();
  void tell_closed(const InputState& input);
  void tell_closed(uint32_t sink, std::string_view message);
  std::optional<Instant> drops_due();
  void tell_drops();
  void complete();
  uint64_t leave_out_events();

  // ending.cc: how it ends
  void finish_node(uint32_t node);
  void stop(InputState& input);
  bool lingers(uint32_t node) const;
  void finish_lingering();
  void parent_ended(uint32_t node);
  void origin_ended(uint16_t origin);
  void finish_stage(uint32_t node);
  void prune();
  bool all_ended(bool of_events);
  void give_up();
  void check_over();

  // walk.cc: one batch through the nodes
  Batch enter(InputState& input, SlabRef slab, Receipt receipt, Lane& lane);
  void walk_input(Lane& lane, InputState& input, SlabRef slab, Receipt receipt);
  void walk_strictly(InputState& input, SlabRef slab, Receipt receipt);
  void push(uint32_t node, Batch&& batch, Lane& lane);
  void run_stage(uint32_t node, Batch&& batch, Lane& lane);
  void run_sink(uint32_t node, Batch&& batch, Lane& lane);
  void forward(uint32_t node, Port port, Batch&& batch, Lane& lane);
  void send(const Graph::Readers& readers, Batch&& batch, Lane& lane, Tally& tally);
  void read_ahead(uint32_t node, Batch& batch, Lane& lane);
  template <class Refused>
  void read_each(uint32_t node, Batch& batch, Lane& lane, Refused&& refused);
  bool read_columns(uint32_t node, Batch& batch, StageTurn& turn, Lane& lane);
  void send_failed(const std::string& id, const Graph::Readers& readers, StageTurn& turn, const Batch& batch, Slab& entered, Lane& lane,
                   Tally& tally);
  void send_refused(uint32_t node, const Batch& batch, const Refusal& why);
  void count_drop(uint32_t node, uint64_t records, std::string_view reason, Tally& tally);
  void unhandled(const Failure& failure, bool of_events);

  // Slabs go back to the pool and receipts settle at the frontiers of the inputs, so both outlive the graph.
  Pool pool_;
  std::vector<std::unique_ptr<InputState>> inputs_;
  Graph graph_;
  Loop& loop_;
  const Clock& clock_;
  const RunOptions options_;
  Turnstile turnstile_;
  std::atomic<uint64_t> numbers_{0};
  std::unique_ptr<Events> events_;  // null: no chain asks for any
  std::vector<std::unique_ptr<NodeState>> states_;
  std::vector<std::unique_ptr<SinkPort>> sink_ports_;
  std::vector<std::unique_ptr<SourcePort>> source_ports_;
  std::vector<std::unique_ptr<CallHost>> call_ports_;  // by node; null: no call
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::unique_ptr<Lane> serial_;  // what is walked under the turn
  std::vector<std::thread> threads_;
  std::vector<std::unique_ptr<Stopwatch>> watches_;  // of the loop thread, then of each lane's; none unless asked for
  std::vector<uint32_t> walks_;                      // by node: the account of the walk that reads for it
  std::atomic<bool> threaded_{false};                // they have begun
  uint32_t in_a_row_ = 0;                            // loop thread, until they do

  std::mutex wake_mutex_;
  std::condition_variable woken_;
  std::atomic<uint64_t> wakes_{0};
  std::atomic<bool> flushed_{true};
  std::atomic<bool> draining_{false}, over_{false}, aborting_{false};
  std::atomic<bool> stopped_{false};  // by --strict

  Instant last_now_{};                       // turn
  std::optional<Instant> armed_, drain_by_;  // turn; loop thread
  std::optional<Instant> tell_drops_by_;     // turn
  bool completed_ = false;                   // turn; all data has come to its end, and what reads events has been told so
  mutable std::mutex outcome_mutex_;
  Outcome outcome_;
  uint64_t reported_ = 0, hooks_reported_ = 0;
  mutable std::mutex drops_mutex_;
  bool drops_untold_ = false;  // under drops_mutex_
};

}  // namespace leat
