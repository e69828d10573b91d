// Key nodes: what orders items by a key, and what goes through an object's keys and values.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <vector>

#include "core/expr/node.h"

namespace leat::expr {

class ByKey final : public Node {  // sort_by and its kin
 public:
  enum class Way : uint8_t { sort, group, unique, min, max };
  ByKey(Way way, NodePtr key) : Node(Yield::one), way_(way), key_(std::move(key)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;

 private:
  struct Keyed {
    Value key;  // all outputs in an array; of a key that has one at most, that one
    Value item;
    bool any;  // it has one
  };
  Flow read(Env& env, Value&& item, Keyed& out) const;
  Got refuse(Run& run, const Value& in, const std::vector<Keyed>& keyed) const;
  Value picked(const std::vector<Keyed>& keyed) const;
  Value ordered(std::vector<Keyed>& keyed) const;
  static int order(const Keyed& a, const Keyed& b);
  static void sort(std::vector<Keyed>& keyed);

  Way way_;
  NodePtr key_;
};

class WithEntries final : public Node {  // [to_entries[] | of] | from_entries, without the arrays between
 public:
  explicit WithEntries(NodePtr of) : Node(Yield::one), of_(std::move(of)) {}
  Got eval(Env& env, Value&& in, Value& out) const override;

 private:
  NodePtr of_;
};

}  // namespace leat::expr
