// Envelope node: $artifact, $meta and the other variables that read what a record carries besides its payload.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <optional>
#include <string_view>

#include "core/expr/node.h"

namespace leat::expr {

enum class EnvelopeField : uint8_t { artifact, meta, subject, time, id, origin, error };
std::optional<EnvelopeField> envelope_field(std::string_view variable);

class EnvelopeNode final : public Node {
 public:
  explicit EnvelopeNode(EnvelopeField field) : Node(Yield::one), field_(field) {}
  Got eval(Env& env, Value&&, Value& out) const override;

 private:
  EnvelopeField field_;
};

}  // namespace leat::expr
