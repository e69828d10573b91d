#include "core/codec/field_trie.h"

#include <algorithm>

namespace leat {

FieldTrie::FieldTrie(const FieldPlan& plan) {
  for (uint32_t slot = 0; slot < plan.width(); ++slot) {
    Node* node = &root_;
    for (const std::string& key : plan.paths()[slot]) {
      node->below.push_back(slot);
      auto child = std::find_if(node->children.begin(), node->children.end(), [&](const Node& c) { return c.key == key; });
      if (child == node->children.end()) {
        node->sizes |= uint64_t{1} << std::min<size_t>(key.size(), 63);
        node->children.emplace_back().key = key;
        child = node->children.end() - 1;
      }
      node = &*child;
    }
    node->slot = slot;
  }
}

}  // namespace leat
