// FakeOutside: an environment and files that a test fills.
// Owner:   the test.   Thread: one.   Blocks: never.   Fails: a name nobody put there is missing.
#pragma once

#include <map>
#include <string>

#include "pipelines/interpolate.h"

namespace leat::fake {

struct Variables : Environment {
  std::map<std::string, std::string, std::less<>> values;
  std::optional<std::string> get(std::string_view name) const override {
    const auto at = values.find(name);
    return at == values.end() ? std::nullopt : std::optional(at->second);
  }
};

struct World {
  Variables variables;
  std::map<std::string, std::string> files;
  Outside outside() const {
    return {variables, [this](const std::string& path) -> Result<std::string> {
              const auto at = files.find(path);
              if (at == files.end()) return Error{Error::Kind::no_input, path + ": no such file", {}};
              return at->second;
            }};
  }
};

}  // namespace leat::fake
