#include "core/window/canonical.h"

#include <cmath>

#include "core/data/json.h"
#include "core/data/number.h"
#include "core/data/order.h"

namespace leat::window {
namespace {

void canonical_number(const Value& value, std::string& out) {
  int64_t whole = 0;
  if (value.exact(whole)) return number::write(whole, out);
  if (const auto spelling = value.spelling()) return number::canonical(*spelling, out);
  const double real = value.number();
  std::string shortest;
  number::write(real, shortest);
  if (std::isnan(real)) return void(out += shortest);
  number::canonical(shortest, out);
}

void canonical_array(const Value& value, std::string& out) {
  out += '[';
  for (const Value& item : value.items()) {
    if (&item != value.items().data()) out += ',';
    canonical(item, out);
  }
  out += ']';
}

void canonical_object(const Value& value, std::string& out) {
  out += '{';
  bool first = true;
  for (const Entry* entry : sorted(value)) {
    if (!std::exchange(first, false)) out += ',';
    json::write_string(entry->key.view(), out);
    out += ':';
    canonical(entry->item, out);
  }
  out += '}';
}

}  // namespace

void canonical(const Value& value, std::string& out) {
  switch (value.kind()) {
    case Value::Kind::number:
      return canonical_number(value, out);
    case Value::Kind::array:
      return canonical_array(value, out);
    case Value::Kind::object:
      return canonical_object(value, out);
    default:
      json::write(value, out);
  }
}

}  // namespace leat::window
