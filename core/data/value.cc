#include "core/data/value.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "core/base/meter.h"
#include "core/data/number.h"

namespace leat {
namespace {

thread_local uint64_t copies = 0;

}  // namespace

uint64_t Value::copied() { return copies; }

Value::Node* Value::make(size_t unit, size_t capacity) {
  const size_t bytes = sizeof(Node) + unit * capacity;
  auto* node = static_cast<Node*>(std::malloc(bytes));
  if (!node || capacity >= UINT32_MAX) throw std::bad_alloc();
  meter::count(static_cast<int64_t>(bytes));
  *node = {1, 0, static_cast<uint32_t>(capacity), 0, nullptr, 0, 0};
  return node;
}

void Value::dispose(Node* node, size_t unit) {
  meter::count(-static_cast<int64_t>(sizeof(Node) + unit * node->capacity));
  if (node->table) meter::count(-static_cast<int64_t>((node->mask + 1) * sizeof(uint32_t))), std::free(node->table);
  std::free(node);
}

void Value::drop() {
  Node* node = as_.node;
  if (!node || node->holders == Node::kFrozen || --node->holders != 0) return;
  switch (rep_) {
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

Value Value::integer(int64_t number) {
  Value value;
  value.kind_ = Kind::number, value.rep_ = Rep::integer, value.as_.integer = number;
  return value;
}

Value Value::real(double number) {
  Value value;
  value.kind_ = Kind::number, value.rep_ = Rep::real, value.as_.real = number;
  return value;
}

Value Value::literal(std::string_view number) {
  if (int64_t whole; number::whole(number, whole)) return integer(whole);
  Value value = borrow(number);
  value.kind_ = Kind::number;
  return value;
}

Value Value::borrow(std::string_view text) {
  Value value;
  value.kind_ = Kind::string, value.rep_ = Rep::slice;
  value.size_ = static_cast<uint32_t>(text.size()), value.as_.slice = text.data();
  return value;
}

Value Value::text(size_t size, char*& bytes) {
  Value value;
  Node* node = make(1, size);
  node->size = static_cast<uint32_t>(size);
  value.kind_ = Kind::string, value.rep_ = Rep::text, value.as_.node = node;
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
  value.kind_ = Kind::array, value.rep_ = Rep::array, value.as_.node = room ? make(sizeof(Value), room) : nullptr;
  return value;
}

Value Value::object(size_t room) {
  Value value;
  value.kind_ = Kind::object, value.rep_ = Rep::object, value.as_.node = room ? make(sizeof(Entry), room) : nullptr;
  return value;
}

double Value::number() const {
  if (rep_ == Rep::integer) return static_cast<double>(as_.integer);
  return rep_ == Rep::real ? as_.real : number::real(view());
}

bool Value::whole(int64_t& number) const {
  if (rep_ == Rep::integer) return number = as_.integer, true;
  const double real = this->number();
  if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0)) return false;
  number = static_cast<int64_t>(real);
  if (static_cast<double>(number) != real) return false;
  // A spelling with more digits than a double holds may round to a whole number without being one.
  return rep_ == Rep::real || number::compare(view(), number) == 0;
}

std::optional<std::string_view> Value::spelling() const {
  if (rep_ == Rep::slice || rep_ == Rep::text) return view();
  return std::nullopt;
}

std::string_view Value::view() const {
  if (rep_ == Rep::slice) return {as_.slice, size_};
  if (rep_ == Rep::text) return {reinterpret_cast<const char*>(as_.node + 1), as_.node->size};
  return {};
}

void Value::append(std::string_view more) {
  if (rep_ == Rep::text && as_.node->holders == 1 && as_.node->capacity - as_.node->size >= more.size()) {
    std::memcpy(reinterpret_cast<char*>(as_.node + 1) + as_.node->size, more.data(), more.size());
    as_.node->size += static_cast<uint32_t>(more.size());
    return;
  }
  const std::string_view old = view();
  const size_t size = old.size() + more.size();
  Node* node = make(1, rep_ == Rep::text ? size + size / 2 : size);  // a string appended to twice will be again
  if (!old.empty()) std::memcpy(reinterpret_cast<char*>(node + 1), old.data(), old.size());
  copies += old.size() / sizeof(Value);
  if (!more.empty()) std::memcpy(reinterpret_cast<char*>(node + 1) + old.size(), more.data(), more.size());
  node->size = static_cast<uint32_t>(size);
  if (rep_ == Rep::text) drop();
  rep_ = Rep::text, as_.node = node;
}

uint32_t Value::size() const {
  if (rep_ == Rep::slice) return size_;
  return rep_ >= Rep::text && as_.node ? as_.node->size : 0;
}

uint32_t Value::depth() const { return rep_ >= Rep::array ? as_.node ? as_.node->depth + 1 : 1 : 0; }

bool Value::unique() const { return rep_ < Rep::text || !as_.node || as_.node->holders == 1; }

uint32_t Value::weight() const {
  if (rep_ < Rep::slice) return 1;
  const uint64_t inside = rep_ < Rep::array ? size() / 8 : as_.node ? as_.node->weight : 0;
  return static_cast<uint32_t>(std::min<uint64_t>(inside + 1, UINT32_MAX));
}

void Value::count_in(const Value& item) {
  as_.node->depth = std::max(as_.node->depth, item.depth());
  as_.node->weight = static_cast<uint32_t>(std::min<uint64_t>(uint64_t{as_.node->weight} + item.weight(), UINT32_MAX));
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
  Node* node = make(sizeof(Item), std::max({room, grows ? size + size / 2 : 0, size_t{4}}));
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
      copies += size;
    }
    drop();
  }
  as_.node = node;
  return items;
}
template Entry* Value::own_node<Entry>(size_t room);

