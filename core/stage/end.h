// Source and Sink: the ends of a graph, the only parts of it that may wait for the outside.
// Owner:   the runner. Neither copied nor moved.
// Thread:  said at each call.   Blocks: a file's pull() may wait for the disk; nothing else does.
// Fails:   open() with no_input or io; later through Pull::failed and SinkHost::failed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/data/batch.h"
#include "core/stage/stage.h"

namespace leat {

class Loop;

enum class Pull : uint8_t {
  batch,   // a slab of whole records
  later,   // nothing to read now; the source calls its wake when there is
  ended,   // for good
  failed,  // for good, by error()
};

// What a source may ask of the runner; any thread, but for loop().
class SourceHost {
 public:
  virtual ~SourceHost() = default;
  virtual Loop& loop() = 0;
  virtual void wake() = 0;                          // whenever `later` may no longer be the answer
  virtual void note(std::string text) = 0;          // one line for the user about what is no error of the run
  virtual bool envelopes() const { return false; }  // somebody asks for them: what comes with one should bring it
  // A number of its own for the summary; any thread.
  virtual void count(std::string_view what, uint64_t n) { (void)what, (void)n; }
};

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  virtual const std::string& name() const = 0;  // a path or an address, for messages
  virtual Done open(SourceHost& host) = 0;      // loop thread, before the run; the host outlives the source
  // Under this source's read token. Fills `slab` with whole records and `end` with the position behind them.
  virtual Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) = 0;
  virtual void frame(Slab& slab) const = 0;       // finds the record ends of a slab it gave; any lane, no token held
  virtual void stop() = 0;                        // the next pull that has nothing already read says ended; any thread
  virtual uint64_t cut_off() const { return 0; }  // bytes of a record that had not ended when it stopped; once it said ended
  // Everything before this position is delivered; under the turn, and often. `resting`: nothing waits to be read or the run ends.
  virtual void committed(uint64_t position, bool resting) { (void)position, (void)resting; }
  virtual const Error* error() const { return nullptr; }
  // A finite file, as known when it was opened: files are read one after another in the order named, whatever else is ready.
  virtual bool in_turn() const { return false; }
  virtual uint64_t total() const { return 0; }    // bytes in all where it is known, for progress
  virtual bool unpacks() const { return false; }  // what it has read came packed, so that a pull takes its time; as pull()
};

// What a sink may ask of the runner. Under the turn, but for post().
class SinkHost {
 public:
  virtual ~SinkHost() = default;
  virtual Loop& loop() = 0;
  virtual Instant now() = 0;
  virtual void post(std::function<void()> job) = 0;                     // any thread: run under the turn
  virtual void full(bool is) = 0;                                       // shuts or opens the gates of the sources that can reach this sink
  virtual void done(bool of_stdout) = 0;                                // its reader has gone and wants no more; not an error
  virtual void failed(Error error) = 0;                                 // for good
  virtual void delivered(uint64_t records) = 0;                         // the other side has these
  virtual void idle() = 0;                                              // nothing waits any more
  virtual void refuse(Batch&& batch, const Refusal& why) = 0;           // what it has taken and cannot deliver leaves by its err
  virtual bool refusable() const = 0;                                   // somebody takes what it refuses
  virtual void dropped(uint64_t records, std::string_view reason) = 0;  // by policy; the sink lets go of them
  virtual void note(std::string text) = 0;                              // one line for the user; any thread
  virtual void count(std::string_view what, uint64_t n) = 0;            // a number of its own for the summary
  virtual bool spoiled() const = 0;  // the run has failed somewhere, so what was written is not the whole
  virtual void circuit(std::string_view from, std::string_view to, const std::string& why) {
    (void)from, (void)to, (void)why;
  }  // its breaker
};

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  virtual const std::string& name() const = 0;
  virtual Done open(SinkHost& host) = 0;             // loop thread, before the run
  virtual void take(Batch&& batch, Turn& turn) = 0;  // always accepts; records it cannot write go to turn.fail
  virtual void flush() = 0;                          // input would block: let what waits go out
  virtual void finish() = 0;                         // no more will be taken
  virtual bool idle() const = 0;                     // nothing waits, nothing is owed
  virtual void abandon() = 0;                        // lets go of everything undelivered
  virtual bool envelope() const { return false; }    // its records must carry envelopes
};

}  // namespace leat
