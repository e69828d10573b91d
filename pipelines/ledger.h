// Ledger: what became of every record, counted where it happened and summed when someone asks.
// Owner:   the runner.   Thread: one writer per Tally, any reader.   Blocks: never.
// Fails:   cannot. The law: for a stage in = passed + missing + failed (+ dropped), and out = passed + emitted.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat {

// Counter: written by one thread, read by any.
class Counter {
 public:
  Counter() = default;
  Counter(const Counter& other) : value_(other.get()) {}
  void add(uint64_t n) { value_.store(get() + n, std::memory_order_relaxed); }
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// One node's or source's counts, of one lane.
struct Tally {
  Counter in, passed, failed, emitted, dropped;
  Counter spoiled;  // made here and failed here: among `emitted` and `failed`, but they never came in
  Counter unread;   // emitted to a port nobody reads
  Counter copied;   // extra copies made for second and further readers
};

struct LedgerRow {
  std::string id, kind;  // kind: source, sink, fallback, dlq, events or hook (an end of them), or the stage's name
  uint64_t in = 0, passed = 0, missing = 0, failed = 0, spoiled = 0, emitted = 0, delivered = 0, pending = 0;
  std::map<std::string, uint64_t> dropped;  // by reason
  std::map<std::string, uint64_t> counted;  // the stage's own numbers (Turn::count): no fate of a record, so no part of the law
  std::string missing_word;                 // filtered or absorbed
};

// Over the whole run: read + emitted + copied = delivered + fallback + filtered + absorbed + dropped + dead_lettered + failed + pending.
struct Totals {
  uint64_t read = 0, emitted = 0, copied = 0;
  uint64_t delivered = 0, fallback = 0, filtered = 0, absorbed = 0, dropped = 0, dead_lettered = 0, failed = 0, pending = 0;

  using Named = std::pair<std::string_view, uint64_t>;
  // The two sides: what came into being, and what became of it.
  std::array<Named, 3> born() const { return {{{"read", read}, {"emitted", emitted}, {"copied", copied}}}; }
  std::array<Named, 8> fates() const {
    return {{{"delivered", delivered},
             {"fallback", fallback},
             {"filtered", filtered},
             {"absorbed", absorbed},
             {"dropped", dropped},
             {"dead_lettered", dead_lettered},
             {"failed", failed},
             {"pending", pending}}};
  }
  bool balanced() const {
    return read + emitted + copied == delivered + fallback + filtered + absorbed + dropped + dead_lettered + failed + pending;
  }
};

struct Ledger : Totals {
  std::vector<LedgerRow> rows;
  uint64_t bytes_in = 0;
  Totals events;  // of the chains that read events: their records are none of the others', so they are counted by themselves
  bool balanced() const { return Totals::balanced() && events.balanced(); }
};

}  // namespace leat
