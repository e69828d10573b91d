// EventTime: the time that a record says.
// Owner:   a stage that goes by it.   Thread: one.   Blocks: never.
// Fails:   of() for a record that has not exactly one time, or one so far off that no sum with it can be trusted.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/expr/program.h"

namespace leat::window {

class EventTime {
 public:
  explicit EventTime(std::shared_ptr<const expr::Program> program) : program_(std::move(program)) {}

  explicit operator bool() const { return program_ != nullptr; }
  // False with why in code() and message().
  bool of(expr::Machine& machine, const expr::Row& row, Instant& time);
  std::string_view code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  std::shared_ptr<const expr::Program> program_;  // null: there is none
  std::string_view code_;
  std::string message_;
};

}  // namespace leat::window
