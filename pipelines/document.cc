#include "pipelines/document.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

Error no_such(std::string_view path, std::string_view part, std::string_view what) {
  return {Error::Kind::usage, fmt::format("--set {}: {} is {}", path, text::quoted(part), what), {}};
}

// The child called `part`, made if it is a map's key and missing.
Result<Node*> child(Node& node, std::string_view part, std::string_view path) {
  if (node.kind == Node::Kind::list) {
    const auto index = text::whole(part);
    if (!index || *index >= node.items.size())
      return no_such(path, part, fmt::format("no place in a list of {}, counted from 0", node.items.size()));
    return &node.items[*index];
  }
  if (node.kind == Node::Kind::scalar) return no_such(path, part, "below a single value");
  node.kind = Node::Kind::map;
  if (Node* found = node.find(part)) return found;
  Node key;
  key.kind = Node::Kind::scalar;
  key.text = part;
  node.entries.push_back({std::move(key), Node()});
  return &node.entries.back().value;
}

}  // namespace

std::string_view from_mark(std::string_view text, Mark mark) {
  for (int line = 1; line < mark.line; ++line) text.remove_prefix(std::min(text.size(), text.find('\n')) + (text.find('\n') != text.npos));
  return text.substr(std::min(text.size(), static_cast<size_t>(std::max(0, mark.column - 1))));
}

std::string_view name_of(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "a single value";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return {};
}

std::string_view source_of(std::string_view text, const Node& node) {
  const std::string_view rest = from_mark(text, node.mark);
  int depth = 0;
  for (size_t i = 0; i < rest.size() && rest[i] != '\n'; ++i) {
    if (rest[i] == '{' || rest[i] == '[') ++depth;
    if ((rest[i] == '}' || rest[i] == ']') && --depth <= 0) return rest.substr(0, i + 1);
  }
  std::string_view line = rest.substr(0, rest.find('\n'));
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

size_t nodes_in(const Node& node) {
  size_t nodes = 1;
  for (const Node& item : node.items) nodes += nodes_in(item);
  for (const auto& [key, value] : node.entries) nodes += 1 + nodes_in(value);
  return nodes;
}

void move_down(Node& node, int lines) {
  node.mark.line += lines;
  for (Node& item : node.items) move_down(item, lines);
  for (auto& [key, value] : node.entries) move_down(key, lines), move_down(value, lines);
}

void to_json(const Node& node, std::string& out) {
  const auto list = [&](char open, char close, const auto& items, auto&& put) {
    out += open;
    for (const auto& item : items) {
      if (&item != &items.front()) out += ',';
      put(item);
    }
    out += close;
  };
  switch (node.kind) {
    case Node::Kind::null:
      out += "null";
      return;
    case Node::Kind::scalar:
      if (node.plain && (json::number(node.text) || node.text == "true" || node.text == "false" || node.text == "null"))
        out += node.text;
      else
        json::quote(node.text, out);
      return;
    case Node::Kind::list:
      return list('[', ']', node.items, [&](const Node& item) { to_json(item, out); });
    case Node::Kind::map:
      return list('{', '}', node.entries, [&](const Node::Entry& entry) {
        json::quote(entry.key.text, out);
        out += ':';
        to_json(entry.value, out);
      });
  }
}

Done put_at(Node& root, std::string_view path, std::string_view value) {
  Node* at = &root;
  for (std::string_view part : text::split(path, '.')) {
    if (part.empty()) return no_such(path, part, "an empty part of the path");
    const auto next = child(*at, part, path);
    if (!next) return next.error();
    at = *next;
  }
  *at = Node();
  at->kind = Node::Kind::scalar;
  at->text = value;
  at->plain = true;
  return {};
}

}  // namespace leat
