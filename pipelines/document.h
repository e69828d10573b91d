// Document: a YAML or TOML text as a tree of values with their places, every shortcut of the format taken out.
// Owner:   a value.   Thread: any.   Blocks: never.
// Fails:   cannot; what the format could not say is in `problems`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipelines/spec.h"

namespace leat {

struct Node {
  enum class Kind : uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  bool plain = false;  // a scalar without quotes
  bool flow = false;   // a list or map in brackets
  std::string text;    // of a scalar, as written: numbers and booleans too
  Mark mark;
  std::vector<Node> items;     // of a list
  struct Entry;                // no std::pair: clang 14 wants Node whole before it can name one
  std::vector<Entry> entries;  // of a map, in the order written; keys are scalars and differ

  const Node* find(std::string_view key) const;
  Node* find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }
};

struct Node::Entry {
  Node key, value;
};

inline const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name.text == key) return &value;
  return nullptr;
}

struct Document {
  Node root;
  std::string text;
  Problems problems;
};

// "a list", "a map", "nothing" or "a text": how messages call what stands there.
std::string_view name_of(const Node& node);

// The bytes of `text` from a place on.
std::string_view from_mark(std::string_view text, Mark mark);

// The bytes of `text` from a node's place up to where its brackets close or its line ends.
std::string_view source_of(std::string_view text, const Node& node);

size_t nodes_in(const Node& node);      // itself and all below it
void move_down(Node& node, int lines);  // all its marks
// A value of the file as JSON: what YAML's core schema takes for a number, true, false or null is one, the rest is text.
void to_json(const Node& node, std::string& out);

// Puts `value` at a dotted path such as stages.0.batch.size, making what is missing on the way.
Done put_at(Node& root, std::string_view path, std::string_view value);

}  // namespace leat
