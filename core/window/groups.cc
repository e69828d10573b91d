#include "core/window/groups.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "core/data/json.h"
#include "core/data/order.h"

namespace leat::window {
namespace {

// Takes the first part, and the newline behind it, off a key.
Value next_part(std::string_view& key) {
  const size_t end = key.find('\n');
  Value part;
  json::Mistake none;
  json::parse(key.substr(0, end), json::Keep::borrowed, part, none);  // we wrote it
  key.remove_prefix(end + 1);
  return part;
}

}  // namespace

int compare_keys(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const size_t end = a.find('\n') + 1;
    if (a.substr(0, end) == b.substr(0, end)) {  // equal values have one spelling
      a.remove_prefix(end), b.remove_prefix(end);
      continue;
    }
    if (const int order = compare(next_part(a), next_part(b)); order != 0) return order;
  }
  return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

uint32_t Keys::find(const Key& key) const {
  if (slots_.empty()) return kNone;
  const size_t mask = slots_.size() - 1;
  for (size_t at = key.hash & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.row == kNone) return kNone;
    if (slot.tag == tag(key.hash) && rows_[slot.row].key == key.text) return slot.row;
  }
}

void Keys::ahead(uint64_t hash, int step) const {
  if (slots_.empty()) return;
  const Slot& slot = slots_[hash & (slots_.size() - 1)];
  if (step == 0) return __builtin_prefetch(&slot);
  if (slot.row == kNone || slot.tag != tag(hash)) return;
  __builtin_prefetch(step == 1 ? static_cast<const void*>(&rows_[slot.row]) : rows_[slot.row].key.data());
}

void Keys::place(uint32_t row) {
  const size_t mask = slots_.size() - 1;
  size_t at = rows_[row].hash & mask;
  while (slots_[at].row != kNone) at = (at + 1) & mask;
  slots_[at] = {row, tag(rows_[row].hash)};
}

void Keys::grow() {
  slots_.assign(std::max<size_t>(16, slots_.size() * 2), {});
  for (uint32_t row = 0; row < rows_.size(); ++row)
    if (rows_[row].live) place(row);
}

uint32_t Keys::add(const Key& key) {
  if (2 * (size() + 1) > slots_.size()) grow();
  uint32_t row = static_cast<uint32_t>(rows_.size());
  if (free_.empty()) {
    rows_.push_back({meter::String(key.text), key.hash, true});
  } else {
    row = free_.back();
    free_.pop_back();
    rows_[row].key.assign(key.text);
    rows_[row].hash = key.hash;
    rows_[row].live = true;
  }
  place(row);
  return row;
}

// The gap is closed by moving back what had to probe past it, so that a search may still end at the first empty slot.
void Keys::erase(uint32_t row) {
  const size_t mask = slots_.size() - 1;
  size_t gap = rows_[row].hash & mask;
  while (slots_[gap].row != row) gap = (gap + 1) & mask;
  for (size_t at = (gap + 1) & mask; slots_[at].row != kNone; at = (at + 1) & mask) {
    const size_t home = rows_[slots_[at].row].hash & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = {};
  rows_[row].live = false;
  meter::String().swap(rows_[row].key);  // a long one is not kept for whoever gets the row next
  free_.push_back(row);
}

namespace {

// What keys are sorted by in the first place: a number that orders as their first parts do, or says nothing where it is equal. The
// keys themselves lie all over the memory, and are looked at only then.
struct Ranked {
  uint64_t front = 0;
  uint32_t row;
};

uint64_t front_of(double number) {
  const auto bits = std::bit_cast<uint64_t>(number + 0.0);  // -0 is 0
  return bits >> 63 ? ~bits : bits | uint64_t{1} << 63;
}

uint64_t front_of(std::string_view text) {
  uint64_t front = 0;
  for (size_t i = 0; i < 8; ++i) front = front << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0u);
  return front;
}

size_t common_size(std::string_view a, std::string_view b) {
  const size_t most = std::min(a.size(), b.size());
  size_t same = 0;
  while (same < most && a[same] == b[same]) ++same;
  return same;
}

// Of texts it is the eight bytes behind those that all of them begin with; of anything but texts alone or numbers alone, nothing.
template <class First>
void rank(std::vector<Ranked>& rows, First&& first) {
  std::string shared;
  bool texts = !rows.empty(), numbers = texts;
  for (size_t i = 0; i < rows.size() && (texts || numbers); ++i) {
    const Value part = first(rows[i].row);
    numbers &= part.is_number();
    texts &= part.is_string();
    if (!texts) continue;
    if (i == 0) shared = part.view();
    shared.resize(common_size(shared, part.view()));
  }
  if (!texts && !numbers) return;
  for (Ranked& row : rows) {
    const Value part = first(row.row);
    row.front = numbers ? front_of(part.number()) : front_of(part.view().substr(shared.size()));
  }
}

}  // namespace

std::vector<uint32_t> Keys::sorted() const {
  std::vector<Ranked> rows;
  rows.reserve(size());
  for (uint32_t row = 0; row < rows_.size(); ++row)
    if (rows_[row].live) rows.push_back({0, row});
  rank(rows, [&](uint32_t row) {
    std::string_view key = rows_[row].key;
    return key.empty() ? Value() : next_part(key);
  });
  std::sort(rows.begin(), rows.end(), [&](const Ranked& a, const Ranked& b) {
    if (a.front != b.front) return a.front < b.front;
    return compare_keys(rows_[a.row].key, rows_[b.row].key) < 0;
  });
  std::vector<uint32_t> order;
  order.reserve(rows.size());
  for (const Ranked& ranked : rows) order.push_back(ranked.row);
  return order;
}

void Groups::start(uint32_t row) {
  const auto make = [&](size_t i) { return (*what_)[i].start(); };
  if (row < states_.size()) {
    for (size_t i = 0; i < what_->size(); ++i) at(row)[i] = make(i);
    return;
  }
  while (states_.size() <= row) states_.add(make);
}

void Groups::merge(uint32_t row, const Aggregate::State* from) {
  for (size_t i = 0; i < what_->size(); ++i) (*what_)[i].merge(at(row)[i], from[i]);
}

}  // namespace leat::window
