#include "stages/transform/window_shape.h"

#include <numeric>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat::window_shape {
namespace {

Error refused(std::string text, std::string hint = {}) { return {Error::Kind::usage, std::move(text), std::move(hint)}; }

}  // namespace

Done check(const Settings& settings) {
  const auto given = [&](std::string_view name) { return settings.find(name) != nullptr; };
  const int shapes = given("size") + given("session") + given("count") + settings.flag("global");
  if (shapes == 0) return refused("window wants to know how far a window goes", "window 1m, --session 30m, --count 500 or --global");
  if (shapes > 1) return refused("a window has one shape: a size, --session, --count or --global");
  for (std::string_view name : {"size", "every", "session", "disorder", "lateness", "idle", "update"})
    if (const auto value = settings.duration(name); value && *value > std::chrono::hours(24 * 3660))
      return refused(fmt::format("{} may be ten years at most", name));
  if (given("every")) {
    if (!given("size")) return refused("every goes with windows of a size");
    const int64_t size = settings.duration("size")->count(), every = settings.duration("every")->count();
    if (every > size)
      return refused("every is longer than the window, so records between two windows would be lost", "filter them out before");
    if (size / std::gcd(size, every) > 10'000)
      return refused("a window would fall into more than 10000 steps", "choose an --every that divides the size");
    if (given("update_count")) return refused("update-count does not go with windows that overlap", "use --update");
  }
  for (std::string_view name : {"disorder", "lateness"})
    if (given(name) && !given("time")) return refused(fmt::format("{} goes with --time: what counts by its arrival is never late", name));
  if (given("lateness") && !given("size") && !given("session")) return refused("lateness goes with windows of time");
  if (given("count") && (given("update") || given("update_count"))) return refused("a window of --count answers when it is full");
  return {};
}

Shape of(const Settings& settings) {
  window::Bounds bounds;
  bounds.lateness = settings.duration("lateness").value_or(Duration(0));
  bounds.update = settings.duration("update").value_or(Duration(0));
  bounds.update_count = settings.count("update_count").value_or(0);
  bounds.max_keys = *settings.count("max_keys");
  const auto size = settings.duration("size"), every = settings.duration("every"), gap = settings.duration("session");
  const uint64_t count = settings.count("count").value_or(0);
  return [=](const std::vector<window::Aggregate>& what) {
    if (size) return window::make_slices(what, bounds, *size, every.value_or(*size));
    return gap ? window::make_sessions(what, bounds, *gap) : window::make_counted(what, bounds, count);
  };
}

std::vector<std::pair<std::string, MetaValue>> about(const Settings& settings) {
  std::vector<std::pair<std::string, MetaValue>> out;
  const auto add = [&](std::string_view key, std::string_view option) {
    if (const auto value = settings.duration(option)) out.emplace_back(key, text::duration(*value));
  };
  const std::string_view type = settings.find("every")     ? "hopping"
                                : settings.find("size")    ? "tumbling"
                                : settings.find("session") ? "session"
                                : settings.find("count")   ? "count"
                                                           : "global";
  out.emplace_back("window_type", std::string(type));
  add("window_size", "size"), add("window_slide", "every"), add("window_gap", "session");
  if (const auto count = settings.count("count")) out.emplace_back("window_size", static_cast<int64_t>(*count));
  return out;
}

}  // namespace leat::window_shape
