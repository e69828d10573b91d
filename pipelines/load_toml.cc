#include "pipelines/load_toml.h"

#include <toml++/toml.h>

#include <fmt/format.h>

namespace leat {
namespace {

Mark mark_of(const toml::source_region& source) { return {static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)}; }

Node scalar(const toml::node& from, std::string text, bool plain) {
  Node node;
  node.kind = Node::Kind::scalar;
  node.plain = plain;
  node.text = std::move(text);
  node.mark = mark_of(from.source());
  return node;
}

Node node_of(const toml::node& from, Problems& problems) {
  if (const auto* text = from.as_string()) return scalar(from, text->get(), false);
  if (const auto* number = from.as_integer()) return scalar(from, fmt::format("{}", number->get()), true);
  if (const auto* number = from.as_floating_point()) return scalar(from, fmt::format("{}", number->get()), true);
  if (const auto* truth = from.as_boolean()) return scalar(from, truth->get() ? "true" : "false", true);
  Node node;
  node.mark = mark_of(from.source());
  if (const auto* array = from.as_array()) {
    node.kind = Node::Kind::list;
    for (const toml::node& item : *array) node.items.push_back(node_of(item, problems));
  } else if (const auto* table = from.as_table()) {
    node.kind = Node::Kind::map;
    for (const auto& [key, value] : *table) {
      Node name = scalar(value, std::string(key.str()), true);
      name.mark = mark_of(key.source());
      node.entries.push_back({std::move(name), node_of(value, problems)});
    }
  } else {
    problems.push_back({node.mark, {}, "a date or time means nothing here", {}});
  }
  return node;
}

}  // namespace

Document load_toml(std::string text) {
  Document document;
  document.text = std::move(text);
  try {
    const toml::table table = toml::parse(std::string_view(document.text));
    document.root = node_of(table, document.problems);
    document.root.kind = Node::Kind::map;
  } catch (const toml::parse_error& error) {
    document.problems.push_back({mark_of(error.source()), {}, std::string(error.description()), {}});
  }
  return document;
}

}  // namespace leat
