// Busiest: the subjects most was published to of late, and how much that was: a table of so many, whatever the number of subjects.
// Owner:   an Interest.   Thread: the hub's loop.   Blocks: never.   Fails: cannot; a subject that gets less than all it holds is not in
// it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace leat::hub {

class Busiest {
 public:
  static constexpr size_t kMost = 64;
  struct One {
    std::string_view subject;
    double messages, bytes;  // a second
  };

  void add(std::string_view subject, uint64_t messages, uint64_t bytes);
  void beat(Duration since);          // so long after the last one
  std::vector<One> subjects() const;  // the busiest first

 private:
  struct Flow {
    uint64_t messages = 0, bytes = 0;  // since the last beat
    double message_rate = 0, byte_rate = 0;
    bool fresh = true;
    double weight() const { return std::max(message_rate, static_cast<double>(messages)); }
  };
  std::map<std::string, Flow, std::less<>> flows_;
};

}  // namespace leat::hub
