// Arguments: the values that a use of a template gives its parameters: a value where one stands for the whole value of a setting, a
// bound variable in front of an expression that mentions one.
// Owner:   a value; the reader of the template's stages.   Thread: any.   Blocks: on a file that ${file:} names.
// Fails:   a value that an expression cannot hold.
//
// No text is put together: VALUE as $name | EXPR means the same whatever the value holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipelines/document.h"
#include "pipelines/interpolate.h"

namespace leat {

struct Argument {
  std::string name;
  Node value;
};

class Arguments {
 public:
  Arguments(std::vector<Argument> all, const Outside& outside) : all_(std::move(all)), outside_(outside) {}

  // Of a scalar that says $NAME and nothing else; null: it is an ordinary text.
  static std::string_view named_by(const Node& node);
  const Argument* find(std::string_view name) const;
  std::vector<std::string_view> names() const;
  // The expression with what it mentions bound in front of it.
  Result<std::string> bind(std::string_view expression) const;

 private:
  std::vector<Argument> all_;
  const Outside& outside_;
};

// Letters, digits and _, no digit first: what may follow a $ in an expression.
bool variable_like(std::string_view name);

}  // namespace leat
