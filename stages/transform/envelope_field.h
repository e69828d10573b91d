// EnvelopeField: a field of the envelope by the name that users know, and how a value becomes what it holds.
// Owner:   the stage that writes it.   Thread: any; it is immutable.   Blocks: never.
// Fails:   named() for a field that no envelope has; put() with what the field would take.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/data/envelope.h"
#include "core/data/value.h"
#include "core/expr/program.h"
#include "core/stage/stage.h"

namespace leat {

class EnvelopeField {
 public:
  static Result<EnvelopeField> named(std::string_view name);

  const std::string& name() const { return name_; }  // as the user wrote it
  bool missing(const Envelope& envelope) const;
  bool put(const Value& value, Envelope& envelope, std::string& wrong) const;  // null empties it

 private:
  bool put_meta(const Value& value, Envelope& envelope, std::string& wrong) const;
  bool refuse(const Value& value, std::string_view wanted, std::string& wrong) const;

  std::string name_;
  // Exactly one of text, meta and neither (the time) is what it writes to.
  std::string Envelope::*text_ = nullptr;
  std::string meta_;  // the key
};

// The one output of an expression over a record, written to the field; else why it is not. Every expression reads the record as it came,
// whatever others write.
std::optional<Reason> write_field(const EnvelopeField& field, const expr::Program& program, expr::Machine& machine, const expr::Row& row,
                                  Envelope& envelope);

}  // namespace leat
