#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/data/order.h"
#include "core/expr/access.h"

namespace leat::expr {
namespace {

bool cannot(Run& run, const Value& base, const Value& key) {
  if (!base.is_container()) return run.fail(fmt::format("Cannot delete fields from {}", kind_name(base.kind()))), false;
  const bool slice = key.is_object();
  return run.fail(fmt::format("Cannot delete field at {} index of {}", slice ? "object" : kind_name(key.kind()), kind_name(base.kind()))),
         false;
}

// Takes out the keys of one value together: each means the value as it was before.
bool drop_keys(Run& run, Value& base, std::span<const Value* const> keys) {
  if (base.is_null()) return true;
  std::vector<bool> dropped(base.is_array() ? base.size() : 0);
  for (const Value* key : keys) {
    if (base.is_object() && key->is_string()) {
      base.erase(key->view());
    } else if (base.is_array() && key->is_number()) {
      double at = std::floor(key->number());
      if (at < 0) at += base.size();
      if (at >= 0 && at < base.size()) dropped[static_cast<size_t>(at)] = true;
    } else if (base.is_array() && key->is_object()) {
      size_t begin, end;
      if (!slice_bounds(run, *key, base.size(), begin, end)) return false;
      std::fill(dropped.begin() + static_cast<ptrdiff_t>(begin), dropped.begin() + static_cast<ptrdiff_t>(end), true);
    } else {
      return cannot(run, base, *key);
    }
    if (!run.spend(1 + base.size() / 16)) return false;
  }
  if (base.is_object() || std::find(dropped.begin(), dropped.end(), true) == dropped.end()) return true;
  Value kept = Value::array(base.size());
  for (size_t i = 0; i < dropped.size(); ++i)
    if (!dropped[i]) kept.push(base.items()[i]);
  base = std::move(kept);
  return true;
}

// Sorted paths that agree up to `depth`, from the last to the first, so that no deletion moves what another means.
bool delete_below(Run& run, Value& base, std::span<const Value* const> paths, size_t depth) {
  std::vector<const Value*> here;
  for (size_t end = paths.size(); end > 0;) {
    const Value& key = paths[end - 1]->items()[depth];
    size_t begin = end - 1;
    while (begin > 0 && compare(paths[begin - 1]->items()[depth], key) == 0) --begin;
    if (paths[begin]->size() == depth + 1) {
      here.push_back(&key);  // the whole of it, what is deleted inside it too
    } else {
      Value item;
      if (!get(run, base, key, item)) return false;
      const bool nothing = item.is_null();
      item = Value();
      if (!nothing && !(take(run, base, key, item) && delete_below(run, item, paths.subspan(begin, end - begin), depth + 1) &&
                        set(run, base, key, std::move(item))))
        return false;
    }
    end = begin;
  }
  return drop_keys(run, base, here);
}

}  // namespace

bool delete_paths(Run& run, Value& base, Value paths) {
  if (!paths.is_array()) return run.fail("Paths must be specified as an array"), false;
  std::vector<const Value*> order;
  for (const Value& path : paths.items()) {
    if (!path.is_array()) return run.fail("Path must be specified as an array"), false;
    order.push_back(&path);
  }
  std::sort(order.begin(), order.end(), [](const Value* a, const Value* b) { return compare(*a, *b) < 0; });
  if (order.empty()) return true;
  if (order[0]->size() == 0) return base = Value(), true;
  return delete_below(run, base, order, 0);
}

}  // namespace leat::expr
