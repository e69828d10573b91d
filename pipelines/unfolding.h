// Unfolding: the uses of templates while their stages are read, and what those stages are called.
// Owner:   PipelineReader.   Thread: any.   Blocks: never.   Fails: a template inside itself.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "pipelines/arguments.h"
#include "pipelines/spec.h"
#include "pipelines/templates.h"

namespace leat {

struct Unfolding {
  const Templates::Template* of;
  std::string prefix;  // of the ids of its stages
  Arguments arguments;
  const Unfolding* outer;  // the use whose template has this one; null: a chain has it
  std::map<std::string, int, std::less<>> names = {};

  // PREFIX-NAME, and PREFIX-NAME-2 for the next stage of that name; what the user called a stage is not numbered.
  std::string id(const std::string& name, bool named);
};

// Why this template cannot be used there; empty: it can.
std::string refusal_of(const Templates::Template& of, const Unfolding* outer);

// What the uses of a pipeline are called.
class UseNames {
 public:
  // The template's name and the first number that is free there.
  std::string pick(const Templates::Template& of, const Unfolding* outer);
  static std::string inside(const Unfolding* outer, std::string_view name);
  void ends_with(std::string_view prefix, std::string_view stage) { last_.insert_or_assign(std::string(prefix), stage); }
  // stage:ID of a use is that of its last stage.
  void put_into(PipelineSpec& spec) const;

 private:
  std::set<std::string> taken_;
  std::map<std::string, std::string> last_;  // of each use the id of its last stage
};

}  // namespace leat
