// TOML loader: text as a Document, so that settings are read and judged as pipeline files are.
// Owner:   the caller.   Thread: any.   Blocks: never.
// Fails:   by Problems: bad syntax ends the reading; dates are refused, as nothing here is one.
#pragma once

#include <string>

#include "pipelines/document.h"

namespace leat {

Document load_toml(std::string text);

}  // namespace leat
