#include "core/expr/update.h"

#include "core/expr/access.h"
#include "core/expr/nodes_build.h"
#include "core/expr/run.h"

namespace leat::expr {
namespace {

// read(path) for each path that `of` names in a value.
template <class F>
Flow each_path(const Node& of, Env& env, Value&& in, F&& read) {
  auto next = [&](Spot&& spot) {
    if (!env.run.spend()) return Flow::fail;
    if (spot.lost()) {
      const std::string text = shown(spot.value);
      const size_t open = text.find('(');
      env.run.fail("Invalid path expression with result " + text.substr(open + 1, text.size() - open - 2));
      return Flow::fail;
    }
    return read(std::move(spot.path));
  };
  return of.each(env, Spot{std::move(in), Value::array()}, next);
}

// All paths, before anything is written through them: then what is written to can be held once and changed in place.
Flow all_paths(const Node& of, Env& env, const Value& in, std::vector<Value>& out) {
  return each_path(of, env, Value(in), [&](Value&& path) { return out.push_back(std::move(path)), Flow::go; });
}

// The first output of `change`, or none.
Got first(const Node& change, Env& env, Value&& in, Value& out) {
  if (change.single()) return change.eval(env, std::move(in), out);
  bool any = false;
  const Flow end = for_each(change, env, std::move(in), [&](Value&& value) { return out = std::move(value), any = true, Flow::stop; });
  if (any && end == Flow::stop) return Got::value;
  return got(end);
}

}  // namespace

Flow PathOf::each(Env& env, Spot&& in, Emit emit) const {
  const Spot like{Value(), in.path};
  return each_path(*of_, env, std::move(in.value), [&](Value&& path) { return emit(like.with(std::move(path))); });
}

Got Update::eval(Env& env, Value&& in, Value& out) const {
  std::vector<Value> paths;
  if (const Flow end = all_paths(*target_, env, in, paths); end != Flow::go) return got(end);
  Value state = std::move(in), dropped = Value::array();
  Got stopped = Got::value;
  for (const Value& path : paths) {
    const bool good = change_path(env.run, state, path.items(), [&](Value& at) {
      Value made;
      const Got end = first(*change_, env, std::move(at), made);
      if (end == Got::none) dropped.push(path), at = Value();
      if (end == Got::value) at = std::move(made);
      stopped = end == Got::none ? Got::value : end;
      return stopped == Got::value;
    });
    if (stopped != Got::value) return stopped;
    if (!good) return Got::fail;
  }
  if (dropped.size() && !delete_paths(env.run, state, std::move(dropped))) return Got::fail;
  out = std::move(state);
  return Got::value;
}

bool Assign::change(Run& run, Value& at, const Value& value) const {
  if (way_ == Way::operate) {
    Value made;  // not `at`: the answer may be made of parts of it
    if (binary(run, op_, std::move(at), Value(value), made) != Got::value) return false;
    at = std::move(made);
    return true;
  }
  if (way_ == Way::set || !at.truthy()) at = value;
  return true;
}

Flow Assign::each(Env& env, Spot&& in, Emit emit) const {
  return for_each(*value_, env, Value(in.value), [&](Value&& value) {
    std::vector<Value> paths;
    if (const Flow end = all_paths(*target_, env, in.value, paths); end != Flow::go) return end;
    Value state = value_->single() && !in.tracked() ? std::move(in.value) : in.value;
    for (const Value& path : paths)
      if (!change_path(env.run, state, path.items(), [&](Value& at) { return change(env.run, at, value); })) return Flow::fail;
    return emit(in.with(std::move(state)));
  });
}

Got Delete::eval(Env& env, Value&& in, Value& out) const {
  Value paths = Value::array();
  const Flow end = each_path(*target_, env, Value(in), [&](Value&& path) { return paths.push(std::move(path)), Flow::go; });
  if (end != Flow::go) return got(end);
  Value state = std::move(in);
  if (!delete_paths(env.run, state, std::move(paths))) return Got::fail;
  out = std::move(state);
  return Got::value;
}

Got Pick::eval(Env& env, Value&& in, Value& out) const {
  Value made;
  const Flow end = each_path(*target_, env, Value(in), [&](Value&& path) {
    Value part;
    return get_path(env.run, in, path.items(), part) && set_path(env.run, made, path.items(), std::move(part)) ? Flow::go : Flow::fail;
  });
  if (end != Flow::go) return got(end);
  out = std::move(made);
  return Got::value;
}

Got MapValues::eval(Env& env, Value&& in, Value& out) const {
  Value state = std::move(in), kept;
  if (!state.is_container()) return env.run.fail("Cannot iterate over " + shown(state));
  const bool object = state.is_object();
  std::vector<size_t> dropped;
  for (size_t i = 0; i < state.size(); ++i) {
    Value made;
    const Got end = first(*change_, env, object ? state.take_entry(i) : state.take(i), made);
    if (end == Got::none) {
      dropped.push_back(i);
      continue;
    }
    if (end != Got::value) return end;
    object ? state.set_entry(i, std::move(made)) : state.set(i, std::move(made));
    if (!env.run.spend()) return Got::fail;
  }
  if (!dropped.empty()) {
    kept = object ? Value::object() : Value::array();
    for (size_t i = 0, next = 0; i < state.size(); ++i) {
      if (next < dropped.size() && dropped[next] == i) {
        ++next;
        continue;
      }
      object ? kept.put(state.entries()[i].key, state.entries()[i].item) : kept.push(state.items()[i]);
    }
    state = std::move(kept);
  }
  if (!env.run.within(state)) return Got::fail;
  out = std::move(state);
  return Got::value;
}

}  // namespace leat::expr
