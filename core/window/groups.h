// Keys and Groups: a flat hash table from key bytes to small row numbers, and the aggregate states that stand at those numbers.
// Owner:   a window shape; neither is copied.   Thread: one.   Blocks: never.
// Fails:   cannot; the bound on keys is kept by the shape.
//
// A known key costs one hash, one probe and one comparison, and no allocation (bench: windows). A key is the canonical JSON text
// of its parts with a newline behind each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/chunks.h"
#include "core/base/meter.h"
#include "core/window/aggregate.h"
#include "core/window/hash.h"

namespace leat::window {

// A key with its hash, which is worked out once for every table it is looked up in.
struct Key {
  std::string_view text;
  uint64_t hash;
};

// In order of the parts, each as jq orders values.
int compare_keys(std::string_view a, std::string_view b);

class Keys {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  uint32_t find(const Key& key) const;
  // Asks for what find() will look at, if it is called soon: three times, with some work in between, since each names the next.
  void ahead(uint64_t hash, int step) const;
  uint32_t add(const Key& key);  // of a key that is not there; rows that were erased are used again
  void erase(uint32_t row);
  size_t size() const { return rows_.size() - free_.size(); }
  size_t end() const { return rows_.size(); }  // past the highest row ever used
  Key key(uint32_t row) const { return {rows_[row].key, rows_[row].hash}; }
  bool live(uint32_t row) const { return rows_[row].live; }
  std::vector<uint32_t> sorted() const;

 private:
  struct Row {
    meter::String key;
    uint64_t hash;
    bool live;
  };
  // The upper half of the hash stands beside the row, so that a probe seldom has to touch the row.
  struct Slot {
    uint32_t row = kNone, tag = 0;
  };

  static uint32_t tag(uint64_t hash) { return static_cast<uint32_t>(hash >> 32); }
  void place(uint32_t row);
  void grow();

  Chunks<Row> rows_;
  meter::Vector<uint32_t> free_;
  meter::Vector<Slot> slots_;  // a power of two, linear probing, at most half full
};

// The states of many groups, `what.size()` of them in each row.
class Groups {
 public:
  explicit Groups(const std::vector<Aggregate>& what) : what_(&what), states_(what.size()) {}

  void start(uint32_t row);  // a row begins, or begins anew
  Aggregate::State* at(uint32_t row) { return states_.at(row); }
  const Aggregate::State* at(uint32_t row) const { return states_.at(row); }
  void merge(uint32_t row, const Aggregate::State* from);

 private:
  const std::vector<Aggregate>* what_;
  Chunks<Aggregate::State> states_;
};

}  // namespace leat::window
