// Value: one JSON value while an expression computes with it: 16 bytes, copied by counting, changed in place when held once.
// Owner:   whoever holds it. A borrowed string or number is a slice of a record or a program and lives no longer than that; own() copies.
// Thread:  one (counts are plain integers); a frozen value may be read from any.   Blocks: never.
// Fails:   cannot. Who builds values asks the meter and depth() and stops at its own bounds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace leat {

struct Entry;

class Value {
 public:
  enum class Kind : uint8_t { null, no, yes, number, string, array, object };  // in the language's own order of kinds
  // Nobody may build a deeper value: what walks one recurses. The JSON readers keep to it as well.
  static constexpr uint32_t kMaxDepth = 1024;

  Value() = default;
  explicit Value(bool truth) : head_(head(truth ? Kind::yes : Kind::no, Rep::none)) {}
  Value(const Value& other) : head_(other.head_), as_(other.as_) { hold(); }
  Value(Value&& other) noexcept : head_(std::exchange(other.head_, 0)), as_(other.as_) {}
  Value& operator=(const Value& other) { return *this = Value(other); }
  Value& operator=(Value&& other) noexcept {
    std::swap(head_, other.head_), std::swap(as_, other.as_);
    return *this;
  }
  ~Value() {
    if (rep() >= Rep::text) drop();
  }

  static Value integer(int64_t number);
  static Value real(double number);
  static Value literal(std::string_view number);  // a JSON number as written, borrowed; converted when computed with
  static Value borrow(std::string_view text);     // UTF-8
  static Value text(std::string_view text);       // a copy
  static Value text(size_t size, char*& bytes);   // to be filled in
  Value part(size_t at, size_t size) const;       // of a string: of a borrowed one borrowed from the same place, else a copy
  static Value array(size_t room = 0);
  static Value object(size_t room = 0);

