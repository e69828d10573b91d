// A pipeline file of any bytes, with what it includes and its uses of templates, is a spec or a list of mistakes with places inside
// it, never a crash, a hang or a blown-up tree; and a spec is told as a file that says the same.
#include <algorithm>
#include <cstdlib>

#include "pipelines/check.h"
#include "pipelines/explain.h"
#include "pipelines/read_pipeline.h"

namespace {

// What every file that is included holds.
constexpr std::string_view kIncluded = "templates:\n  t:\n    params: {n: 5, x: }\n    stages: [{take: $n}, {filter: '.a == $x'}]\n";

class Nothing final : public leat::Environment {
 public:
  std::optional<std::string> get(std::string_view) const override { return std::nullopt; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Nothing environment;
  const leat::Outside outside{environment, [](const std::string&) { return leat::Result<std::string>(std::string(kIncluded)); }};
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto loaded = leat::load_pipeline(text, "file.yaml", outside);
  const bool good = loaded.problems.empty();
  leat::check(loaded.spec, leat::codecs(), loaded.problems);
  const auto lines = 2 + std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
  const auto& included = loaded.spec.included;
  const auto last = included.empty() ? lines : included.back().first_line + std::count(kIncluded.begin(), kIncluded.end(), '\n');
  for (const auto& problem : loaded.problems)
    if (problem.message.empty() || problem.mark.line > last) std::abort();
  leat::to_error(loaded.spec, loaded.problems);
  if (!good) return 0;
  const auto yaml = leat::to_yaml(loaded.spec);
  if (!yaml) std::abort();
  const auto back = leat::load_pipeline(*yaml, "file.yaml", outside);
  if (!back.problems.empty() || !leat::same(loaded.spec, back.spec)) std::abort();
  (void)leat::to_argv(loaded.spec);
  return 0;
}
