// Aggregate: a summary of many values that takes constant memory and can be joined with another of its kind.
// Owner:   an Aggregate is what the user asked for, immutable; a State is its memory of one group and belongs to that group.
// Thread:  Aggregate any, State one.   Blocks: never.
// Fails:   accepts() says no before anything is added.
//
// null is left out everywhere, as in SQL: it is neither counted nor summed. An aggregate that got no value answers null, count 0.
// count leaves false out too, so that count(.status >= 500) counts what it seems to.
#pragma once

#include <compare>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/meter.h"
#include "core/data/value.h"
#include "core/expr/emit.h"
#include "core/window/distinct.h"
#include "core/window/quantile.h"
#include "core/window/topk.h"

namespace leat::window {

// When a value came: by its time, and by arrival where times are equal. What `first`, `last` and `collect` go by.
struct Order {
  int64_t time = 0;  // ns since 1970
  uint64_t arrival = 0;
  auto operator<=>(const Order&) const = default;  // NOLINT(modernize-use-nullptr): it takes the 0 in what is generated for one
};

// Whole numbers are summed exactly while they fit 64 bits; the rest by Neumaier's compensated sum.
struct Sum {
  uint64_t count = 0;
  int64_t whole = 0;
  double real = 0, lost = 0;
  bool exact = true;  // `whole` is all of it

  void add(const Value& number);
  void add(int64_t number);
  void add(double number);
  void join(const Sum& other);
  double value() const;
};

// Welford's running mean and sum of squared distances from it.
struct Spread {
  uint64_t count = 0;
  double mean = 0, squares = 0;

  void add(double value);
  void join(const Spread& other);
};

// What they keep owns its bytes; null: nothing yet.
struct Best {
  Value value;
};

struct Edge {
  Order order;
  Value value;
};

using Collected = meter::Vector<std::pair<Order, Value>>;  // in order

class Aggregate {
 public:
  using Kind = expr::Aggregate::Kind;

  // What needs more than a few words stands on the heap.
  using State = std::variant<uint64_t, Sum, Spread, Best, Edge, std::unique_ptr<Quantile>, std::unique_ptr<Distinct>, std::unique_ptr<TopK>,
                             std::unique_ptr<Collected>>;

  // `number`: the share of a quantile, how many values topk and collect hold at most.
  explicit Aggregate(Kind kind, double number = 0) : kind_(kind), number_(number) {}

  Kind kind() const { return kind_; }
  State start() const;
  bool numeric() const;  // it computes with the values
  // Is it something this aggregate can do with? Only numbers can be summed.
  bool accepts(const Value& value) const;
  void add(State& state, const Value& value, Order order) const;
  void add_record(State& state) const;  // count and rate without an argument
  void merge(State& into, const State& from) const;
  Value answer(const State& state, double seconds) const;  // `seconds` is the length of the window, what rate is by

 private:
  friend struct Adder;
  friend struct Joiner;
  friend struct Answerer;

  uint32_t wanted() const { return static_cast<uint32_t>(number_); }

  Kind kind_;
  double number_;
};

}  // namespace leat::window
