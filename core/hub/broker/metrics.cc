#include "core/hub/broker/metrics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace leat::hub {

uint64_t Histogram::below(size_t bucket) const {
  return std::accumulate(buckets_.begin(), buckets_.begin() + static_cast<ptrdiff_t>(bucket), uint64_t{0});
}

uint64_t Histogram::most(size_t bucket) {
  if (bucket < 4) return bucket + 1;
  return static_cast<uint64_t>(5 + bucket % 4) << (bucket / 4 - 1);
}

double Histogram::mean() const {
  const uint64_t values = count();
  return values == 0 ? 0 : sum_ / static_cast<double>(values);
}

uint64_t Histogram::quantile(double share) const {
  const uint64_t values = count();
  if (values == 0) return 0;
  const auto rank = std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(share * static_cast<double>(values))));
  size_t at = 0;
  for (uint64_t passed = buckets_[0]; passed < rank && at + 1 < buckets_.size();) passed += buckets_[++at];
  return most(at);
}

void Metrics::ended(std::string_view reason) {
  const auto known = std::find(kEndings.begin(), kEndings.end(), reason.substr(0, reason.find(':')));
  ++endings[known == kEndings.end() ? 0 : static_cast<size_t>(known - kEndings.begin())];
}

void Stall::look(bool starved, Instant now, Metrics& metrics) {
  if (starved == is_) return;
  is_ = starved;
  if (!starved) {
    metrics.stalled += std::max(now - since_, Duration::zero());
    return;
  }
  ++metrics.stalls;
  since_ = now;
  told_ = false;
}

bool Stall::tell(Instant now, Duration grace) {
  if (!is_ || told_ || now - since_ < grace) return false;
  return told_ = true;
}

}  // namespace leat::hub
