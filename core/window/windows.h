// Windows: which group of which stretch of time a record belongs to, and when that group's answer is due. Three shapes:
// Slices (tumbling and hopping), Sessions, and Counted (every N records, or all of them).
// Owner:   the window stage.   Thread: one.   Blocks: never.
// Fails:   a record is late or one key too many: enter() says so and nothing has changed.
//
// Time is whatever the caller goes by, arrival or event time; advance() tells how far it has come. Windows are [start, end) and lie
// at multiples of their step since 1970. A group is its window and its key, never the window alone.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/data/receipt.h"
#include "core/window/groups.h"
#include "core/window/watermark.h"

namespace leat::window {

enum class Mark : uint8_t {
  on_time,  // the window is over
  early,    // it goes on; more will come
  late,     // it was over and answered, and then a record came that was still allowed
  partial,  // the run was stopped in the middle of it
};

struct Answer {
  Instant start, end;
  std::string_view key;
  const Aggregate::State* states;
  Mark mark;
  const Receipts* owed;  // for the records in it
  uint64_t batch;        // answers with the same number owe the same receipts
};

// Where answers go.
class Answers {
 public:
  virtual ~Answers() = default;
  virtual void take(const Answer& answer) = 0;
};

struct Bounds {
  Duration lateness{0};
  uint64_t max_keys = 100'000;  // groups held at once; hopping windows hold one for each key and step
  Duration update{0};           // also answer early for what has changed, whenever time passes a multiple of it; 0: never
  uint64_t update_count = 0;    // also answer early at every Nth record of a group; 0: never
};

class Windows {
 public:
  enum class Entry : uint8_t { kept, late, full };

  explicit Windows(const std::vector<Aggregate>& what, const Bounds& bounds) : what_(what), bounds_(bounds) {}
  virtual ~Windows() = default;
  Windows(const Windows&) = delete;
  Windows& operator=(const Windows&) = delete;

  // Finds or makes the record's group and keeps the receipt. The caller then adds to states() and calls entered().
  virtual Entry enter(const Key& key, Instant time, const Receipt& receipt) = 0;
  Aggregate::State* states() const { return entered_; }
  virtual void entered(Answers& answers) = 0;  // the answers that this record itself makes due

  // Time has come to `now`: answers what is due, in order of end, then key; at most about `limit` of them. False: there is more.
  virtual bool advance(Instant now, Answers& answers, size_t limit) = 0;
  virtual std::optional<Instant> due() const = 0;  // the next moment at which advance() will have something to do
  // No record will come: answers all that is left. Not `complete`: it was cut short.
  virtual void close(bool complete, Answers& answers) = 0;
  virtual size_t groups() const = 0;

 protected:
  const std::vector<Aggregate>& what_;
  const Bounds bounds_;
  Aggregate::State* entered_ = nullptr;
};

std::unique_ptr<Windows> make_slices(const std::vector<Aggregate>& what, const Bounds& bounds, Duration size, Duration every);
std::unique_ptr<Windows> make_sessions(const std::vector<Aggregate>& what, const Bounds& bounds, Duration gap);
std::unique_ptr<Windows> make_counted(const std::vector<Aggregate>& what, const Bounds& bounds, uint64_t count);  // 0: one global window

}  // namespace leat::window
