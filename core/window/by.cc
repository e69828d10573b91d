#include "core/window/by.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/window/canonical.h"

namespace leat::window {
std::string_view last_part(std::string_view expression) {
  size_t at = expression.size();
  const auto letter = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  while (at > 0 && letter(expression[at - 1])) --at;
  const std::string_view name = expression.substr(at);
  const bool path = at > 0 && (expression[at - 1] == '.' || expression[at - 1] == '$') &&
                    std::all_of(expression.begin(), expression.end(), [&](char c) { return letter(c) || c == '.' || c == '$'; });
  return path ? name : std::string_view();
}

Done By::add(std::string_view name, std::string_view expression, FieldPlan& plan, const expr::CompileOptions& options) {
  auto program = expr::Program::compile(expression, plan, options);
  if (!program) return program.error();
  if (name.empty()) name = last_part(expression);
  if (name.empty())
    return Error{Error::Kind::usage, fmt::format("by {} wants a name", text::quoted(expression)),
                 fmt::format("--by 'name={}'", expression)};
  if (name == "start" || name == "end" || name == "partial" || name == "update" ||
      std::find(names_.begin(), names_.end(), name) != names_.end())
    return Error{Error::Kind::usage, fmt::format("a window has a field {} already", text::quoted(name)),
                 "give it another name: --by NAME=EXPR"};
  parts_.push_back(std::move(*program));
  names_.emplace_back(name);
  std::string label = ",";
  json::write_string(name, label);
  quoted_.push_back(label + ':');
  return {};
}

bool By::reads_envelope() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const auto& part) { return part->reads_envelope(); });
}

bool By::of(expr::Machine& machine, const expr::Row& row, std::string& key) {
  key.clear();
  for (size_t i = 0; i < parts_.size(); ++i) {
    Value value;
    const auto found = machine.one(*parts_[i], row, value);
    if (found != expr::Machine::One::value) {
      const bool ran = found != expr::Machine::One::failed;
      code_ = ran ? "expression" : machine.code();
      message_ = ran ? fmt::format("by {}: wants one value, not {}", names_[i], found == expr::Machine::One::none ? "none" : "several")
                     : machine.message();
      return false;
    }
    canonical(value, key);
    key += '\n';
  }
  return true;
}

void By::write(std::string_view key, std::string& out) const {
  for (const std::string& label : quoted_) {
    const size_t end = key.find('\n');
    out.append(label).append(key.substr(0, end));
    key.remove_prefix(end + 1);
  }
}

Value By::value(std::string_view key) const {
  Value all = Value::object(), part;
  for (const std::string& name : names_) {
    const size_t end = key.find('\n');
    json::Mistake none;
    json::parse(key.substr(0, end), json::Keep::copied, part, none);  // canonical() wrote it
    if (names_.size() == 1) return part;
    all.put(Value::text(name), std::move(part));
    key.remove_prefix(end + 1);
  }
  return names_.empty() ? Value() : all;
}

}  // namespace leat::window
