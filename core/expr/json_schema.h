// JsonSchema: whether a value is what a JSON Schema (draft 7) says, and if not, where and by which rule.
// Owner:   a stage instance.   Thread: one; clone() is for another.   Blocks: never.
// Fails:   compile() for text that is no schema, and always where leat was built without the validator; fits() with the reason.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/data/value.h"

namespace leat::expr {

class JsonSchema {
 public:
  static Result<std::unique_ptr<JsonSchema>> compile(std::string_view text);
  virtual ~JsonSchema() = default;

  virtual bool fits(const Value& value) = 0;
  // Of the last false: /the/place: what rule.
  const std::string& reason() const { return reason_; }
  std::string_view code() const { return code_; }  // schema or limit
  virtual std::unique_ptr<JsonSchema> clone() const = 0;

 protected:
  bool refuse(std::string_view code, std::string reason) {
    code_ = code, reason_ = std::move(reason);
    return false;
  }

 private:
  std::string reason_;
  std::string_view code_;
};

}  // namespace leat::expr
