#include "pipelines/read_settings.h"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Option::Kind;

bool holds_expressions(const Option& option) {
  return option.kind == Kind::expr || option.kind == Kind::named || option.kind == Kind::keys;
}

// The booleans of YAML's core schema; a quoted one is a text.
bool is_bool(const Node& node, std::initializer_list<std::string_view> spellings) {
  return node.kind == Node::Kind::scalar && node.plain && std::find(spellings.begin(), spellings.end(), node.text) != spellings.end();
}

}  // namespace

void SettingsReader::report(const Node& node, const std::string& path, std::string message, std::string hint) {
  problems_.push_back({node.mark, path, std::move(message), std::move(hint)});
}

void SettingsReader::unknown(const Node& key, const std::string& path, std::string_view where, std::span<const std::string_view> known) {
  report(key, path, fmt::format("{} has no {}", where, text::quoted(key.text)), did_you_mean(key.text, known));
}

std::string SettingsReader::quote_hint(std::string_view key, const Node& node) const {
  if (!node.flow) return fmt::format("an expression is one string: write {}: '...'", key);
  std::string source;
  for (char c : source_of(text_, node)) source += c == '\'' ? "''" : std::string(1, c);
  return fmt::format("an expression is one string: write {}: '{}'", key, source);
}

const Node* SettingsReader::resolve(const Node& node, const std::string& path) {
  const std::string_view name = arguments_ && !resolved_ ? Arguments::named_by(node) : std::string_view();
  if (name.empty()) return &node;
  if (const Argument* argument = arguments_->find(name)) return &argument->value;
  report(node, path, fmt::format("the template has no parameter {}", text::quoted(name)), did_you_mean(name, arguments_->names()));
  return nullptr;
}

std::optional<Setting::Value> SettingsReader::text(const Node& written, const std::string& path) {
  const Node* held = resolve(written, path);
  if (!held) return std::nullopt;
  const Node& node = *held;
  if (node.kind != Node::Kind::scalar)
    return report(node, path, fmt::format("wants a single value, here is {}", name_of(node))), std::nullopt;
  auto made = interpolate(node.text, outside_);
  if (!made) return report(node, path, made.error().text, made.error().hint), std::nullopt;
  return Setting::Value{{}, std::move(made->text), node.mark, made->changed ? node.text : std::string()};
}

void SettingsReader::put(Settings& into, const Option& option, Setting::Value value, const Node& node, const std::string& path) {
  if (const auto good = check_value(option, value.text, value.key); !good) return report(node, path, good.error().text, good.error().hint);
  if (arguments_ && holds_expressions(option)) {
    auto bound = arguments_->bind(value.text);
    if (!bound) return report(node, path, bound.error().text, bound.error().hint);
    value.text = std::move(*bound);
  }
  if (arguments_ && !full() && (unfolded_ += value.text.size(), full()))
    report(node, path, "the templates unfold to more than a pipeline can hold");
  Setting& setting = into.put(option.name);
  if (setting.values.empty()) setting.mark = node.mark;
  setting.values.push_back(std::move(value));
}

void SettingsReader::read(Settings& into, const Option& option, const Node& node, const std::string& path) {
  const Node* value = holds_expressions(option) ? &node : resolve(node, path);
  if (!value) return;
  const bool outer = std::exchange(resolved_, resolved_ || value != &node);
  held(into, option, *value, path);
  resolved_ = outer;
}

void SettingsReader::held(Settings& into, const Option& option, const Node& node, const std::string& path) {
  const bool list = option.repeat || option.kind == Kind::words;
  if (node.kind == Node::Kind::map && (option.kind == Kind::named || option.kind == Kind::pairs)) return map(into, option, node, path);
  if (node.kind == Node::Kind::list && list && option.kind != Kind::named) {
    if (node.items.empty()) return report(node, path, "an empty list says nothing", "leave it out");
    for (size_t i = 0; i < node.items.size(); ++i) scalar(into, option, node.items[i], fmt::format("{}[{}]", path, i));
    return;
  }
  if (option.kind == Kind::words && node.kind == Node::Kind::scalar && node.text.find(' ') != std::string::npos)
    return report(node, path, "a command is a list of words", fmt::format("write [{}]", fmt::join(text::split(node.text, ' '), ", ")));
  scalar(into, option, node, path);
}

