// Any bytes are refused as YAML or laid out anew: a text that says the same to who reads it as a pipeline, and is its own form.
#include <cstdlib>

#include "pipelines/format_yaml.h"
#include "pipelines/read_pipeline.h"

namespace {

class Nothing final : public leat::Environment {
 public:
  std::optional<std::string> get(std::string_view) const override { return std::nullopt; }
};

leat::Loaded load(const std::string& text) {
  const Nothing environment;
  const leat::Outside outside{environment, [](const std::string&) { return leat::Result<std::string>(std::string("mem: 1MB\n")); }};
  return leat::load_pipeline(text, "file.yaml", outside);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto made = leat::format_yaml(text);
  if (!made.problems.empty()) return made.text.empty() ? 0 : (std::abort(), 0);
  const auto again = leat::format_yaml(made.text);
  if (!again.problems.empty() || again.text != made.text) std::abort();
  const auto before = load(text), after = load(made.text);
  if (before.problems.size() != after.problems.size() || !leat::same(before.spec, after.spec)) std::abort();
  return 0;
}
