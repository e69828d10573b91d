// FormatYaml: the text of a pipeline file in its one form: indentation by two, one blank where one belongs, quotes where they are
// needed, at most one empty line in a row; comments, expressions and the order of keys as they were written.
// Owner:   pure function.   Thread: any.   Blocks: never.
// Fails:   by Problems, with their places, for what load_yaml() refuses and for the few shapes of YAML it cannot lay out anew.
//
// It says the same as before: the answer was read again, and has the same values, the same comments, and itself as its form.
#pragma once

#include <string>

#include "pipelines/spec.h"

namespace leat {

struct Formatted {
  std::string text;
  Problems problems;  // if there are any, `text` is empty
};
Formatted format_yaml(const std::string& text);

}  // namespace leat
