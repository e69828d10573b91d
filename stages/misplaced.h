// What is said of words that do not fit the end they were given to.
// Owner:   a value.   Thread: any.   Blocks: never.   Fails: cannot; an Error is what it makes.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/base/result.h"
#include "core/base/text.h"
#include "core/stage/settings.h"

namespace leat {

inline Error usage(std::string text, std::string hint = {}) { return {Error::Kind::usage, std::move(text), std::move(hint)}; }

// An option that means nothing to this end is refused: a user who wrote it expects something of it.
inline Error misplaced(std::string option, std::string_view url, std::string hint = {}) {
  std::replace(option.begin(), option.end(), '_', '-');
  return usage(fmt::format("--{} has no meaning for {}", option, text::quoted(url)), std::move(hint));
}

// Any other option was given in the belief that it means something here.
inline Done allow(const Settings& options, std::string_view url, std::initializer_list<std::string_view> names) {
  for (const Setting& setting : options.given())
    if (std::find(names.begin(), names.end(), setting.name) == names.end()) return misplaced(setting.name, url);
  return {};
}

}  // namespace leat
