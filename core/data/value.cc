#include "core/data/value.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/base/meter.h"
#include "core/base/sanitized.h"
#include "core/data/number.h"

namespace leat {
namespace {

// Shelf: small blocks this thread gave back and may take again. A record's values come and go by the dozen, and the allocator
// keeps seven of a size at hand.
struct Shelf {
  static constexpr size_t kStep = 32, kSizes = 20, kKept = 64;
  struct Block {
    Block* next;
  };
  Block* blocks[kSizes];
  uint32_t count[kSizes];
  bool closed;  // the thread ends
};
constinit thread_local Shelf shelf{};

struct Clearing {
  bool due = false;
  ~Clearing() {
    shelf.closed = true;
    for (Shelf::Block*& block : shelf.blocks)
      while (block) std::free(std::exchange(block, block->next));
  }
};
thread_local Clearing clearing;

void* take_block(size_t bytes) {
  const size_t size = (bytes - 1) / Shelf::kStep;
  if (kSanitized || size >= Shelf::kSizes) return std::malloc(bytes);
  if (Shelf::Block* block = shelf.blocks[size]) {
    shelf.blocks[size] = block->next, --shelf.count[size];
    return block;
  }
  return std::malloc((size + 1) * Shelf::kStep);
}

void give_block(void* bytes, size_t count) {
  const size_t size = (count - 1) / Shelf::kStep;
  if (kSanitized || size >= Shelf::kSizes || shelf.closed || shelf.count[size] == Shelf::kKept) return std::free(bytes);
  if (!shelf.blocks[size]) clearing.due = true;  // its first use makes it, and so the end of the thread clears
  shelf.blocks[size] = new (bytes) Shelf::Block{shelf.blocks[size]};
  ++shelf.count[size];
}

}  // namespace

Value::Node* Value::make(size_t unit, size_t capacity) {
  const size_t bytes = sizeof(Node) + unit * capacity;
  auto* node = static_cast<Node*>(take_block(bytes));
  if (!node || capacity >= UINT32_MAX) throw std::bad_alloc();
  meter::count(static_cast<int64_t>(bytes));
  *node = {1, 0, static_cast<uint32_t>(capacity), 0, nullptr, 0, 0};
  return node;
}

void Value::dispose(Node* node, size_t unit) {
  const size_t bytes = sizeof(Node) + unit * node->capacity;
  meter::count(-static_cast<int64_t>(bytes));
  if (node->table) meter::count(-static_cast<int64_t>((node->mask + 1) * sizeof(uint32_t))), std::free(node->table);
  give_block(node, bytes);
}

void Value::drop() {
  Node* node = as_.node;
  if (!node || node->holders == Node::kFrozen || --node->holders != 0) return;
  switch (rep()) {
    case Rep::array:
      for (auto *at = reinterpret_cast<Value*>(node + 1), *end = at + node->size; at != end; ++at) at->~Value();
      return dispose(node, sizeof(Value));
    case Rep::object:
      for (auto *at = reinterpret_cast<Entry*>(node + 1), *end = at + node->size; at != end; ++at) at->~Entry();
      return dispose(node, sizeof(Entry));
    default:
      return dispose(node, 1);
  }
}

Value Value::real(double number) {
  Value value;
  value.head_ = head(Kind::number, Rep::real), value.as_.real = number;
  return value;
}

Value Value::literal(std::string_view number) {
  if (int64_t whole; number::whole(number, whole)) return integer(whole);
  Value value = borrow(number);
  value.head_ = head(Kind::number, Rep::slice, number.size());
  return value;
}

Value Value::text(size_t size, char*& bytes) {
  Value value;
  Node* node = make(1, size);
  node->size = static_cast<uint32_t>(size);
  value.head_ = head(Kind::string, Rep::text), value.as_.node = node;
  bytes = reinterpret_cast<char*>(node + 1);
  return value;
}

Value Value::text(std::string_view text) {
  char* bytes;
  Value value = Value::text(text.size(), bytes);
  if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
  return value;
}

Value Value::array(size_t room) {
  Value value;
  value.head_ = head(Kind::array, Rep::array), value.as_.node = room ? make(sizeof(Value), room) : nullptr;
  return value;
}

Value Value::object(size_t room) {
  Value value;
  value.head_ = head(Kind::object, Rep::object), value.as_.node = room ? make(sizeof(Entry), room) : nullptr;
  return value;
}

Value Value::part(size_t at, size_t size) const {
  const std::string_view some = view().substr(at, size);
  return rep() == Rep::slice ? borrow(some) : text(some);
}

double Value::number() const {
  if (rep() == Rep::integer) return static_cast<double>(as_.integer);
  return rep() == Rep::real ? as_.real : number::real(view());
}

bool Value::whole(int64_t& number) const {
  if (rep() == Rep::integer) return number = as_.integer, true;
  const double real = this->number();
  if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0)) return false;
  number = static_cast<int64_t>(real);
  if (static_cast<double>(number) != real) return false;
  // A spelling with more digits than a double holds may round to a whole number without being one.
  return rep() == Rep::real || number::compare(view(), number) == 0;
}

std::optional<std::string_view> Value::spelling() const {
  if (rep() == Rep::slice || rep() == Rep::text) return view();
  return std::nullopt;
}

