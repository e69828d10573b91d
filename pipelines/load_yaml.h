// YAML loader: text as a Document under the core schema, with what we refuse of YAML refused by place.
// Owner:   the caller.   Thread: any.   Blocks: never.
// Fails:   by Problems: bad syntax ends the reading; doubled keys, merge keys, tags, a second document and open quotes are all told.
//          Aliases that would blow the tree up past its bounds end the reading too.
#pragma once

#include <string>

#include "pipelines/document.h"

namespace leat {

Document load_yaml(std::string text);

}  // namespace leat
