#include "core/expr/nodes_path.h"

#include <fmt/format.h>

#include "core/data/json.h"
#include "core/expr/access.h"

namespace leat::expr {
namespace {

std::string written(const Value& value) {
  const std::string with_kind = shown(value);
  return with_kind.substr(kind_name(value.kind()).size() + 2, with_kind.size() - kind_name(value.kind()).size() - 3);
}

Flow forgiven(const Run& run, bool optional) { return optional && !run.bounded ? Flow::go : Flow::fail; }

}  // namespace

Flow step(Run& run, Spot&& base, const Value& key, bool optional, Emit emit) {
  if (base.lost()) {
    run.fail(fmt::format("Invalid path expression near attempt to access element {} of {}", written(key), written(base.value)));
    return forgiven(run, optional);
  }
  Spot next;
  if (!get(run, base.value, key, next.value)) return forgiven(run, optional);
  if (base.tracked()) {
    base.value = Value();
    next.path = std::move(base.path);
    next.path.push(key);
  }
  return emit(std::move(next));
}

Flow items(Run& run, Spot&& base, bool optional, Emit emit) {
  if (base.lost()) {
    run.fail("Invalid path expression near attempt to iterate through " + written(base.value));
    return forgiven(run, optional);
  }
  const auto next = [&](const Value& key, const Value& item) {
    if (!run.spend()) return Flow::fail;
    Spot spot{item, base.path};
    if (spot.tracked()) spot.path.push(key);
    return emit(std::move(spot));
  };
  if (base.value.is_array()) {
    for (size_t i = 0; i < base.value.size(); ++i)
      if (const Flow end = next(Value::integer(static_cast<int64_t>(i)), base.value.items()[i]); end != Flow::go) return end;
    return Flow::go;
  }
  if (base.value.is_object()) {
    for (size_t i = 0; i < base.value.size(); ++i)
      if (const Flow end = next(base.value.entries()[i].key, base.value.entries()[i].item); end != Flow::go) return end;
    return Flow::go;
  }
  if (optional) return Flow::go;
  run.fail("Cannot iterate over " + shown(base.value));
  return Flow::fail;
}

Got Index::eval(Env& env, Value&& in, Value& out) const {
  const Value* key = key_->constant();
  Value computed, base;
  if (!key) {
    if (const Got end = key_->eval(env, Value(in), computed); end != Got::value) return end;
    key = &computed;
  }
  if (const Got end = base_->eval(env, std::move(in), base); end != Got::value) return end;
  if (get(env.run, base, *key, out)) return Got::value;
  return optional_ && !env.run.bounded ? Got::none : Got::fail;
}

Flow Index::each(Env& env, Spot&& in, Emit emit) const {
  if (single() && !in.tracked()) return Node::each(env, std::move(in), emit);
  const auto with_key = [&](const Value& key, Spot&& root) {
    auto next = [&](Spot&& base) { return step(env.run, std::move(base), key, optional_, emit); };
    return base_->each(env, std::move(root), next);
  };
  if (const Value* key = key_->constant()) return with_key(*key, std::move(in));
  return for_each(*key_, env, Value(in.value), [&](Value&& key) { return with_key(key, Spot(in)); });
}

Slice::Slice(NodePtr base, NodePtr from, NodePtr to, bool optional)
    : Node(wider(optional ? Yield::maybe : Yield::one, wider(wider(base->yield(), from->yield()), to->yield()))),
      base_(std::move(base)),
      from_(std::move(from)),
      to_(std::move(to)),
      optional_(optional) {}

Got Slice::eval(Env& env, Value&& in, Value& out) const {
  Value from, to, base;
  if (const Got end = from_->eval(env, Value(in), from); end != Got::value) return end;
  if (const Got end = to_->eval(env, Value(in), to); end != Got::value) return end;
  if (const Got end = base_->eval(env, std::move(in), base); end != Got::value) return end;
  const bool good =
      base.is_string() || base.is_array() ? get_slice(env.run, base, &from, &to, out) : get(env.run, base, slice_key(from, to), out);
  if (good) return Got::value;
  return optional_ && !env.run.bounded ? Got::none : Got::fail;
}

Flow Slice::each(Env& env, Spot&& in, Emit emit) const {
  if (single() && !in.tracked()) return Node::each(env, std::move(in), emit);
  return for_each(*from_, env, Value(in.value), [&](Value&& from) {
    return for_each(*to_, env, Value(in.value), [&](Value&& to) {
      const Value key = slice_key(from, to);
      auto next = [&](Spot&& base) { return step(env.run, std::move(base), key, optional_, emit); };
      return base_->each(env, Spot(in), next);
    });
  });
}

Flow Iterate::each(Env& env, Spot&& in, Emit emit) const {
  auto next = [&](Spot&& base) { return items(env.run, std::move(base), optional_, emit); };
  return base_->each(env, std::move(in), next);
}

Flow Descend::each(Env& env, Spot&& in, Emit emit) const {
  Deeper deeper(env.run);
  if (!deeper.fits()) return Flow::fail;
  if (const Flow end = emit(Spot(in)); end != Flow::go) return end;
  if (!in.value.is_container()) return Flow::go;
  auto next = [&](Spot&& item) { return each(env, std::move(item), emit); };
  return items(env.run, std::move(in), true, next);
}

Flow GetPath::each(Env& env, Spot&& in, Emit emit) const {
  return for_each(*path_, env, Value(in.value), [&](Value&& path) {
    if (!path.is_array()) return env.run.fail("Path must be specified as an array"), Flow::fail;
    if (in.lost()) return env.run.fail("Invalid path expression with result " + written(in.value)), Flow::fail;
    Spot next{{}, in.path};
    if (!get_path(env.run, in.value, path.items(), next.value)) {
      if (!next.tracked()) return Flow::fail;
      next.value = Value();
    }
    if (next.tracked())
      for (const Value& key : path.items()) next.path.push(key);
    return emit(std::move(next));
  });
}

}  // namespace leat::expr
