// Format text: the @formats, which write a value as text for some other language.
// Owner:   pure functions.   Thread: as the Run.   Blocks: never.
// Fails:   a format by false, with the reason in the Run.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/expr/nodes_build.h"

namespace leat::expr {

struct FormatName {
  std::string_view name, help;
  Text::Format format;
};
std::span<const FormatName> formats();
Text::Format find_format(std::string_view name);  // without the @; null: unknown
std::string format_hint(std::string_view name);

void to_text(const Value& value, std::string& out);  // as tostring does

}  // namespace leat::expr