std::span<const Value> Value::items() const {
  if (rep_ != Rep::array || !as_.node) return {};
  return {reinterpret_cast<const Value*>(as_.node + 1), as_.node->size};
}

void Value::push(Value item) {
  const uint32_t count = size();
  new (own_node<Value>(count + size_t{1}) + count) Value(std::move(item));
  as_.node->size = count + 1;
  count_in(reinterpret_cast<Value*>(as_.node + 1)[count]);
}

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
  copy.kind_ = kind_;
  *this = std::move(copy);
}

void Value::own() {
  if (rep_ == Rep::slice || (rep_ == Rep::text && as_.node->holders == Node::kFrozen)) {
    own_text();
  } else if (rep_ == Rep::array && as_.node) {
    Value* items = own_node<Value>(size());
    for (uint32_t i = 0; i < as_.node->size; ++i) items[i].own();
  } else if (rep_ == Rep::object && as_.node) {
    Entry* entries = own_node<Entry>(size());
    for (uint32_t i = 0; i < as_.node->size; ++i) entries[i].key.own(), entries[i].item.own();
  }
}

void Value::freeze() {
  own();
  if (rep_ < Rep::text || !as_.node) return;
  if (rep_ == Rep::text && as_.node->holders > 1) own_text();
  if (rep_ == Rep::array)
    for (auto *at = reinterpret_cast<Value*>(as_.node + 1), *end = at + as_.node->size; at != end; ++at) at->freeze();
  if (rep_ == Rep::object) {
    if (as_.node->size > kLinear) index();
    for (auto *at = reinterpret_cast<Entry*>(as_.node + 1), *end = at + as_.node->size; at != end; ++at)
      at->key.freeze(), at->item.freeze();
  }
  as_.node->holders = Node::kFrozen;
}

void Value::thaw() {
  if (rep_ < Rep::text || !as_.node) return;
  if (rep_ == Rep::array)
    for (auto *at = reinterpret_cast<Value*>(as_.node + 1), *end = at + as_.node->size; at != end; ++at) at->thaw();
  if (rep_ == Rep::object)
    for (auto *at = reinterpret_cast<Entry*>(as_.node + 1), *end = at + as_.node->size; at != end; ++at) at->key.thaw(), at->item.thaw();
  as_.node->holders = 1;
}

}  // namespace leat
