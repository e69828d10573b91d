// TopK: the values seen most often, with their counts, in bounded memory.
// Owner:   one aggregate's state; moves.   Thread: one.   Blocks: never.   Fails: cannot.
//
// The space-saving algorithm of Metwally, Agrawal and El Abbadi (2005): a fixed number of counters; a value without one takes over
// the lowest, and that count becomes its possible error. Exact until there are more different values than counters. After that a
// count is never too low, at most `error` too high, and every value seen more often than n / counters times is among them.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/meter.h"

namespace leat::window {

class TopK {
 public:
  struct Entry {
    meter::String value;
    uint64_t count = 0, error = 0;
  };

  // Eight counters for each value wanted, at least 128: the tail of a skewed input then seldom reaches the top.
  explicit TopK(uint32_t wanted);

  void add(std::string_view value, uint64_t times = 1, uint64_t error = 0);
  void merge(const TopK& other);
  meter::Vector<Entry> top() const;  // highest count first, then by value
  uint64_t counters() const { return capacity_; }

 private:
  static meter::Vector<Entry> sorted(meter::Vector<Entry> all, size_t keep);
  const Entry* find(std::string_view value) const;
  uint64_t unseen() const;
  size_t slot_of(std::string_view value, uint64_t hash) const;  // where its index is, or the empty place for it
  void raise(uint32_t heap_at);
  void swap(uint32_t a, uint32_t b);
  void forget(uint32_t entry);
  void lift(uint32_t heap_at);

  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t wanted_, capacity_;
  meter::Vector<Entry> entries_;
  meter::Vector<uint64_t> hashes_;  // of entries_
  meter::Vector<uint32_t> heap_;    // entries, the lowest count first
  meter::Vector<uint32_t> place_;   // of each entry in heap_
  meter::Vector<uint32_t> slots_;   // hash table of entries, linear probing, at most half full
};

}  // namespace leat::window
