#include "cli/world.h"

#include <sys/random.h>
#include <unistd.h>

#include <cstdlib>

namespace leat {

uint64_t RealRandom::next() {
  uint64_t bits = 0;
  // Eight bytes come whole once the kernel's pool is ready, which it is before any user program runs.
  [[maybe_unused]] const ssize_t got = getrandom(&bits, sizeof bits, 0);
  return bits;
}

std::optional<std::string> RealEnvironment::get(std::string_view name) const {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::vector<std::pair<std::string, std::string>> RealEnvironment::all() {
  std::vector<std::pair<std::string, std::string>> found;
  for (char** at = environ; at && *at; ++at) {
    const std::string_view entry = *at;
    const size_t equals = entry.find('=');
    if (equals != std::string_view::npos) found.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return found;
}

}  // namespace leat
