#include "core/window/topk.h"

#include <algorithm>
#include <utility>

#include "core/window/hash.h"

namespace leat::window {

TopK::TopK(uint32_t wanted) : wanted_(wanted), capacity_(std::max(128u, wanted * 8)) {}

size_t TopK::slot_of(std::string_view value, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  size_t at = hash & mask;
  while (slots_[at] != kNone && (hashes_[slots_[at]] != hash || entries_[slots_[at]].value != value)) at = (at + 1) & mask;
  return at;
}

void TopK::swap(uint32_t a, uint32_t b) {
  std::swap(heap_[a], heap_[b]);
  place_[heap_[a]] = a;
  place_[heap_[b]] = b;
}

// The count at this place has grown: it moves away from the front.
void TopK::raise(uint32_t at) {
  const auto count = [&](uint32_t i) { return entries_[heap_[i]].count; };
  for (uint32_t least; (least = 2 * at + 1) < heap_.size(); at = least) {
    if (least + 1 < heap_.size() && count(least + 1) < count(least)) ++least;
    if (count(at) <= count(least)) return;
    swap(at, least);
  }
}

// A new entry at the back moves to the front as far as its count is lower.
void TopK::lift(uint32_t at) {
  for (; at > 0 && entries_[heap_[at]].count < entries_[heap_[(at - 1) / 2]].count; at = (at - 1) / 2) swap(at, (at - 1) / 2);
}

// Takes the entry out of the table, and closes the gap so that every probe still ends where it should.
void TopK::forget(uint32_t entry) {
  const size_t mask = slots_.size() - 1;
  size_t gap = slot_of(entries_[entry].value, hashes_[entry]);
  for (size_t at = (gap + 1) & mask; slots_[at] != kNone; at = (at + 1) & mask) {
    const size_t home = hashes_[slots_[at]] & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = kNone;
}

void TopK::add(std::string_view value, uint64_t times, uint64_t error) {
  if (2 * (entries_.size() + 1) > slots_.size() && entries_.size() < capacity_) {
    slots_.assign(std::max<size_t>(16, slots_.size() * 2), kNone);
    for (uint32_t i = 0; i < entries_.size(); ++i) slots_[slot_of(entries_[i].value, hashes_[i])] = i;
  }
  const uint64_t bits = hash(value, 0);
  size_t at = slot_of(value, bits);
  if (slots_[at] != kNone) {
    Entry& entry = entries_[slots_[at]];
    entry.count += times;
    entry.error += error;
    return raise(place_[slots_[at]]);
  }
  if (entries_.size() < capacity_) {
    const auto entry = static_cast<uint32_t>(entries_.size());
    slots_[at] = entry;
    entries_.push_back({meter::String(value), times, error});
    hashes_.push_back(bits);
    place_.push_back(static_cast<uint32_t>(heap_.size()));
    heap_.push_back(entry);
    return lift(place_[entry]);
  }
  const uint32_t lowest = heap_.front();
  forget(lowest);
  Entry& entry = entries_[lowest];
  entry.error = entry.count + error;
  entry.count += times;
  entry.value.assign(value);
  hashes_[lowest] = bits;
  slots_[slot_of(value, bits)] = lowest;
  raise(0);
}

const TopK::Entry* TopK::find(std::string_view value) const {
  if (slots_.empty()) return nullptr;
  const uint32_t entry = slots_[slot_of(value, hash(value, 0))];
  return entry == kNone ? nullptr : &entries_[entry];
}

// How often a value without a counter may have been seen.
uint64_t TopK::unseen() const { return entries_.size() < capacity_ ? 0 : entries_[heap_.front()].count; }

meter::Vector<TopK::Entry> TopK::sorted(meter::Vector<Entry> all, size_t keep) {
  std::sort(all.begin(), all.end(),
            [](const Entry& a, const Entry& b) { return a.count != b.count ? a.count > b.count : a.value < b.value; });
  if (all.size() > keep) all.resize(keep);
  return all;
}

void TopK::merge(const TopK& other) {
  meter::Vector<Entry> all;
  for (const Entry& entry : entries_) {
    const Entry* twin = other.find(entry.value);
    all.push_back({entry.value, entry.count + (twin ? twin->count : other.unseen()), entry.error + (twin ? twin->error : other.unseen())});
  }
  for (const Entry& entry : other.entries_)
    if (!find(entry.value)) all.push_back({entry.value, entry.count + unseen(), entry.error + unseen()});
  TopK both(wanted_);
  for (const Entry& entry : sorted(std::move(all), capacity_)) both.add(entry.value, entry.count, entry.error);
  *this = std::move(both);
}

meter::Vector<TopK::Entry> TopK::top() const { return sorted(entries_, wanted_); }

}  // namespace leat::window