void SettingsReader::scalar(Settings& into, const Option& option, const Node& node, const std::string& path) {
  if (holds_expressions(option)) return expression(into, option, option.name, node, path);
  const bool yes = is_bool(node, {"true", "True", "TRUE"}), no = is_bool(node, {"false", "False", "FALSE"});
  if (option.kind == Kind::flag) {
    if (node.kind != Node::Kind::scalar) return report(node, path, fmt::format("wants true or false, here is {}", name_of(node)));
    return put(into, option, {{}, yes ? "true" : no ? "false" : node.text, node.mark, {}}, node, path);
  }
  if (!option.bare.empty() && no) return;
  if (!option.bare.empty() && yes) return put(into, option, {{}, std::string(option.bare), node.mark, {}}, node, path);
  if (option.kind == Kind::pairs) return word(into, option, node, path);
  if (node.kind == Node::Kind::null) return report(node, path, fmt::format("wants {}, here is nothing", option.value));
  if (auto value = text(node, path)) put(into, option, std::move(*value), node, path);
}

void SettingsReader::expression(Settings& into, const Option& option, std::string_view key, const Node& node, const std::string& path) {
  if (node.kind == Node::Kind::null) return report(node, path, "wants an expression, here is nothing");
  if (node.kind != Node::Kind::scalar)
    return report(node, path, fmt::format("wants an expression, YAML made {} of it", name_of(node)), quote_hint(key, node));
  if (option.kind == Kind::keys) return word(into, option, node, path);
  if (option.kind == Kind::named)
    return report(node, path, "wants a map of names and expressions", fmt::format("write {}: {{NAME: 'EXPR'}}", option.name));
  put(into, option, {{}, node.text, node.mark, {}}, node, path);
}

// k=v,k=v and NAME=EXPR in one text, as on the command line.
void SettingsReader::word(Settings& into, const Option& option, const Node& node, const std::string& path) {
  if (node.kind != Node::Kind::scalar) return report(node, path, fmt::format("wants {}, here is {}", option.value, name_of(node)));
  auto values = read_word(option, node.text);
  if (!values) return report(node, path, values.error().text, values.error().hint);
  for (auto& value : *values) {
    value.mark = node.mark;
    put(into, option, std::move(value), node, path);
  }
}

// Of a key that may be given more than once.
void SettingsReader::pair_list(Settings& into, const Option& option, const Node& key, const Node& list, const std::string& path) {
  if (list.items.empty()) return report(list, path, "an empty list says nothing", "leave it out");
  for (size_t i = 0; i < list.items.size(); ++i) {
    const std::string here = fmt::format("{}[{}]", path, i);
    auto made = text(list.items[i], here);
    if (!made) continue;
    made->key = key.text;
    put(into, option, std::move(*made), list.items[i], here);
  }
}

void SettingsReader::map(Settings& into, const Option& option, const Node& node, const std::string& path) {
  if (node.entries.empty()) return report(node, path, "an empty map says nothing", "leave it out");
  for (const auto& [key, value] : node.entries) {
    const std::string here = fmt::format("{}.{}", path, key.text);
    if (option.kind == Kind::named && value.kind != Node::Kind::scalar) {
      Option one = option;
      one.kind = Kind::expr;
      expression(into, one, key.text, value, here);
    } else if (option.kind == Kind::named) {
      put(into, option, {key.text, value.text, value.mark, {}}, value, here);
    } else if (value.kind == Node::Kind::null) {
      put(into, option, {key.text, {}, key.mark, {}}, key, here);
    } else if (value.kind == Node::Kind::list && repeats(option, key.text)) {
      pair_list(into, option, key, value, here);
    } else if (auto made = text(value, here)) {
      made->key = key.text;
      put(into, option, std::move(*made), value, here);
    }
  }
}

}  // namespace leat
