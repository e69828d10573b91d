#include "pipelines/unfolding.h"

#include <fmt/format.h>

namespace leat {
namespace {

constexpr size_t kMaxDepth = 16;

bool is_stage(const PipelineSpec& spec, std::string_view id) {
  for (const ChainSpec& chain : spec.chains)
    for (const StageUse& use : chain.stages)
      if ((use.named ? use.id : use.name) == id) return true;
  return false;
}

}  // namespace

std::string Unfolding::id(const std::string& name, bool named) {
  const int n = named ? 1 : ++names[name];
  return n == 1 ? fmt::format("{}-{}", prefix, name) : fmt::format("{}-{}-{}", prefix, name, n);
}

std::string refusal_of(const Templates::Template& of, const Unfolding* outer) {
  std::string way(of.name);
  size_t depth = 0;
  for (const Unfolding* at = outer; at; at = at->outer) {
    way = fmt::format("{} -> {}", at->of->name, way);
    if (at->of == &of) return fmt::format("the template uses itself: {}", way);
    ++depth;
  }
  return depth < kMaxDepth ? std::string() : fmt::format("templates use each other {} deep at most", kMaxDepth);
}

std::string UseNames::inside(const Unfolding* outer, std::string_view name) {
  return outer ? fmt::format("{}-{}", outer->prefix, name) : std::string(name);
}

std::string UseNames::pick(const Templates::Template& of, const Unfolding* outer) {
  const std::string first = inside(outer, of.name);
  std::string prefix = first;
  for (int n = 2; !taken_.insert(prefix).second; ++n) prefix = fmt::format("{}-{}", first, n);
  return prefix;
}

void UseNames::put_into(PipelineSpec& spec) const {
  for (ChainSpec& chain : spec.chains)
    for (EndSpec& end : chain.from) {
      const auto address = stage_of(end);
      if (!address || address->port() != "out") continue;
      const auto last = last_.find(address->stage());
      if (last != last_.end() && !is_stage(spec, last->first)) end.url = "stage:" + last->second, end.written.clear();
    }
}

}  // namespace leat
