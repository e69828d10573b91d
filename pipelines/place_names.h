// PlaceNames: how the places of a spec are called in messages: by their path in the file, by their words on the command line.
// Owner:   a value; the spec outlives it.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "pipelines/spec.h"
#include "pipelines/suggest.h"

namespace leat {

class PlaceNames {
 public:
  explicit PlaceNames(const PipelineSpec& spec) : spec_(spec), file_(!spec.file.empty()) {
    size_t written = 0;
    for (const ChainSpec& chain : spec.chains) written += chain.hook.empty();
    many_ = written > 1;
  }

  std::string chain(size_t i) const {
    if (file_ && !spec_.chains[i].hook.empty()) return spec_.chains[i].hook + ".";
    return file_ && many_ ? fmt::format("chains[{}].", i) : std::string();
  }
  std::string stage(size_t i, size_t j, const StageUse& use) const {
    if (!file_ || !use.place.empty()) return file_ ? use.place : use.id;
    const auto& stages = spec_.chains[i].stages;
    const auto in_front = std::count_if(stages.begin(), stages.end(), [](const StageUse& one) { return !one.place.empty(); });
    return fmt::format("{}stages[{}].{}", chain(i), j - static_cast<size_t>(in_front), use.name);
  }
  std::string end(size_t i, std::string_view key, const EndSpec& end) const {
    if (file_) return fmt::format("{}{}{}", chain(i), key == "fallback" ? "to." : "", key);
    return fmt::format("{}{} {}", key == "dlq" ? "" : "--", key, end.url);
  }
  std::string option(const std::string& place, const Option& option) const {
    if (file_) return option.operand ? place : fmt::format("{}.{}", place, option.name);
    return place;
  }
  std::string wants(const Option& option) const {
    if (option.operand || file_) return fmt::format("wants {}", option.operand ? option.value : option.name);
    return fmt::format("wants --{}", kebab(option.name));
  }

 private:
  const PipelineSpec& spec_;
  bool file_, many_ = false;
};

}  // namespace leat