  Kind kind() const { return static_cast<Kind>(head_ & 0xFF); }
  bool is(Kind other) const { return kind() == other; }
  bool truthy() const { return kind() > Kind::no; }
  bool is_null() const { return kind() == Kind::null; }
  bool is_bool() const { return kind() == Kind::no || kind() == Kind::yes; }
  bool is_number() const { return kind() == Kind::number; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_array() const { return kind() == Kind::array; }
  bool is_object() const { return kind() == Kind::object; }
  bool is_container() const { return kind() >= Kind::array; }

  // Of a number: its value rounded to double; exactly as int64 if it is one; its spelling if it was read and not computed.
  double number() const;
  bool whole(int64_t& number) const;
  bool exact(int64_t& number) const {  // it is held as int64; quicker than whole()
    return rep() == Rep::integer && (number = as_.integer, true);
  }
  std::optional<std::string_view> spelling() const;

  std::string_view view() const;       // of a string
  void append(std::string_view more);  // to a string

  uint32_t size() const;    // items, entries or bytes
  uint32_t depth() const;   // 0 for a scalar; of a container that shrank it may be too large
  uint32_t weight() const;  // what a walk costs, parts that are shared counted each time: 1 and 1 for 8 bytes of text; may be too large

  std::span<const Value> items() const;
  void push(Value item);
  void set(size_t index, Value item);  // grows with nulls
  Value take(size_t index);            // leaves null there
  void erase(size_t first, size_t last);
  void splice(size_t first, size_t last, const Value& items);

  std::span<const Entry> entries() const;  // in order of first setting
  const Value* find(std::string_view key) const;
  void put(const Value& key, Value item);
  void add(Value key, Value item);   // put() for who knows that it has no such key
  Value take(std::string_view key);  // leaves null there; null when it has no such key
  Value take_entry(size_t index);
  void set_entry(size_t index, Value item);
  bool erase(std::string_view key);

  bool unique() const;  // nobody else holds the node
  void own();           // copies what is borrowed or frozen, all the way down: then it may outlive record and program
  void freeze();        // own(), then not counted any more: constants of a program, which any thread may read
  void thaw();          // the owner of a frozen value, and nobody else, is about to let it go

  // Items this thread has copied because others held them too, and what a copy of text costs in items.
  static uint64_t copied() { return copies_; }

 private:
  enum class Rep : uint8_t { none, integer, real, slice, text, array, object };  // from text on: a counted node
  // Head of every node; the bytes, items or entries follow it in the same block.
  struct Node {
    static constexpr uint32_t kFrozen = UINT32_MAX;
    uint32_t holders, size, capacity, depth;
    uint32_t* table;  // of a large object: positions by hash of the key
    uint32_t mask;
    uint32_t weight;  // of what is inside
  };

  void hold() const {
    if (rep() >= Rep::text && as_.node && as_.node->holders != Node::kFrozen) ++as_.node->holders;
  }
  void drop();
  void own_text();
  static Node* make(size_t unit, size_t capacity);
  static void dispose(Node* node, size_t unit);
  template <class Item>
  Item* own_node(size_t room);  // ours alone, with room for so many
  template <class Item>
  Item* own_room(size_t room) {  // own_node() where there is something to do, which is seldom
    if (as_.node && as_.node->holders == 1 && as_.node->capacity >= room) return reinterpret_cast<Item*>(as_.node + 1);
    return own_node<Item>(room);
  }
  void count_in(const Value& item);
  void count_out(const Value& item);
  static constexpr uint32_t kAbsent = UINT32_MAX;
  static constexpr uint32_t kLinear = 16;  // entries up to which looking at each is quicker than hashing
  uint32_t position(std::string_view key) const;
  void index();
  void index_add(uint32_t position);

  static inline constinit thread_local uint64_t copies_ = 0;

  static constexpr uint64_t head(Kind kind, Rep rep, size_t size = 0) {
    return static_cast<uint64_t>(kind) | static_cast<uint64_t>(rep) << 8 | static_cast<uint64_t>(size) << 32;
  }
  Rep rep() const { return static_cast<Rep>(head_ >> 8 & 0xFF); }

  // Kind, rep, and the size of a slice. Written as three they could not be read as one word, which copying does, for many cycles.
  uint64_t head_ = 0;
  union {
    int64_t integer;
    double real;
    const char* slice;
    Node* node;  // null: an empty container
  } as_ = {0};
};
static_assert(sizeof(Value) == 16);

struct Entry {
  Value key;  // a string
  Value item;
};

// What every walk over values does, in line: behind a call each took longer than its work.

inline Value Value::integer(int64_t number) {
  Value value;
  value.head_ = head(Kind::number, Rep::integer), value.as_.integer = number;
  return value;
}

inline Value Value::borrow(std::string_view text) {
  Value value;
  value.head_ = head(Kind::string, Rep::slice, text.size()), value.as_.slice = text.data();
  return value;
}

inline std::string_view Value::view() const {
  if (rep() == Rep::slice) return {as_.slice, head_ >> 32};
  if (rep() == Rep::text) return {reinterpret_cast<const char*>(as_.node + 1), as_.node->size};
  return {};
}

inline uint32_t Value::size() const {
  if (rep() == Rep::slice) return static_cast<uint32_t>(head_ >> 32);
  return rep() >= Rep::text && as_.node ? as_.node->size : 0;
}

inline uint32_t Value::depth() const { return rep() >= Rep::array ? as_.node ? as_.node->depth + 1 : 1 : 0; }

inline uint32_t Value::weight() const {
  if (rep() < Rep::slice) return 1;
  const uint32_t inside = rep() < Rep::array ? size() / 8 : as_.node ? as_.node->weight : 0;
  return inside + (inside != UINT32_MAX);
}

inline bool Value::unique() const { return rep() < Rep::text || !as_.node || as_.node->holders == 1; }

inline std::span<const Value> Value::items() const {
  if (rep() != Rep::array || !as_.node) return {};
  return {reinterpret_cast<const Value*>(as_.node + 1), as_.node->size};
}

inline std::span<const Entry> Value::entries() const {
  if (rep() != Rep::object || !as_.node) return {};
  return {reinterpret_cast<const Entry*>(as_.node + 1), as_.node->size};
}

inline void Value::count_in(const Value& item) {
  Node& node = *as_.node;
  if (item.rep() >= Rep::array) node.depth = std::max(node.depth, item.depth());
  if (__builtin_add_overflow(node.weight, item.weight(), &node.weight)) node.weight = UINT32_MAX;
}

inline void Value::push(Value item) {
  const uint32_t count = size();
  Value* at = own_room<Value>(count + size_t{1}) + count;
  new (at) Value(std::move(item));
  as_.node->size = count + 1;
  count_in(*at);
}

}  // namespace leat
