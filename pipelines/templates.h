// Templates: named lists of stages with parameters, as a file defines them under templates:, and the arguments of a use of one.
// Owner:   PipelineReader; points into the Document.   Thread: any.   Blocks: never.
// Fails:   by Problems: what is no template, and arguments that do not fit the parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipelines/arguments.h"
#include "pipelines/document.h"
#include "pipelines/read_settings.h"

namespace leat {

class Templates {
 public:
  struct Parameter {
    std::string_view name;
    const Node* fallback;  // null: it has none
  };
  struct Template {
    std::string_view name;
    std::vector<Parameter> parameters;
    const Node* stages;  // null beside a Problem
  };

  explicit Templates(SettingsReader& values) : values_(values) {}
  void read(const Node& node);

  // The template that a use: names; null beside a Problem.
  const Template* find(const Node& name, const std::string& path);
  // `with` may be null. The values of a use inside a template may be parameters of that.
  std::optional<std::vector<Argument>> arguments(const Template& of, const Node& name, const Node* with, const std::string& path);

 private:
  void one(const Node& name, const Node& value);
  void parameters(Template& into, const Node& node, const std::string& path);
  void parameter(Template& into, const Node& name, const Node* fallback, const std::string& path);

  SettingsReader& values_;
  std::vector<Template> all_;
};

}  // namespace leat
