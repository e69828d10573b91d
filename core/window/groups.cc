#include "core/window/groups.h"

#include <algorithm>
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
  while (!a.empty() && !b.empty())
    if (const int order = compare(next_part(a), next_part(b)); order != 0) return order;
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

std::vector<uint32_t> Keys::sorted() const {
  // The first part is read once for each row and not at each comparison.
  struct Ranked {
    Value first;
    std::string_view rest;
    uint32_t row;
  };
  std::vector<Ranked> rows;
  rows.reserve(size());
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    if (!rows_[row].live) continue;
    std::string_view key = rows_[row].key;
    Value first = key.empty() ? Value() : next_part(key);
    rows.push_back({std::move(first), key, row});
  }
  std::sort(rows.begin(), rows.end(), [](const Ranked& a, const Ranked& b) {
    const int order = compare(a.first, b.first);
    return order != 0 ? order < 0 : compare_keys(a.rest, b.rest) < 0;
  });
  std::vector<uint32_t> order;
  order.reserve(rows.size());
  for (const Ranked& ranked : rows) order.push_back(ranked.row);
  return order;
}

void Groups::start(uint32_t row) {
  const size_t width = what_->size();
  if (states_.size() < (row + 1) * width) {
    for (size_t i = states_.size(); i < (row + 1) * width; ++i) states_.push_back((*what_)[i % width].start());
    return;
  }
  for (size_t i = 0; i < width; ++i) at(row)[i] = (*what_)[i].start();
}

void Groups::merge(uint32_t row, const Aggregate::State* from) {
  for (size_t i = 0; i < what_->size(); ++i) (*what_)[i].merge(at(row)[i], from[i]);
}

}  // namespace leat::window
