// Recipes: the pipeline files of recipes/, in the program itself, for `leat init`.
// Owner:   constant data, written by CMake from the files.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <span>
#include <string_view>

namespace leat {

struct Recipe {
  std::string_view name;   // without .yaml
  std::string_view text;   // of the file
  std::string_view tests;  // of NAME_test.yaml
};

std::span<const Recipe> recipes();  // by name

}  // namespace leat
