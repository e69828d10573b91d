#include <algorithm>

#include "core/data/json.h"
#include "core/expr/compiler.h"
#include "core/expr/nodes_edit.h"

namespace leat::expr {
namespace {

using Kind = Ast::Kind;
using json::Edit;

std::string spelled(const std::string& key) {
  std::string out;
  json::write_string(key, out);
  return out.substr(1, out.size() - 2);
}

// False where one path leads through what another changes, or there are too many.
bool insert(std::vector<Edit>& edits, std::span<const std::string> path, Edit::What what, uint32_t value) {
  const std::string key = spelled(path[0]);
  const auto known = std::find_if(edits.begin(), edits.end(), [&](const Edit& edit) { return edit.key == key; });
  if (known == edits.end()) {
    if (edits.size() == Edit::kMost) return false;
    edits.push_back({key, path.size() == 1 ? what : Edit::What::inside, value, {}});
    return path.size() == 1 || insert(edits.back().below, path.subspan(1), what, value);
  }
  if (path.size() == 1) return known->what == what && what == Edit::What::drop;
  return known->what == Edit::What::inside && insert(known->below, path.subspan(1), what, value);
}

void targets(const Ast& tree, std::vector<const Ast*>& out) {
  if (tree.kind != Kind::comma) return out.push_back(&tree);
  for (const AstPtr& kid : tree.kids) targets(*kid, out);
}

// {a: 1, b} of keys that are known and differ.
bool plain_object(const Ast& tree) {
  if (tree.kind != Kind::object) return false;
  for (size_t i = 0; i < tree.kids.size(); i += 2)
    if (tree.kids[i]->kind != Kind::literal || !tree.kids[i]->value.is_string()) return false;
  return !tree.kids.empty();
}

}  // namespace

// Edits: what a tree changes of the record, while it is gathered.
struct Compiler::Edits {
  std::vector<Edit> edits;
  std::vector<EditRecord::Change> changes;
  bool good = true;
};

// The path of a target below the record, where every step of it is a key that must be there or be made.
std::optional<RecordPath> Compiler::edited_path(const Ast& target, const Context& in) const {
  auto path = record_path(target, in);
  if (!path || path->keys.size() == in.path.keys.size()) return std::nullopt;
  const auto own = path->optional.begin() + static_cast<ptrdiff_t>(in.path.optional.size());
  return std::find(own, path->optional.end(), true) == path->optional.end() ? path : std::nullopt;
}

void Compiler::change(Edits& edits, const RecordPath& path, const Context& in, const Ast& how, NodePtr value) {
  using Way = EditRecord::Change::Way;
  edits.good = edits.good && value && value->single();
  if (!edits.good) return;
  const Way way = how.kind == Kind::modify ? Way::operate : how.kind == Kind::fill ? Way::fill : Way::set;
  const auto number = static_cast<uint32_t>(edits.changes.size());
  edits.changes.push_back({way, how.op, std::move(value), way == Way::set ? nullptr : slot(path)});
  edits.good = insert(edits.edits, std::span(path.keys).subspan(in.path.keys.size()), Edit::What::replace, number);
}

// . + {a: 1}
void Compiler::change_all(Edits& edits, const Ast& object, const Context& in) {
  Ast set(Kind::assign, object.at);
  for (size_t i = 0; i < object.kids.size(); i += 2) {
    RecordPath path = in.path;
    path.add(object.kids[i]->value.view(), false);
    NodePtr value = object.kids[i + 1] ? node(*object.kids[i + 1], in) : slot(path);
    change(edits, path, in, set, std::move(value));
  }
}

NodePtr Compiler::edit(const Ast& tree, const Context& in, NodePtr slow) {
  // What is changed is compiled twice, what is inside it four times: an end to that.
  constexpr uint32_t kMostEdited = 16;
  if (!slow || !slow->single() || edited_ >= kMostEdited) return slow;
  Edits edits;
  if (tree.kind == Kind::call) {
    std::vector<const Ast*> all;
    targets(*tree.kids[0], all);
    for (const Ast* target : all) {
      const auto path = edited_path(*target, in);
      edits.good = edits.good && path && insert(edits.edits, std::span(path->keys).subspan(in.path.keys.size()), Edit::What::drop, 0);
    }
  } else if (tree.kind == Kind::binary) {
    edits.good = tree.op == Op::add && record_path(*tree.kids[0], in) == in.path && plain_object(*tree.kids[1]);
    if (edits.good) ++edited_, change_all(edits, *tree.kids[1], in);
  } else {
    const auto path = edited_path(*tree.kids[0], in);
    edits.good = path.has_value();
    if (path) ++edited_, change(edits, *path, in, tree, node(*tree.kids[1], tree.kind == Kind::update ? Context{true, *path} : in));
  }
  if (!edits.good) return slow;
  return std::make_unique<EditRecord>(slot(in.path), std::move(edits.edits), std::move(edits.changes), std::move(slow));
}

}  // namespace leat::expr
