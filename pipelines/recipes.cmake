# Writes recipes.cc: every recipe and its cases as text in the program.
file(GLOB recipes CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/recipes/*.yaml)
list(FILTER recipes EXCLUDE REGEX "_test[.]yaml$")
list(SORT recipes)
set(rows)
foreach(recipe IN LISTS recipes)
  cmake_path(GET recipe STEM name)
  string(REPLACE ".yaml" "_test.yaml" tests ${recipe})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${recipe} ${tests})
  file(READ ${recipe} text)
  file(READ ${tests} cases)
  string(APPEND rows "    {\"${name}\", R\"leat(${text})leat\", R\"leat(${cases})leat\"},\n")
endforeach()
file(CONFIGURE OUTPUT recipes.cc @ONLY CONTENT [[
#include "pipelines/recipes.h"

namespace leat {

std::span<const Recipe> recipes() {
  static constexpr Recipe kAll[] = {
@rows@  };
  return kAll;
}

}  // namespace leat
]])
