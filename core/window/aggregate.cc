#include "core/window/aggregate.h"

#include <algorithm>
#include <cmath>

#include "core/data/json.h"
#include "core/data/order.h"
#include "core/window/canonical.h"
#include "core/window/hash.h"

namespace leat::window {
namespace {

using Kind = Aggregate::Kind;

// Keeps the `wanted` earliest, in order; what comes in order costs one comparison.
void collect(Collected& into, Order order, const Value& value, uint32_t wanted) {
  if (into.size() >= wanted && order > into.back().first) return;
  const auto at = std::upper_bound(into.begin(), into.end(), order, [](const Order& a, const auto& item) { return a < item.first; });
  into.emplace(at, order, value)->second.own();
  if (into.size() > wanted) into.pop_back();
}

Value top(const TopK& topk) {
  Value list = Value::array();
  for (const TopK::Entry& entry : topk.top()) {
    Value item = Value::object(), value;
    json::Mistake none;
    json::parse(entry.value, json::Keep::copied, value, none);  // we wrote it
    item.put(Value::text("value"), std::move(value));
    item.put(Value::text("count"), Value::integer(static_cast<int64_t>(entry.count)));
    if (entry.error > 0) item.put(Value::text("error"), Value::integer(static_cast<int64_t>(entry.error)));
    list.push(std::move(item));
  }
  return list;
}

}  // namespace

void Sum::add(const Value& number) {
  ++count;
  if (int64_t whole_number = 0; number.whole(whole_number)) return add(whole_number);
  exact = false;
  add(number.number());
}

void Sum::add(int64_t number) {
  if (int64_t next; !__builtin_add_overflow(whole, number, &next)) {
    whole = next;
    return;
  }
  exact = false;
  add(static_cast<double>(whole));
  whole = number;
}

void Sum::add(double number) {
  const double sum = real + number;
  // Neumaier: what the larger addend's exponent made the smaller one lose.
  lost += std::abs(real) >= std::abs(number) ? (real - sum) + number : (number - sum) + real;
  real = sum;
}

void Sum::join(const Sum& other) {
  count += other.count;
  exact = exact && other.exact;
  add(other.whole);
  add(other.real);
  lost += other.lost;
}

double Sum::value() const {
  const double all = real + static_cast<double>(whole);
  return std::isfinite(lost) ? all + lost : all;  // past the largest double the correction is not a number
}

void Spread::add(double value) {
  const double distance = value - mean;
  mean += distance / static_cast<double>(++count);
  squares += distance * (value - mean);
}

// Chan, Golub and LeVeque: two spreads as one.
void Spread::join(const Spread& other) {
  if (other.count == 0) return;
  const double distance = other.mean - mean;
  const auto mine = static_cast<double>(count), theirs = static_cast<double>(other.count);
  squares += other.squares + distance * distance * mine * theirs / (mine + theirs);
  mean += distance * theirs / (mine + theirs);
  count += other.count;
}

// One value into each kind of state.
struct Adder {
  const Aggregate& aggregate;
  const Value& value;
  Order order;

  void operator()(uint64_t& count) const { count += value.truthy(); }
  void operator()(Sum& sum) const { sum.add(value); }
  void operator()(Spread& spread) const { spread.add(value.number()); }
  void operator()(Best& best) const {
    if (!best.value.is_null()) {
      const int by = compare(value, best.value);
      if (aggregate.kind_ == Kind::min ? by >= 0 : by <= 0) return;
    }
    best.value = value;
    best.value.own();
  }
  void operator()(Edge& edge) const {
    if (!edge.value.is_null() && (aggregate.kind_ == Kind::first ? order >= edge.order : order <= edge.order)) return;
    edge.order = order;
    edge.value = value;
    edge.value.own();
  }
  void operator()(std::unique_ptr<Quantile>& quantile) const { quantile->add(value.number()); }
  void operator()(std::unique_ptr<Distinct>& distinct) const { distinct->add(hash(spelled(), 0)); }
  void operator()(std::unique_ptr<TopK>& topk) const { topk->add(spelled()); }
  void operator()(std::unique_ptr<Collected>& collected) const { collect(*collected, order, value, aggregate.wanted()); }

  std::string spelled() const {
    std::string text;
    canonical(value, text);
    return text;
  }
};

// The state of a second group of the same aggregate into the first.
struct Joiner {
  const Aggregate& aggregate;
  const Aggregate::State& from;

