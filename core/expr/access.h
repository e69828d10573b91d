// Access: reading, setting and deleting inside a value by key and by path, with the language's own words for what cannot be.
// Owner:   pure functions over the values given.
// Thread:  as the Run.   Blocks: never.   Fails: false, with the reason in the Run.
#pragma once

#include <span>

#include "core/expr/run.h"

namespace leat::expr {

// base[key]; absent is null.
bool get(Run& run, const Value& base, const Value& key, Value& out);
bool get_path(Run& run, const Value& base, std::span<const Value> path, Value& out);

// The key that stands for base[from:to] in a path: {"start": from, "end": to}.
Value slice_key(const Value& from, const Value& to);
// The items that such a key means.
bool slice_bounds(Run& run, const Value& key, size_t size, size_t& begin, size_t& end);
// base[from:to] of a string or an array.
bool get_slice(Run& run, const Value& base, const Value* from, const Value* to, Value& out);
// Changes `base`, in place where nobody else holds it.
bool set(Run& run, Value& base, const Value& key, Value item);
bool set_path(Run& run, Value& base, std::span<const Value> path, Value item);
// change(value) on what lies at the path (null where nothing does), then sets it.
template <class F>
bool change_path(Run& run, Value& base, std::span<const Value> path, F&& change);

bool delete_paths(Run& run, Value& base, Value paths);

// Takes out base[key] for changing, leaving null: so that it is held once. put_back() with set().
bool take(Run& run, Value& base, const Value& key, Value& out);

template <class F>
bool change_path(Run& run, Value& base, std::span<const Value> path, F&& change) {
  if (path.empty()) return change(base);
  Value item;
  if (!take(run, base, path[0], item)) return false;
  if (!change_path(run, item, path.subspan(1), change)) return false;
  return set(run, base, path[0], std::move(item));
}

// Code points of UTF-8 text.
size_t characters(std::string_view text);
size_t byte_of(std::string_view text, size_t character);  // where the n-th begins, or the end

}  // namespace leat::expr
