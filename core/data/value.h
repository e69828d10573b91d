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
  explicit Value(bool truth) : kind_(truth ? Kind::yes : Kind::no) {}
  Value(const Value& other) : kind_(other.kind_), rep_(other.rep_), size_(other.size_), as_(other.as_) { hold(); }
  Value(Value&& other) noexcept : kind_(other.kind_), rep_(other.rep_), size_(other.size_), as_(other.as_) { other.forget(); }
  Value& operator=(const Value& other) { return *this = Value(other); }
  Value& operator=(Value&& other) noexcept {
    std::swap(kind_, other.kind_), std::swap(rep_, other.rep_), std::swap(size_, other.size_), std::swap(as_, other.as_);
    return *this;
  }
  ~Value() {
    if (rep_ >= Rep::text) drop();
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

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool truthy() const { return kind_ > Kind::no; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_bool() const { return kind_ == Kind::no || kind_ == Kind::yes; }
  bool is_number() const { return kind_ == Kind::number; }
  bool is_string() const { return kind_ == Kind::string; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_object() const { return kind_ == Kind::object; }
  bool is_container() const { return kind_ >= Kind::array; }

  // Of a number: its value rounded to double; exactly as int64 if it is one; its spelling if it was read and not computed.
  double number() const;
  bool whole(int64_t& number) const;
  bool exact(int64_t& number) const {  // it is held as int64; quicker than whole()
    return rep_ == Rep::integer && (number = as_.integer, true);
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
    if (rep_ >= Rep::text && as_.node && as_.node->holders != Node::kFrozen) ++as_.node->holders;
  }
  void drop();
  void own_text();
  void forget() { rep_ = Rep::none, kind_ = Kind::null; }
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

  Kind kind_ = Kind::null;
  Rep rep_ = Rep::none;
  uint32_t size_ = 0;  // of a slice
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
  value.kind_ = Kind::number, value.rep_ = Rep::integer, value.as_.integer = number;
  return value;
}

inline Value Value::borrow(std::string_view text) {
  Value value;
  value.kind_ = Kind::string, value.rep_ = Rep::slice;
  value.size_ = static_cast<uint32_t>(text.size()), value.as_.slice = text.data();
  return value;
}

inline std::string_view Value::view() const {
  if (rep_ == Rep::slice) return {as_.slice, size_};
  if (rep_ == Rep::text) return {reinterpret_cast<const char*>(as_.node + 1), as_.node->size};
  return {};
}

inline uint32_t Value::size() const {
  if (rep_ == Rep::slice) return size_;
  return rep_ >= Rep::text && as_.node ? as_.node->size : 0;
}

inline uint32_t Value::depth() const { return rep_ >= Rep::array ? as_.node ? as_.node->depth + 1 : 1 : 0; }

inline uint32_t Value::weight() const {
  if (rep_ < Rep::slice) return 1;
  const uint32_t inside = rep_ < Rep::array ? size() / 8 : as_.node ? as_.node->weight : 0;
  return inside + (inside != UINT32_MAX);
}

inline bool Value::unique() const { return rep_ < Rep::text || !as_.node || as_.node->holders == 1; }

inline std::span<const Value> Value::items() const {
  if (rep_ != Rep::array || !as_.node) return {};
  return {reinterpret_cast<const Value*>(as_.node + 1), as_.node->size};
}

inline std::span<const Entry> Value::entries() const {
  if (rep_ != Rep::object || !as_.node) return {};
  return {reinterpret_cast<const Entry*>(as_.node + 1), as_.node->size};
}

inline void Value::count_in(const Value& item) {
  Node& node = *as_.node;
  if (item.rep_ >= Rep::array) node.depth = std::max(node.depth, item.depth());
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
