// Compiled: a program's nodes, behind the Program that others hold.
// Owner:   as Program.
// Thread:  as Program.   Blocks: never.   Fails: cannot.
#pragma once

#include "core/expr/compiler.h"

namespace leat::expr {

class Compiled final : public Program {
 public:
  explicit Compiled(Compiler::Output made, std::optional<Needle> needle = {}) : made_(std::move(made)), needle_(std::move(needle)) {}
  bool reads_envelope() const override { return made_.reads_envelope; }
  const std::optional<Needle>& needle() const override { return needle_; }
  const Node& root() const { return *made_.root; }
  uint32_t variables() const { return made_.variables; }

 private:
  Compiler::Output made_;
  std::optional<Needle> needle_;
};

}  // namespace leat::expr
