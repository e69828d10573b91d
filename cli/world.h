// RealWorld: the clock, the chance, the environment and the small files of this process.
// Owner:   main.   Thread: any; the random source is guarded by none and used on the main thread only.
// Blocks:  on a file.   Fails: a file that cannot be read.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace leat {

class RealClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }
};

// For spans of time: nobody sets it. Its instants are of no day.
class SteadyClock final : public Clock {
 public:
  Instant now() const override { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }
};

class RealRandom final : public Random {
 public:
  uint64_t next() override;  // from the kernel
};

class RealEnvironment final : public Environment {
 public:
  std::optional<std::string> get(std::string_view name) const override;
  static std::vector<std::pair<std::string, std::string>> all();  // a snapshot, for $ENV
};

// A pipeline file, a secret: all of it, up to a bound. - is standard input. The error says what the system says.
Result<std::string> read_small_file(const std::string& path);
Done replace_file(const std::string& path, std::string_view bytes);  // as a whole or not at all; through links, with its mode
bool write_file(const std::string& path, std::string_view bytes);    // in place of what it held

}  // namespace leat
