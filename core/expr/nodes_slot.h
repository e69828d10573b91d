// Slot nodes: fields read straight from the record's columns, without a tree of it.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <algorithm>

#include "core/data/format.h"
#include "core/expr/ast.h"
#include "core/expr/node.h"

namespace leat::expr {

// Keys from the record's root, each with whether a ? forgives that step.
struct RecordPath {
  FieldPlan::Path keys;
  std::vector<bool> optional;

  void add(std::string_view key, bool forgiving) { keys.emplace_back(key), optional.push_back(forgiving); }
  bool forgiving() const { return std::find(optional.begin(), optional.end(), true) != optional.end(); }
  bool operator==(const RecordPath&) const = default;
};

class Slot final : public Node {
 public:
  Slot(uint32_t column, uint32_t place, RecordPath path)
      : Node(path.forgiving() ? Yield::maybe : Yield::one), column_(column), place_(place), path_(std::move(path)) {}
  Got eval(Env& env, Value&&, Value& out) const override;
  Got truth(Env& env, Value&&, bool& yes) const override;
  Got print(Env& env, Value&&, std::string& out) const override;

  uint32_t column() const { return column_; }
  bool whole() const { return path_.keys.empty(); }
  Got wrong(Run& run) const;  // the failure of reading through a value without fields, or none where a ? forgives it

 private:
  Got container(Run& run, std::string_view text, Value& out) const;

  uint32_t column_;  // in the plan
  uint32_t place_;   // among the program's slots
  RecordPath path_;
};

// Fails where reading the slot would, for a pipe that goes on with parts of it.
class SlotCheck final : public Node {
 public:
  SlotCheck(std::unique_ptr<const Slot> slot, NodePtr rest)
      : Node(wider(slot->yield(), rest->yield())), slot_(std::move(slot)), rest_(std::move(rest)) {}
  Got eval(Env& env, Value&&, Value& out) const override;
  Flow each(Env& env, Spot&&, Emit emit) const override;
  Got truth(Env& env, Value&&, bool& yes) const override;
  Got print(Env& env, Value&&, std::string& out) const override;

 private:
  Got fits(Env& env) const;
  std::unique_ptr<const Slot> slot_;
  NodePtr rest_;
};

// has("key") of the record: whether the field is there at all.
class SlotPresent final : public Node {
 public:
  // `slow` is the same question of the record's value, for what has no fields.
  SlotPresent(std::unique_ptr<const Slot> slot, NodePtr slow)
      : Node(wider(slot->yield(), slow->yield())), slot_(std::move(slot)), slow_(std::move(slow)) {}
  Got eval(Env& env, Value&&, Value& out) const override;

 private:
  std::unique_ptr<const Slot> slot_;
  NodePtr slow_;
};

// A slot against a constant: the bytes are compared as they lie.
class SlotCompare final : public Node {
 public:
  SlotCompare(std::unique_ptr<const Slot> slot, Op op, Value constant);
  ~SlotCompare() override;
  Got eval(Env& env, Value&&, Value& out) const override;
  Got truth(Env& env, Value&&, bool& yes) const override;

 private:
  bool quick(Run& run, int& order) const;
  std::unique_ptr<const Slot> slot_;
  Op op_;
  Value constant_;
  int64_t whole_ = 0;
  bool is_whole_;
  double real_;  // nan: not a number
};

// Whether an order (negative, zero, positive) answers an operator.
bool holds(Op op, int order);

}  // namespace leat::expr
