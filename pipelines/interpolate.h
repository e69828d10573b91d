// Interpolate: ${VAR} ${VAR:-default} ${VAR:?message} ${file:PATH} in one text, read after parsing; $${ is a literal ${.
// Owner:   pure, but for what Outside does.   Thread: any.   Blocks: on the file a ${file:} names.
// Fails:   a variable that is not set, a file that cannot be read, a brace that is never closed.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace leat {

// What a text may reach: the environment and small files.
struct Outside {
  const Environment& environment;
  std::function<Result<std::string>(const std::string& path)> read_file;  // no_input: there is none; io: it cannot be read
};

struct Interpolated {
  std::string text;
  bool changed = false;  // something from outside is in it, so that it may be a secret
};
Result<Interpolated> interpolate(std::string_view text, const Outside& outside);

std::string escape_dollars(std::string_view text);  // so that interpolate() answers it unchanged

}  // namespace leat
