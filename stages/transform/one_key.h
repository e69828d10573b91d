// OneKey: the one value of a record that decides where it goes: its text as it is, any other value as its shortest JSON text.
// Owner:   the stage that asked.   Thread: one.   Blocks: never.
// Fails:   of() for a record that has not exactly one value, through Turn::fail.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/window/canonical.h"
#include "stages/expression.h"

namespace leat {

class OneKey {
 public:
  explicit OneKey(std::shared_ptr<const expr::Program> program) : program_(std::move(program)) {}

  explicit operator bool() const { return program_ != nullptr; }
  const std::shared_ptr<const expr::Program>& program() const { return program_; }

  void now(Instant now) { machine_.now(now); }
  // The view lives until the next call, and no longer than the record.
  std::optional<std::string_view> of(const expr::Row& row, Turn& turn) {
    const auto found = machine_.one(*program_, row, value_);
    if (found == expr::Machine::One::value) return word();
    if (found == expr::Machine::One::failed)
      turn.fail(row.record, {machine_.code(), machine_.message()});
    else
      turn.fail(row.record, {"expression", found == expr::Machine::One::none ? "the key wants one value, not none"
                                                                             : "the key wants one value, not several"});
    return std::nullopt;
  }

 private:
  std::string_view word() {
    if (value_.is_string()) return value_.view();
    text_.clear();
    window::canonical(value_, text_);
    return text_;
  }

  std::shared_ptr<const expr::Program> program_;  // null: there is no key
  expr::Machine machine_;
  Value value_;
  std::string text_;
};

}  // namespace leat