void Value::append(std::string_view more) {
  if (rep() == Rep::text && as_.node->holders == 1 && as_.node->capacity - as_.node->size >= more.size()) {
    std::memcpy(reinterpret_cast<char*>(as_.node + 1) + as_.node->size, more.data(), more.size());
    as_.node->size += static_cast<uint32_t>(more.size());
    return;
  }
  const std::string_view old = view();
  const size_t size = old.size() + more.size();
  Node* node = make(1, rep() == Rep::text ? size + size / 2 : size);  // a string appended to twice will be again
  if (!old.empty()) std::memcpy(reinterpret_cast<char*>(node + 1), old.data(), old.size());
  copies_ += old.size() / sizeof(Value);
  if (!more.empty()) std::memcpy(reinterpret_cast<char*>(node + 1) + old.size(), more.data(), more.size());
  node->size = static_cast<uint32_t>(size);
  if (rep() == Rep::text) drop();
  head_ = head(kind(), Rep::text), as_.node = node;
}

void Value::count_out(const Value& item) {
  if (as_.node->weight != UINT32_MAX) as_.node->weight -= std::min(as_.node->weight, item.weight());
}

template <class Item>
Item* Value::own_node(size_t room) {
  Node* old = as_.node;
  if (old && old->holders == 1 && old->capacity >= room) return reinterpret_cast<Item*>(old + 1);
  const size_t size = old ? old->size : 0;
  const bool grows = old && old->capacity < room && size > 0;
  Node* node = make(sizeof(Item), std::max({room, grows ? size + std::max(size / 2, std::min<size_t>(size, 32)) : 0, size_t{4}}));
  auto* items = reinterpret_cast<Item*>(node + 1);
  if (old) {
    node->size = old->size, node->depth = old->depth, node->weight = old->weight;
    auto* from = reinterpret_cast<Item*>(old + 1);
    if (old->holders == 1) {
      std::memcpy(static_cast<void*>(items), static_cast<const void*>(from), size * sizeof(Item));
      std::swap(node->table, old->table), std::swap(node->mask, old->mask);
      old->size = 0;
    } else {
      for (size_t i = 0; i < size; ++i) new (items + i) Item(from[i]);
      copies_ += size;
    }
    drop();
  }
  as_.node = node;
  return items;
}
template Value* Value::own_node<Value>(size_t room);
template Entry* Value::own_node<Entry>(size_t room);

void Value::set(size_t at, Value item) {
  const uint32_t count = size();
  Value* items = own_node<Value>(std::max<size_t>(at + 1, count));
  for (size_t i = count; i <= at; ++i) count_in(*new (items + i) Value());
  as_.node->size = static_cast<uint32_t>(std::max<size_t>(at + 1, count));
  count_out(items[at]), count_in(item);
  items[at] = std::move(item);
}

Value Value::take(size_t at) {
  if (at >= size()) return {};
  Value item = std::exchange(own_node<Value>(size())[at], Value());
  count_out(item), count_in(Value());
  return item;
}

void Value::erase(size_t first, size_t last) {
  const size_t count = size();
  last = std::min(last, count);
  if (first >= last) return;
  Value* items = own_node<Value>(count);
  for (size_t i = first; i < last; ++i) count_out(items[i]);
  std::move(items + last, items + count, items + first);
  for (size_t i = count - (last - first); i < count; ++i) items[i].~Value();
  as_.node->size = static_cast<uint32_t>(count - (last - first));
}

void Value::splice(size_t first, size_t last, const Value& with) {
  const size_t count = size();
  first = std::min(first, count), last = std::clamp(last, first, count);
  Value out = array(count - (last - first) + with.size());
  const auto all = items();
  for (size_t i = 0; i < first; ++i) out.push(all[i]);
  for (const Value& item : with.items()) out.push(item);
  for (size_t i = last; i < count; ++i) out.push(all[i]);
  *this = std::move(out);
}

void Value::own_text() {
  Value copy = text(view());
  copy.head_ = head(kind(), Rep::text);
  *this = std::move(copy);
}

void Value::own() {
  if (rep() == Rep::slice || (rep() == Rep::text && as_.node->holders == Node::kFrozen)) {
    own_text();
  } else if (rep() == Rep::array && as_.node) {
    Value* items = own_node<Value>(size());
    for (uint32_t i = 0; i < as_.node->size; ++i) items[i].own();
  } else if (rep() == Rep::object && as_.node) {
    Entry* entries = own_node<Entry>(size());
    for (uint32_t i = 0; i < as_.node->size; ++i) entries[i].key.own(), entries[i].item.own();
  }
}

void Value::freeze() {
  own();
  if (rep() < Rep::text || !as_.node) return;
  if (rep() == Rep::text && as_.node->holders > 1) own_text();
  if (rep() == Rep::array)
    for (auto *at = reinterpret_cast<Value*>(as_.node + 1), *end = at + as_.node->size; at != end; ++at) at->freeze();
  if (rep() == Rep::object) {
    if (as_.node->size > kLinear) index();
    for (auto *at = reinterpret_cast<Entry*>(as_.node + 1), *end = at + as_.node->size; at != end; ++at)
      at->key.freeze(), at->item.freeze();
  }
  as_.node->holders = Node::kFrozen;
}

void Value::thaw() {
  if (rep() < Rep::text || !as_.node) return;
  if (rep() == Rep::array)
    for (auto *at = reinterpret_cast<Value*>(as_.node + 1), *end = at + as_.node->size; at != end; ++at) at->thaw();
  if (rep() == Rep::object)
    for (auto *at = reinterpret_cast<Entry*>(as_.node + 1), *end = at + as_.node->size; at != end; ++at) at->key.thaw(), at->item.thaw();
  as_.node->holders = 1;
}

}  // namespace leat
