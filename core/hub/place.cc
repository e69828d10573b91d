#include "core/hub/place.h"

#include <fmt/format.h>

namespace leat::hub {

std::string default_socket(const char* runtime_dir, unsigned user) {
  if (runtime_dir && *runtime_dir) return fmt::format("{}/leat/hub.sock", runtime_dir);
  return fmt::format("/tmp/leat-{}/hub.sock", user);
}

}  // namespace leat::hub
