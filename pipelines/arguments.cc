#include "pipelines/arguments.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

bool name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

// Inside a text or a comment too: what is bound and not used does no harm.
bool mentions(std::string_view expression, std::string_view name) {
  for (size_t at = expression.find('$'); at != expression.npos; at = expression.find('$', at + 1)) {
    const std::string_view rest = expression.substr(at + 1);
    if (rest.starts_with(name) && (rest.size() == name.size() || !name_char(rest[name.size()]))) return true;
  }
  return false;
}

// Every text in it with its ${...} read.
Done read_texts(Node& node, const Argument& argument, const Outside& outside) {
  if (node.kind == Node::Kind::scalar) {
    auto made = interpolate(node.text, outside);
    if (!made) return made.error();
    if (made->changed)
      return Error{Error::Kind::config, fmt::format("the parameter {} has a ${{...}}, which no expression takes", argument.name),
                   "an expression reads the environment itself: $ENV.NAME"};
    node.text = std::move(made->text);
  }
  for (Node& item : node.items)
    if (auto done = read_texts(item, argument, outside); !done) return done;
  for (auto& [key, value] : node.entries)
    if (auto done = read_texts(value, argument, outside); !done) return done;
  return {};
}

}  // namespace

bool variable_like(std::string_view name) {
  return !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), name_char);
}

std::string_view Arguments::named_by(const Node& node) {
  if (node.kind != Node::Kind::scalar || !node.text.starts_with('$')) return {};
  const std::string_view name = std::string_view(node.text).substr(1);
  return variable_like(name) ? name : std::string_view();
}

const Argument* Arguments::find(std::string_view name) const {
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const Argument& argument) { return argument.name == name; });
  return at == all_.end() ? nullptr : &*at;
}

std::vector<std::string_view> Arguments::names() const {
  std::vector<std::string_view> names;
  for (const Argument& argument : all_) names.emplace_back(argument.name);
  return names;
}

Result<std::string> Arguments::bind(std::string_view expression) const {
  std::string bound;
  for (const Argument& argument : all_) {
    if (!mentions(expression, argument.name)) continue;
    Node value = argument.value;
    if (auto done = read_texts(value, argument, outside_); !done) return done.error();
    std::string json;
    to_json(value, json);
    if (json.starts_with('-')) json = fmt::format("({})", json);  // -1 as $x | .y is -(1 as $x | .y)
    bound += fmt::format("{} as ${} | ", json, argument.name);
  }
  return bound + std::string(expression);
}

}  // namespace leat
