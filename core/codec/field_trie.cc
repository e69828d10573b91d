#include "core/codec/field_trie.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace leat {
namespace {

FieldTrie::Node leaf(const std::string& key) {
  FieldTrie::Node node;
  node.key = key;
  std::array<unsigned char, 8> mask{};
  const size_t size = std::min<size_t>(key.size(), 8);
  std::fill_n(mask.begin(), size, 0xFF);
  std::memcpy(&node.mask, mask.data(), 8);
  std::memcpy(&node.head, key.data(), size);
  return node;
}

}  // namespace

FieldTrie::FieldTrie(const FieldPlan& plan) {
  for (uint32_t slot = 0; slot < plan.width(); ++slot) {
    Node* node = &root_;
    for (const std::string& key : plan.paths()[slot]) {
      node->below.push_back(slot);
      auto child = std::find_if(node->children.begin(), node->children.end(), [&](const Node& c) { return c.key == key; });
      if (child == node->children.end()) {
        node->sizes |= uint64_t{1} << (key.size() & 63);
        node->children.push_back(leaf(key));
        child = node->children.end() - 1;
      }
      node = &*child;
    }
    node->slot = slot;
  }
}

}  // namespace leat
