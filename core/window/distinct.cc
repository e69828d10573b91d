#include "core/window/distinct.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace leat::window {
namespace {

constexpr int kBits = 12;
constexpr size_t kRegisters = size_t{1} << kBits;
constexpr int kRest = 64 - kBits;  // hash bits behind the register number

// The sums of algorithm 6: how the registers that are still empty, and those that are full, bear on the estimate.
double sigma(double x) {
  if (x == 1) return INFINITY;
  double y = 1, z = x, before;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (z != before);
  return z;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double y = 1, z = 1 - x, before;
  do {
    x = std::sqrt(x);
    before = z;
    y /= 2;
    z -= (1 - x) * (1 - x) * y;
  } while (z != before);
  return z / 3;
}

}  // namespace

void Distinct::add(uint64_t hash) {
  if (!registers_.empty()) return note(hash);
  const auto at = std::lower_bound(exact_.begin(), exact_.end(), hash);
  if (at != exact_.end() && *at == hash) return;
  if (exact_.size() < kExact) {
    exact_.insert(at, hash);
    return;
  }
  give_up_exactness();
  note(hash);
}

void Distinct::note(uint64_t hash) {
  const size_t at = hash >> kRest;
  const auto run = static_cast<uint8_t>(std::min(std::countl_zero(hash << kBits), kRest) + 1);
  registers_[at] = std::max(registers_[at], run);
}

void Distinct::give_up_exactness() {
  registers_.assign(kRegisters, 0);
  for (uint64_t hash : exact_) note(hash);
  exact_ = {};
}

void Distinct::merge(const Distinct& other) {
  for (uint64_t hash : other.exact_) add(hash);
  if (other.registers_.empty()) return;
  if (registers_.empty()) give_up_exactness();
  for (size_t i = 0; i < kRegisters; ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
}

uint64_t Distinct::count() const {
  if (registers_.empty()) return exact_.size();
  std::array<double, kRest + 2> with{};  // registers by value
  for (uint8_t value : registers_) ++with[value];
  constexpr double m = kRegisters;
  double z = m * tau(1 - with[kRest + 1] / m);
  for (int k = kRest; k >= 1; --k) z = (z + with[static_cast<size_t>(k)]) / 2;
  z += m * sigma(with[0] / m);
  return static_cast<uint64_t>(std::llround(m * m / (2 * std::log(2.0) * z)));
}

}  // namespace leat::window
