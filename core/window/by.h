// By: the keys of a window: what the user named, how a record's key is worked out, and how its parts are shown.
// Owner:   the window stage.   Thread: one.   Blocks: never.
// Fails:   make() for an expression or a name that will not do; of() for a record that has not exactly one value for each part.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/value.h"
#include "core/expr/program.h"

namespace leat::window {

// `host` of .meta.host, `subject` of $subject; empty if the expression is more than a path.
std::string_view last_part(std::string_view expression);

class By {
 public:
  // `name` may be empty: then it is the last part of the path that the expression is.
  Done add(std::string_view name, std::string_view expression, FieldPlan& plan, const expr::CompileOptions& options);
  bool reads_envelope() const;
  bool empty() const { return parts_.empty(); }
  const std::vector<std::string>& names() const { return names_; }

  // The canonical key of a record in `key`, which is overwritten; false with why in code() and message().
  bool of(expr::Machine& machine, const expr::Row& row, std::string& key);
  std::string_view code() const { return code_; }
  const std::string& message() const { return message_; }

  void write(std::string_view key, std::string& out) const;  // appends ,"name":value for each part
  Value value(std::string_view key) const;                   // of the only part, else an object of all; null without any

 private:
  std::vector<std::shared_ptr<const expr::Program>> parts_;
  std::vector<std::string> names_;
  std::vector<std::string> quoted_;  // ,"name":
  std::string_view code_;
  std::string message_;
};

}  // namespace leat::window
