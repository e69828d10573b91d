// Recent: keys in the order they were last remembered, each with the moment of it, so that the one remembered longest ago is found at once.
// Owner:   a stage that remembers keys.   Thread: one.   Blocks: never.
// Fails:   cannot; the bound on keys and bytes is kept by the stage.
#pragma once

#include <string_view>

#include "core/base/chunks.h"
#include "core/base/clock.h"
#include "core/window/groups.h"
#include "core/window/hash.h"

namespace leat::window {

class Recent {
 public:
  static constexpr uint32_t kNone = Keys::kNone;

  // A seed that changes from run to run keeps an input from being made to collide.
  explicit Recent(uint64_t seed) : seed_(seed) {}

  uint64_t hash(std::string_view text) const { return window::hash(text, seed_); }
  void ahead(uint64_t hash, int step) const { keys_.ahead(hash, step); }
  uint32_t find(const Key& key) const { return keys_.find(key); }
  uint32_t find(std::string_view text) const { return keys_.find({text, hash(text)}); }

  size_t size() const { return keys_.size(); }
  size_t end() const { return keys_.end(); }  // past the highest row ever used
  uint64_t bytes() const { return bytes_; }   // of the keys' texts
  uint32_t oldest() const { return first_; }  // kNone: there is none
  std::string_view text(uint32_t row) const { return keys_.key(row).text; }
  Instant at(uint32_t row) const { return links_[row].at; }

  // Of a key that is not there. `at` never goes back from one call to the next, of this and of renew().
  uint32_t add(const Key& key, Instant at) {
    const uint32_t row = keys_.add(key);
    links_.grow(keys_.end());
    bytes_ += key.text.size();
    append(row, at);
    return row;
  }
  uint32_t add(std::string_view text, Instant at) { return add({text, hash(text)}, at); }

  void renew(uint32_t row, Instant at) {
    unlink(row);
    append(row, at);
  }

  void forget(uint32_t row) {
    bytes_ -= keys_.key(row).text.size();
    unlink(row);
    keys_.erase(row);
  }

 private:
  struct Link {
    uint32_t before, after;
    Instant at;
  };

  void append(uint32_t row, Instant at) {
    links_[row] = {last_, kNone, at};
    (last_ == kNone ? first_ : links_[last_].after) = row;
    last_ = row;
  }

  void unlink(uint32_t row) {
    const Link& link = links_[row];
    (link.before == kNone ? first_ : links_[link.before].after) = link.after;
    (link.after == kNone ? last_ : links_[link.after].before) = link.before;
  }

  const uint64_t seed_;
  Keys keys_;
  Chunks<Link> links_;  // by row
  uint32_t first_ = kNone, last_ = kNone;
  uint64_t bytes_ = 0;
};

}  // namespace leat::window
