#include "core/data/order.h"

#include <algorithm>
#include <cmath>

#include "core/data/number.h"

namespace leat {
namespace {

int sign(auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; }

int compare_numbers(const Value& a, const Value& b) {
  const auto spelled_a = a.spelling(), spelled_b = b.spelling();
  int64_t whole_a, whole_b;
  if (!spelled_a && !spelled_b) {
    if (a.whole(whole_a) && b.whole(whole_b)) return sign(whole_a, whole_b);
  }
  const double real_a = a.number(), real_b = b.number();
  if (std::isnan(real_a)) return -1;
  if (std::isnan(real_b)) return 1;
  if (real_a != real_b) return real_a < real_b ? -1 : 1;
  // Equal when rounded. What was spelled out may still differ in digits that no double holds.
  if (spelled_a && spelled_b) return number::compare(*spelled_a, *spelled_b);
  if (spelled_a && b.whole(whole_b)) return number::compare(*spelled_a, whole_b);
  if (spelled_b && a.whole(whole_a)) return -number::compare(*spelled_b, whole_a);
  if (a.whole(whole_a)) return number::compare(whole_a, real_b);
  return 0;
}

int compare_arrays(std::span<const Value> a, std::span<const Value> b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    if (const int order = compare(a[i], b[i])) return order;
  return sign(a.size(), b.size());
}

int compare_objects(const Value& a, const Value& b) {
  const auto x = sorted(a), y = sorted(b);
  for (size_t i = 0; i < std::min(x.size(), y.size()); ++i)
    if (const int order = x[i]->key.view().compare(y[i]->key.view())) return order;
  if (x.size() != y.size()) return sign(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i)
    if (const int order = compare(x[i]->item, y[i]->item)) return order;
  return 0;
}

}  // namespace

std::vector<const Entry*> sorted(const Value& object) {
  std::vector<const Entry*> out;
  out.reserve(object.size());
  for (const Entry& entry : object.entries()) out.push_back(&entry);
  std::sort(out.begin(), out.end(), [](const Entry* a, const Entry* b) { return a->key.view() < b->key.view(); });
  return out;
}

int compare(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return sign(a.kind(), b.kind());
  switch (a.kind()) {
    case Value::Kind::number:
      return compare_numbers(a, b);
    case Value::Kind::string:
      return a.view().compare(b.view());
    case Value::Kind::array:
      return compare_arrays(a.items(), b.items());
    case Value::Kind::object:
      return compare_objects(a, b);
    default:
      return 0;
  }
}

bool equal(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_string()) return a.view() == b.view();
  if (!a.is_object()) return compare(a, b) == 0;
  if (a.size() != b.size()) return false;
  for (const Entry& entry : a.entries()) {
    const Value* other = b.find(entry.key.view());
    if (!other || !equal(entry.item, *other)) return false;
  }
  return true;
}

}  // namespace leat
