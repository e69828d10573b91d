#include "core/expr/json_schema.h"

namespace leat::expr {

Result<std::unique_ptr<JsonSchema>> JsonSchema::compile(std::string_view) {
  return Error{Error::Kind::usage, "this leat was built without JSON Schema", "build it where the headers of valijson are installed"};
}

}  // namespace leat::expr
