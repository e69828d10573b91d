#include <cstdlib>
#include <cstring>
#include <new>

#include "core/base/meter.h"
#include "core/data/value.h"

namespace leat {
namespace {

// Keys come from records, so their hashes must not be foreseeable: where the loader put this byte is the seed.
uint32_t hash(std::string_view key) {
  static const char here = 0;
  constexpr uint64_t kMix = 0x9E3779B97F4A7C15;
  uint64_t state = reinterpret_cast<uintptr_t>(&here) * kMix ^ key.size();
  const auto mix = [&](uint64_t word) {
    state = (state ^ word) * kMix;
    state ^= state >> 32;
  };
  uint64_t word = 0;
  for (; key.size() >= 8; key.remove_prefix(8)) std::memcpy(&word, key.data(), 8), mix(word);
  word = 0;
  if (!key.empty()) std::memcpy(&word, key.data(), key.size());
  mix(word), mix(0);
  return static_cast<uint32_t>(state);
}

}  // namespace

void Value::index_add(uint32_t position) {
  Node* node = as_.node;
  uint32_t at = hash(reinterpret_cast<Entry*>(node + 1)[position].key.view()) & node->mask;
  while (node->table[at] != kAbsent) at = (at + 1) & node->mask;
  node->table[at] = position;
}

void Value::index() {
  Node* node = as_.node;
  uint32_t slots = 64;
  while (slots < uint64_t{node->capacity} * 2 && slots < (1u << 31)) slots *= 2;
  const auto bytes = [](uint32_t count) { return static_cast<size_t>(count) * sizeof(uint32_t); };
  if (!node->table || node->mask + 1 != slots) {
    auto* table = static_cast<uint32_t*>(std::malloc(bytes(slots)));
    if (!table) throw std::bad_alloc();
    if (node->table) meter::count(-static_cast<int64_t>(bytes(node->mask + 1)));
    std::free(node->table);
    node->table = table, node->mask = slots - 1;
    meter::count(static_cast<int64_t>(bytes(slots)));
  }
  std::memset(node->table, 0xFF, bytes(slots));
  for (uint32_t i = 0; i < node->size; ++i) index_add(i);
}

uint32_t Value::position(std::string_view key) const {
  if (rep() != Rep::object || !as_.node) return kAbsent;
  const auto* entries = reinterpret_cast<const Entry*>(as_.node + 1);
  if (as_.node->size <= kLinear) {
    for (uint32_t i = 0; i < as_.node->size; ++i)
      if (entries[i].key.view() == key) return i;
    return kAbsent;
  }
  if (!as_.node->table) const_cast<Value*>(this)->index();  // made by the first look; freeze() has made it for shared ones
  for (uint32_t at = hash(key) & as_.node->mask;; at = (at + 1) & as_.node->mask) {
    const uint32_t found = as_.node->table[at];
    if (found == kAbsent || entries[found].key.view() == key) return found;
  }
}

const Value* Value::find(std::string_view key) const {
  const uint32_t at = position(key);
  return at == kAbsent ? nullptr : &entries()[at].item;
}

void Value::put(const Value& key, Value item) {
  const uint32_t at = position(key.view());
  if (at != kAbsent) return set_entry(at, std::move(item));
  add(key, std::move(item));
}

void Value::add(Value key, Value item) {
  const uint32_t count = size();
  Entry* at = own_room<Entry>(count + size_t{1}) + count;
  new (at) Entry{std::move(key), std::move(item)};
  as_.node->size = count + 1;
  count_in(at->item), count_in(at->key);
  if (!as_.node->table) return;
  if (uint64_t{count} * 2 >= as_.node->mask)
    index();
  else
    index_add(count);
}

void Value::set_entry(size_t at, Value item) {
  auto* entries = own_room<Entry>(size());
  count_out(entries[at].item), count_in(item);
  entries[at].item = std::move(item);
}

Value Value::take_entry(size_t at) {
  Value item = std::exchange(own_room<Entry>(size())[at].item, Value());
  count_out(item), count_in(Value());
  return item;
}

Value Value::take(std::string_view key) {
  const uint32_t at = position(key);
  return at == kAbsent ? Value() : take_entry(at);
}

bool Value::erase(std::string_view key) {
  const uint32_t at = position(key);
  if (at == kAbsent) return false;
  auto* entries = own_room<Entry>(size());
  const uint32_t last = as_.node->size - 1;
  count_out(entries[at].key), count_out(entries[at].item);
  entries[at].~Entry();
  std::memmove(static_cast<void*>(entries + at), static_cast<const void*>(entries + at + 1), (last - at) * sizeof(Entry));
  as_.node->size = last;
  if (as_.node->table) index();
  return true;
}

}  // namespace leat
