#include "core/expr/named_constants.h"

#include <algorithm>

namespace leat::expr {
namespace {

using Kind = Ast::Kind;

bool is_negative(const Ast& tree) {
  return tree.kind == Kind::negate && tree.kids[0]->kind == Kind::literal && tree.kids[0]->value.is_number();
}

// Does anything below give the name another meaning?
bool names_again(const Ast& tree, const std::string& name) {
  if (tree.kind == Kind::pattern_variable && tree.name == name) return true;
  if (tree.kind == Kind::define && std::find(tree.params.begin(), tree.params.end(), "$" + name) != tree.params.end()) return true;
  return std::any_of(tree.kids.begin(), tree.kids.end(), [&](const AstPtr& kid) { return kid && names_again(*kid, name); });
}

AstPtr copy(const Ast& constant, uint32_t at) {
  auto made = std::make_unique<Ast>(constant.kind, at);
  made->value = constant.value;
  for (const AstPtr& kid : constant.kids) made->kids.push_back(copy(*kid, at));
  made->depth = constant.depth;
  return made;
}

void replace(AstPtr& tree, const std::string& name, const Ast& constant) {
  if (!tree) return;
  if (tree->kind == Kind::variable && tree->name == name)
    tree = copy(constant, tree->at);
  else
    for (AstPtr& kid : tree->kids) replace(kid, name, constant);
}

}  // namespace

void put_named_constants(AstPtr& tree) {
  while (tree->kind == Kind::bind && tree->kids.size() == 3 && tree->kids[1]->kind == Kind::pattern_variable) {
    const AstPtr &source = tree->kids[0], &name = tree->kids[1];
    if ((source->kind != Kind::literal && !is_negative(*source)) || names_again(*tree->kids[2], name->name)) return;
    replace(tree->kids[2], name->name, *source);
    tree = AstPtr(std::move(tree->kids[2]));
  }
}

}  // namespace leat::expr
