#include "cli/init.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <fmt/format.h>

#include "cli/words.h"
#include "cli/world.h"
#include "core/base/text.h"
#include "pipelines/recipes.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr auto kOptions = std::to_array<Option>({
    {.name = "recipe", .kind = Kind::text, .value = "RECIPE", .help = "which; without it they are listed", .operand = true},
    {.name = "print", .kind = Kind::flag, .value = "", .help = "print the pipeline, write nothing"},
    {.name = "force", .kind = Kind::flag, .value = "", .help = "write over files that are there"},
});

// What its first lines say, up to the first full stop.
std::string summary_of(const Recipe& recipe) {
  std::string said;
  for (std::string_view line : text::split(recipe.text, '\n')) {
    if (!line.starts_with("# ")) break;
    said += (said.empty() ? "" : " ") + std::string(line.substr(2));
  }
  said.resize(std::min(said.size(), said.find(". ")));
  if (said.ends_with('.')) said.pop_back();
  return said;
}

Answer list() {
  size_t width = 0;
  for (const Recipe& recipe : recipes()) width = std::max(width, recipe.name.size());
  std::string out;
  for (const Recipe& recipe : recipes()) out += fmt::format("{:<{}}  {}\n", recipe.name, width, summary_of(recipe));
  return {0, std::move(out), {}};
}

// The line for editors names a schema beside the recipes, not beside where they go.
std::string without_schema_line(std::string_view text) {
  if (text.starts_with("# yaml-language-server:")) text.remove_prefix(std::min(text.size(), text.find('\n') + 1));
  return std::string(text);
}

Answer write(const Recipe& recipe, bool force) {
  const std::pair<std::string, std::string> files[] = {
      {fmt::format("{}.yaml", recipe.name), std::string(recipe.text)},
      {fmt::format("{}_test.yaml", recipe.name), without_schema_line(recipe.tests)},
  };
  for (const auto& [path, text] : files)
    if (!force && std::filesystem::exists(path))
      return refusal({Error::Kind::usage, fmt::format("{} is there already", path), "--force writes over it"});
  std::string out;
  for (const auto& [path, text] : files) {
    if (!write_file(path, text)) return refusal({Error::Kind::io, fmt::format("cannot write {}", path), {}});
    out += fmt::format("wrote {}\n", path);
  }
  return {0, std::move(out), {}};
}

}  // namespace

std::span<const Option> init_options() { return kOptions; }

Answer init_command(const Invocation& call) {
  Settings own(kOptions);
  Problems problems;
  read_words(call.words, {.tables = {&own}, .path = {}}, problems);
  if (!problems.empty()) return usage("init", std::move(problems));
  const auto name = own.text("recipe");
  if (!name) return list();
  const auto all = recipes();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Recipe& recipe) { return recipe.name == *name; });
  if (at != all.end()) return own.flag("print") ? Answer{0, std::string(at->text), {}} : write(*at, own.flag("force"));
  std::vector<std::string_view> known;
  for (const Recipe& recipe : all) known.push_back(recipe.name);
  return refusal({Error::Kind::usage, fmt::format("there is no recipe {}", text::quoted(*name)), did_you_mean(*name, known)});
}

}  // namespace leat
