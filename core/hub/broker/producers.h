// Producers: the last number of each who numbers what it publishes, so that what is sent again is not kept again.
// Owner:   a history; the broker, for what is not kept.   Thread: the hub's loop.   Blocks: never.
// Fails:   cannot; of more than kMost the one that came first is forgotten.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

namespace leat::hub {

class Producers {
 public:
  static constexpr size_t kMost = 16 * 1024;

  // Has this one been here? From now on it has. 0: nobody, or not counted.
  bool seen(uint64_t producer, uint64_t number) {
    if (producer == 0 || number == 0) return false;
    const auto [known, fresh] = last_.try_emplace(producer, 0);
    if (number <= known->second) return true;
    known->second = number;
    if (fresh) order_.push_back(producer);
    if (order_.size() > kMost) {
      last_.erase(order_.front());
      order_.pop_front();
    }
    return false;
  }

 private:
  std::unordered_map<uint64_t, uint64_t> last_;
  std::deque<uint64_t> order_;  // as they came
};

}  // namespace leat::hub
