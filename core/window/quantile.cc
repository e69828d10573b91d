#include "core/window/quantile.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace leat::window {
namespace {

constexpr int kShift = 52 - 6;                         // 64 buckets for each power of two
constexpr uint32_t kSpan = 64 * 64;                    // buckets one side may hold
constexpr double kSmallest = 2.2250738585072014e-308;  // below it doubles lose bits, and all of them count as 0

uint32_t bucket_of(double magnitude) { return static_cast<uint32_t>(std::bit_cast<uint64_t>(magnitude) >> kShift); }

double middle_of(uint32_t bucket) {
  const double low = std::bit_cast<double>(static_cast<uint64_t>(bucket) << kShift);
  const double high = std::bit_cast<double>(static_cast<uint64_t>(bucket + 1) << kShift);
  return std::isinf(high) ? low : low + (high - low) / 2;
}

}  // namespace

void Quantile::add(double value) {
  if (std::isnan(value)) return;
  if (std::isinf(value)) value = std::copysign(1.7976931348623157e308, value);
  least_ = count_ == 0 ? value : std::min(least_, value);
  most_ = count_ == 0 ? value : std::max(most_, value);
  if (++count_ <= kExact) {
    exact_.push_back(value);
    return;
  }
  if (!exact_.empty()) {
    for (double one : exact_) count(one, 1);
    exact_ = {};
  }
  count(value, 1);
}

void Quantile::count(double value, uint64_t times) {
  const double magnitude = std::abs(value);
  if (magnitude < kSmallest)
    zeros_ += times;
  else
    (value < 0 ? below_ : above_).add(bucket_of(magnitude), times);
}

void Quantile::Side::raise(uint32_t floor) {
  if (floor <= first) return;
  const size_t gone = std::min<size_t>(floor - first, counts.size());
  uint64_t moved = 0;
  for (size_t i = 0; i < gone; ++i) moved += counts[i];
  counts.erase(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(gone));
  if (counts.empty()) counts.push_back(0);
  counts.front() += moved;
  first = floor;
}

void Quantile::Side::add(uint32_t bucket, uint64_t count) {
  total += count;
  if (counts.empty()) {
    first = bucket;
    counts.assign(1, count);
    return;
  }
  if (bucket < first) {
    const auto last = static_cast<uint32_t>(first + counts.size() - 1);
    const uint32_t floor = last >= kSpan ? last - kSpan + 1 : 0;
    const uint32_t to = std::max(bucket, floor);
    if (to < first) counts.insert(counts.begin(), first - to, 0), first = to;
    counts[std::max(bucket, first) - first] += count;
    return;
  }
  if (bucket - first >= kSpan) raise(bucket - kSpan + 1);
  if (bucket - first >= counts.size()) counts.resize(bucket - first + 1, 0);
  counts[bucket - first] += count;
}

void Quantile::merge(const Quantile& other) {
  if (other.count_ == 0) return;
  if (!other.exact_.empty()) {
    for (double value : other.exact_) add(value);
    return;
  }
  least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
  most_ = count_ == 0 ? other.most_ : std::max(most_, other.most_);
  for (double value : exact_) count(value, 1);
  exact_ = {};
  for (const auto& [mine, theirs] : {std::pair{&below_, &other.below_}, std::pair{&above_, &other.above_}})
    for (size_t i = 0; i < theirs->counts.size(); ++i)
      if (theirs->counts[i] > 0) mine->add(theirs->first + static_cast<uint32_t>(i), theirs->counts[i]);
  zeros_ += other.zeros_;
  count_ += other.count_;
}

double Quantile::of_rank(uint64_t rank) const {
  if (rank < below_.total) {
    uint64_t left = below_.total - 1 - rank;  // the largest magnitude is the least number
    size_t i = 0;
    while (left >= below_.counts[i]) left -= below_.counts[i++];
    return -middle_of(below_.first + static_cast<uint32_t>(i));
  }
  rank -= below_.total;
  if (rank < zeros_) return 0;
  rank -= zeros_;
  size_t i = 0;
  while (rank >= above_.counts[i]) rank -= above_.counts[i++];
  return middle_of(above_.first + static_cast<uint32_t>(i));
}

std::optional<double> Quantile::at(double share) const {
  if (count_ == 0) return std::nullopt;
  // A hair less, or 0.07 of 100 would be 7.000000000000001 and so rank 8.
  const double wanted = std::ceil(share * static_cast<double>(count_) * (1 - 1e-12));
  const uint64_t rank = wanted < 1 ? 0 : std::min(static_cast<uint64_t>(wanted), count_) - 1;
  if (exact_.empty()) {
    if (rank == 0) return least_;
    if (rank == count_ - 1) return most_;
    return std::clamp(of_rank(rank), least_, most_);
  }
  meter::Vector<double> sorted = exact_;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(rank), sorted.end());
  return sorted[rank];
}

}  // namespace leat::window
