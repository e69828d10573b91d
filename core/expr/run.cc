#include "core/expr/run.h"

#include <utility>

#include <fmt/format.h>

#include "core/base/meter.h"
#include "core/data/json.h"

namespace leat::expr {
namespace {

// Of a thread's 8 MiB; what a value, a regular expression or the deepest expression takes comes on top.
constexpr ptrdiff_t kStack = 4 << 20;

}  // namespace

Got Run::fail(Value reason) {
  error = std::move(reason);
  bounded = false;
  return Got::fail;
}

Got Run::fail(std::string_view text) { return fail(Value::text(text)); }

Got Run::past(std::string_view what) {
  error = Value::text(what);
  bounded = true;
  return Got::fail;
}

bool Run::spent() {
  if (steps > limits.steps) return past(fmt::format("the expression took more than {} steps", limits.steps)), false;
  return room(0);
}

bool Run::room(double bytes) {
  if (static_cast<double>(meter::taken - memory) + bytes <= static_cast<double>(limits.bytes)) return true;
  return past(fmt::format("the expression held more than {} bytes", limits.bytes)), false;
}

bool Run::too_large(const Value& value) {
  if (value.depth() > Value::kMaxDepth) return past("the value is nested too deeply"), false;
  return past(fmt::format("the value is larger than {} bytes", limits.bytes)), false;
}

Deeper::Deeper(Run& run) : run_(run) {
  const auto* here = static_cast<const char*>(__builtin_frame_address(0));
  fits_ = ++run.depth <= run.limits.depth && run.stack - here < kStack;
  if (!fits_) run.past(fmt::format("the expression recurses deeper than {} calls", run.depth - 1));
}

std::string_view kind_name(Value::Kind kind) {
  static constexpr std::string_view kNames[] = {"null", "boolean", "boolean", "number", "string", "array", "object"};
  return kNames[static_cast<size_t>(kind)];
}

std::string shown(const Value& value) {
  constexpr size_t kMost = 29;
  std::string text;
  if (value.weight() < 10'000)
    json::write(value, text);
  else
    text = "...";
  if (text.size() > kMost) {
    size_t cut = kMost - 3;
    while (cut > 0 && (text[cut] & 0xC0) == 0x80) --cut;
    text.resize(cut);
    text += "...";
  }
  return fmt::format("{} ({})", kind_name(value.kind()), text);
}

}  // namespace leat::expr
