// KeyOf: what orders or groups a record: the outputs of one expression as an array, or of several as an array of such arrays.
// Owner:   the stage that asked.   Thread: one.   Blocks: never.
// Fails:   compile() as expr::Program::compile; read() by false, with the reason in the machine.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/window/canonical.h"
#include "stages/expression.h"

namespace leat {

class KeyOf {
 public:
  static Result<KeyOf> compile(const std::vector<std::string>& texts, const MakeContext& context) {
    KeyOf key;
    for (const std::string& text : texts) {
      auto program = leat::compile(text, context);
      if (!program) return program.error();
      key.programs_.push_back(std::move(*program));
    }
    return key;
  }

  bool empty() const { return programs_.empty(); }

  // The value is made of slices of the record.
  bool read(expr::Machine& machine, const expr::Row& row, Value& key) const {
    key = Value::array(1);
    if (programs_.size() == 1) return outputs(*programs_[0], machine, row, key);
    for (const auto& program : programs_) {
      Value part = Value::array(1);
      if (!outputs(*program, machine, row, part)) return false;
      key.push(std::move(part));
    }
    return true;
  }

  // The same as bytes that are equal where the values are; overwrites.
  bool read(expr::Machine& machine, const expr::Row& row, std::string& key) const {
    Value value;
    key.clear();
    if (!read(machine, row, value)) return false;
    window::canonical(value, key);
    key += '\n';
    return true;
  }

 private:
  static bool outputs(const expr::Program& program, expr::Machine& machine, const expr::Row& row, Value& into) {
    return machine.each(program, row, [&](const Value& part) { return into.push(part), true; });
  }

  std::vector<std::shared_ptr<const expr::Program>> programs_;
};

// All that was given for an option.
inline std::vector<std::string> texts_of(const Settings& settings, std::string_view name) {
  std::vector<std::string> texts;
  for (const auto& value : settings.values(name)) texts.push_back(value.text);
  return texts;
}

}  // namespace leat