  template <class T>
  const T& theirs() const {
    return *std::get_if<T>(&from);
  }
  void operator()(uint64_t& count) const { count += theirs<uint64_t>(); }
  void operator()(Sum& sum) const { sum.join(theirs<Sum>()); }
  void operator()(Spread& spread) const { spread.join(theirs<Spread>()); }
  void operator()(Best& best) const {
    if (const auto& other = theirs<Best>(); !other.value.is_null()) Adder{aggregate, other.value, {}}(best);
  }
  void operator()(Edge& edge) const {
    if (const auto& other = theirs<Edge>(); !other.value.is_null()) Adder{aggregate, other.value, other.order}(edge);
  }
  void operator()(std::unique_ptr<Quantile>& quantile) const { quantile->merge(*theirs<std::unique_ptr<Quantile>>()); }
  void operator()(std::unique_ptr<Distinct>& distinct) const { distinct->merge(*theirs<std::unique_ptr<Distinct>>()); }
  void operator()(std::unique_ptr<TopK>& topk) const { topk->merge(*theirs<std::unique_ptr<TopK>>()); }
  void operator()(std::unique_ptr<Collected>& collected) const {
    for (const auto& [order, value] : *theirs<std::unique_ptr<Collected>>()) collect(*collected, order, value, aggregate.wanted());
  }
};

struct Answerer {
  const Aggregate& aggregate;
  double seconds;

  Value operator()(uint64_t count) const { return Value::integer(static_cast<int64_t>(count)); }
  Value operator()(const Sum& sum) const {
    if (aggregate.kind_ == Kind::rate) return seconds > 0 ? Value::real(sum.value() / seconds) : Value();
    if (sum.count == 0) return {};
    if (aggregate.kind_ == Kind::avg) return Value::real(sum.value() / static_cast<double>(sum.count));
    return sum.exact ? Value::integer(sum.whole) : Value::real(sum.value());
  }
  // The sample variance, as SQL's var_samp and Miller's var: of one value there is none.
  Value operator()(const Spread& spread) const {
    return spread.count < 2 ? Value() : Value::real(spread.squares / static_cast<double>(spread.count - 1));
  }
  Value operator()(const Best& best) const { return best.value; }
  Value operator()(const Edge& edge) const { return edge.value; }
  Value operator()(const std::unique_ptr<Quantile>& quantile) const {
    const auto value = quantile->at(aggregate.number_);
    return value ? Value::real(*value) : Value();
  }
  Value operator()(const std::unique_ptr<Distinct>& distinct) const { return Value::integer(static_cast<int64_t>(distinct->count())); }
  Value operator()(const std::unique_ptr<TopK>& topk) const { return top(*topk); }
  Value operator()(const std::unique_ptr<Collected>& collected) const {
    Value list = Value::array(collected->size());
    for (const auto& item : *collected) list.push(item.second);
    return list;
  }
};

Aggregate::State Aggregate::start() const {
  switch (kind_) {
    case Kind::count:
      return uint64_t{0};
    case Kind::sum:
    case Kind::avg:
    case Kind::rate:
      return Sum{};
    case Kind::var:
      return Spread{};
    case Kind::min:
    case Kind::max:
      return Best{};
    case Kind::first:
    case Kind::last:
      return Edge{};
    case Kind::quantile:
      return std::make_unique<Quantile>();
    case Kind::distinct:
      return std::make_unique<Distinct>();
    case Kind::topk:
      return std::make_unique<TopK>(wanted());
    case Kind::collect:
      return std::make_unique<Collected>();
  }
  return uint64_t{0};
}

bool Aggregate::numeric() const {
  return kind_ == Kind::sum || kind_ == Kind::avg || kind_ == Kind::var || kind_ == Kind::rate || kind_ == Kind::quantile;
}

bool Aggregate::accepts(const Value& value) const { return !numeric() || value.is_number() || value.is_null(); }

void Aggregate::add(State& state, const Value& value, Order order) const {
  if (!value.is_null()) std::visit(Adder{*this, value, order}, state);
}

void Aggregate::add_record(State& state) const {
  if (auto* count = std::get_if<uint64_t>(&state)) ++*count;
  if (auto* sum = std::get_if<Sum>(&state)) sum->add(Value::integer(1));
}

void Aggregate::merge(State& into, const State& from) const { std::visit(Joiner{*this, from}, into); }

Value Aggregate::answer(const State& state, double seconds) const { return std::visit(Answerer{*this, seconds}, state); }

}  // namespace leat::window
