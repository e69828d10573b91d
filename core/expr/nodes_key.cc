#include "core/expr/nodes_key.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/data/order.h"
#include "core/expr/functions.h"

namespace leat::expr {

Flow ByKey::read(Env& env, Value&& item, Keyed& out) const {
  out = {Value(), item, false};
  if (key_->single()) {
    const Got end = key_->eval(env, std::move(item), out.key);
    out.any = end == Got::value;
    return flow(end) != Flow::go ? flow(end) : env.run.spend() ? Flow::go : Flow::fail;
  }
  Value keys = Value::array();
  const Flow end = for_each(*key_, env, std::move(item),
                            [&](Value&& part) { return keys.push(std::move(part)), env.run.spend() ? Flow::go : Flow::fail; });
  out.key = std::move(keys), out.any = true;
  return end;
}

// Keys are compared as arrays of their outputs: none comes before any.
int ByKey::order(const Keyed& a, const Keyed& b) {
  if (!a.any || !b.any) return static_cast<int>(a.any) - static_cast<int>(b.any);
  return compare(a.key, b.key);
}

void ByKey::sort(std::vector<Keyed>& keyed) {
  constexpr size_t kFew = 16;  // up to which the scratch memory of a merge sort costs more than it saves
  const auto before = [](const Keyed& a, const Keyed& b) { return order(a, b) < 0; };
  if (keyed.size() > kFew) return std::stable_sort(keyed.begin(), keyed.end(), before);
  for (size_t i = 1; i < keyed.size(); ++i) {
    if (!before(keyed[i], keyed[i - 1])) continue;
    Keyed one = std::move(keyed[i]);
    size_t at = i;
    for (; at > 0 && before(one, keyed[at - 1]); --at) keyed[at] = std::move(keyed[at - 1]);
    keyed[at] = std::move(one);
  }
}

Got ByKey::refuse(Run& run, const Value& in, const std::vector<Keyed>& keyed) const {
  Value keys = Value::array();
  for (const Keyed& one : keyed) {
    Value key = key_->single() ? Value::array() : one.key;
    if (key_->single() && one.any) key.push(one.key);
    keys.push(std::move(key));
  }
  const bool picks = way_ == Way::min || way_ == Way::max;
  return run.fail(
      fmt::format("{} and {} cannot be {}", shown(in), shown(keys), picks ? "iterated over" : "sorted, as they are not both arrays"));
}

Value ByKey::picked(const std::vector<Keyed>& keyed) const {
  const Keyed* best = nullptr;
  for (const Keyed& one : keyed) {
    const int to_best = best ? order(one, *best) : 0;
    if (!best || (way_ == Way::max ? to_best >= 0 : to_best < 0)) best = &one;
  }
  return best ? best->item : Value();
}

Value ByKey::ordered(std::vector<Keyed>& keyed) const {
  sort(keyed);
  Value made = Value::array(keyed.size()), group = Value::array();
  for (size_t i = 0; i < keyed.size(); ++i) {
    const bool fresh = i == 0 || order(keyed[i], keyed[i - 1]) != 0;
    if (way_ == Way::group) {
      if (fresh && i > 0) made.push(std::exchange(group, Value::array()));
      group.push(std::move(keyed[i].item));
    } else if (way_ == Way::sort || fresh) {
      made.push(std::move(keyed[i].item));
    }
  }
  if (way_ == Way::group && !keyed.empty()) made.push(std::move(group));
  return made;
}

Got ByKey::eval(Env& env, Value&& in, Value& out) const {
  Run& run = env.run;
  if (!in.is_container()) return run.fail("Cannot iterate over " + shown(in));
  std::vector<Keyed> keyed(in.size());
  for (uint32_t i = 0; i < in.size(); ++i)
    if (const Flow end = read(env, Value(in.is_array() ? in.items()[i] : in.entries()[i].item), keyed[i]); end != Flow::go) return got(end);
  if (!in.is_array()) return refuse(run, in, keyed);
  if (!run.spend(1 + keyed.size())) return Got::fail;
  if (way_ == Way::min || way_ == Way::max) return out = picked(keyed), Got::value;
  out = ordered(keyed);
  return run.within(out) ? Got::value : Got::fail;
}

Got WithEntries::eval(Env& env, Value&& in, Value& out) const {
  Run& run = env.run;
  if (!in.is_container()) return run.fail(shown(in) + " has no keys");
  Value made = Value::object(in.size()), wrong;
  bool good = true, known = in.is_object();  // known: the keys so far are some of the input's, each once and in its order
  for (uint32_t i = 0; i < in.size(); ++i) {
    const Value name = in.is_array() ? Value::integer(i) : in.entries()[i].key;
    Value entry = functions::entry_of(name, in.is_array() ? in.items()[i] : in.entries()[i].item);
    bool first = true;
    const Flow end = for_each(*of_, env, std::move(entry), [&](Value&& changed) {
      Value key, item;
      if (!run.spend()) return Flow::fail;
      if (!good) return Flow::go;
      // What makes no entry fails behind the last of them, where from_entries would have met it.
      if (good = functions::read_entry(run, changed, key, item); !good) return wrong = std::move(run.error), Flow::go;
      known = known && std::exchange(first, false) && key.view() == name.view();
      known ? made.add(std::move(key), std::move(item)) : made.put(key, std::move(item));
      return Flow::go;
    });
    if (end != Flow::go) return got(end);
    if (!run.spend()) return Got::fail;
  }
  if (!good) return run.fail(std::move(wrong));
  out = std::move(made);
  return run.within(out) ? Got::value : Got::fail;
}

}  // namespace leat::expr
