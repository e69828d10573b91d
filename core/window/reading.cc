#include "core/window/reading.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"

namespace leat::window {
namespace {

// A number as it was read, for all that compute with it: whole numbers are summed exactly.
Value converted(const Value& number) {
  const double real = number.number();
  int64_t whole = 0;
  const bool negative_zero = real == 0 && std::signbit(real);
  return real == std::trunc(real) && !negative_zero && number.whole(whole) ? Value::integer(whole) : Value::real(real);
}

}  // namespace

Reading::Reading(std::shared_ptr<const expr::Program> time, By by, std::span<const expr::Aggregate> calls)
    : time_of_(std::move(time)), by_(std::move(by)) {
  for (const expr::Aggregate& call : calls) {
    const size_t number = aggregates_.size();
    aggregates_.emplace_back(call.kind, call.number);
    names_.push_back(call.name);
    if (!call.argument) {
      counting_.push_back(number);
      continue;
    }
    auto at = std::find_if(arguments_.begin(), arguments_.end(), [&](const Argument& known) { return known.program == call.argument; });
    if (at == arguments_.end()) at = arguments_.insert(at, Argument{call.argument, {}});
    at->aggregates.push_back(number);
    at->numeric |= aggregates_.back().numeric();
  }
}

void Reading::now(Instant now) {
  now_ = now;
  machine_.now(now);
}

bool Reading::refuse(std::string_view code, std::string message) {
  code_ = code, message_ = std::move(message);
  return false;
}

bool Reading::read(const expr::Row& row) {
  time_ = now_;
  taken_.clear();
  if (timed() && !time_of_.of(machine_, row, time_)) return refuse(time_of_.code(), time_of_.message());
  if (!by_.of(machine_, row, key_)) return refuse(by_.code(), by_.message());
  return std::all_of(arguments_.begin(), arguments_.end(), [&](const Argument& argument) { return read_argument(argument, row); });
}

bool Reading::read_argument(const Argument& argument, const expr::Row& row) {
  bool good = true;
  const auto each = [this, &argument, &good](const Value& value) { return good = take(argument, value); };
  if (!machine_.each(*argument.program, row, std::ref(each))) return refuse(machine_.code(), machine_.message());
  return good;
}

bool Reading::take(const Argument& argument, const Value& value) {
  for (size_t at : argument.aggregates) {
    if (aggregates_[at].accepts(value)) continue;
    std::string written;
    json::write(value, written);
    return refuse("type", fmt::format("{}: {} is not a number", names_[at], text::quoted(written)));
  }
  taken_.push_back({&argument, value, argument.numeric && value.is_number() ? converted(value) : value});
  return true;
}

void Reading::add_to(Aggregate::State* states, Order order) const {
  for (size_t at : counting_) aggregates_[at].add_record(states[at]);
  for (const Taken& taken : taken_)
    for (size_t at : taken.argument->aggregates)
      aggregates_[at].add(states[at], aggregates_[at].numeric() ? taken.number : taken.value, order);
}

}  // namespace leat::window
