// Compiler: a tree of text into a tree of nodes: names are resolved, and what is read from the record becomes slots.
// Owner:   Program::compile.
// Thread:  one.   Blocks: never.   Fails: a null node, with the first mistake kept.
#pragma once

#include <map>
#include <optional>

#include "core/expr/ast.h"
#include "core/expr/nodes_bind.h"
#include "core/expr/nodes_slot.h"
#include "core/expr/program.h"

namespace leat::expr {

class Aggregates;

// What `.` is at a place of the text: a value, or still the record (or the part of it at `path`), read through slots.
struct Context {
  bool record = false;
  RecordPath path;
};

class Compiler {
 public:
  // With `aggregates`, the expression is a window's: they are found, and nothing else may read the record.
  Compiler(std::string_view text, FieldPlan& plan, const CompileOptions& options, Aggregates* aggregates = nullptr)
      : text_(text), plan_(plan), options_(options), aggregates_(aggregates) {}

  struct Output {
    NodePtr root;
    std::vector<std::unique_ptr<Function>> functions;
    uint32_t variables = 0;
    uint32_t slots = 0;
    bool reads_envelope = false;
  };
  Result<Output> all(const Ast& tree);

  // For the builtins' own compile functions (builtins_special.cc).
  NodePtr node(const Ast& tree, const Context& in);
  NodePtr input(const Context& in);                               // `.`
  NodePtr over(const Context& in, NodePtr made);                  // a node over values, given the record's value where `.` is the record
  NodePtr slot_present(const Context& in, std::string_view key);  // has(key) of the record
  std::vector<NodePtr> arguments(const Ast& call, const Context& in);
  const Ast& argument(const Ast& call, size_t i) const { return *call.kids[i]; }
  NodePtr edit(const Ast& tree, const Context& in, NodePtr slow);  // a change of the record, made in its text where that can be
  NodePtr fail(uint32_t at, std::string_view message, std::string_view hint = {});
  // Of a condition: fails for one that is an assignment in the end, whose output is the changed value and so always true.
  bool may_be_false(const Ast& condition);
  NodePtr folded(NodePtr node);  // a literal, where its operands were

 private:
  struct Scope;  // a name and what it means, linked outward
  struct Edits;
  struct Frame {
    Frame* outer;
    uint32_t variables = 0;
    uint32_t level = 0;
  };

  NodePtr on_value(const Ast& tree, const Context& in);  // where `.` must be a value
  NodePtr literal(const Value& value);
  NodePtr index(const Ast& tree, const Context& in);
  NodePtr slice(const Ast& tree, const Context& in);
  NodePtr pipe(const Ast& tree, const Context& in);
  NodePtr comma(const Ast& tree, const Context& in);
  NodePtr binary(const Ast& tree, const Context& in);
  NodePtr logic(const Ast& tree, const Context& in);
  NodePtr alternative(const Ast& tree, const Context& in);
  NodePtr negate(const Ast& tree, const Context& in);
  NodePtr branch(const Ast& tree, const Context& in);
  NodePtr attempt(const Ast& tree, const Context& in);
  NodePtr array(const Ast& tree, const Context& in);
  NodePtr object(const Ast& tree, const Context& in);
  NodePtr text(const Ast& tree, const Context& in);
  NodePtr format(const Ast& tree, const Context& in);
  NodePtr bind(const Ast& tree, const Context& in);
  NodePtr fold(const Ast& tree, const Context& in);
  NodePtr define(const Ast& tree, const Context& in);
  NodePtr label(const Ast& tree, const Context& in);
  NodePtr leave(const Ast& tree);
  NodePtr variable(const Ast& tree);
  NodePtr envelope(std::string_view name);
  NodePtr assign(const Ast& tree, const Context& in);

  std::optional<RecordPath> edited_path(const Ast& target, const Context& in) const;
  void change(Edits& edits, const RecordPath& path, const Context& in, const Ast& how, NodePtr value);
  void change_all(Edits& edits, const Ast& object, const Context& in);

  NodePtr call(const Ast& tree, const Context& in);
  NodePtr call_known(const Ast& tree, const Scope& scope);
  NodePtr builtin(const Ast& tree, const Context& in);
  NodePtr prelude(const Ast& tree, std::string_view definition);
  NodePtr unknown(const Ast& tree);

  std::unique_ptr<const Slot> slot(const RecordPath& path);
  std::optional<RecordPath> record_path(const Ast& tree, const Context& in) const;
  std::unique_ptr<Pattern> pattern(const Ast& tree);
  std::vector<uint32_t> declare(const std::vector<std::string_view>& names, std::vector<Scope>& scopes);
  const Scope* variable_scope(std::string_view name) const;
  NodePtr function_body(Function& function, const Ast& tree, const std::vector<std::string>& params);

  std::string_view text_;
  FieldPlan& plan_;
  const CompileOptions& options_;
  Aggregates* const aggregates_;
  std::optional<Error> error_;
  uint32_t at_ = 0;  // of the tree being compiled
  Frame* frame_ = nullptr;
  const Scope* scope_ = nullptr;
  Output out_;
  std::map<uint32_t, uint32_t> places_;  // of slots, by column
  std::map<std::string, const Function*> prelude_;
  uint32_t inlined_ = 0, edited_ = 0;
};

}  // namespace leat::expr
