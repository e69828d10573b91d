// Edit node: changes of the record's members at known places, made in its text where only the text is wanted.
// Owner:   the program.
// Thread:  as Node.   Blocks: never.   Fails: as Node.
#pragma once

#include <vector>

#include "core/data/json_edit.h"
#include "core/expr/nodes_slot.h"

namespace leat::expr {

class EditRecord final : public Node {
 public:
  struct Change {
    enum class Way : uint8_t { set, operate, fill };
    Way way;
    Op op;  // operate
    NodePtr value;
    std::unique_ptr<const Slot> before;  // operate, fill: what stood there
  };
  // `slow` is the same by way of the record's value: for who wants the value, and for records that cannot be edited as text.
  EditRecord(std::unique_ptr<const Slot> record, std::vector<json::Edit> edits, std::vector<Change> changes, NodePtr slow)
      : Node(slow->yield()), record_(std::move(record)), edits_(std::move(edits)), changes_(std::move(changes)), slow_(std::move(slow)) {}
  Got eval(Env& env, Value&& in, Value& out) const override { return slow_->eval(env, std::move(in), out); }
  Flow each(Env& env, Spot&& in, Emit emit) const override { return slow_->each(env, std::move(in), emit); }
  Got truth(Env& env, Value&& in, bool& yes) const override { return slow_->truth(env, std::move(in), yes); }
  Got print(Env& env, Value&& in, std::string& out) const override;

 private:
  bool compute(Env& env, const Change& change, std::string& out) const;

  std::unique_ptr<const Slot> record_;
  std::vector<json::Edit> edits_;
  std::vector<Change> changes_;  // the values of edits_
  NodePtr slow_;
};

}  // namespace leat::expr
