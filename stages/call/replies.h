// Replies: what the outside answered, read as records and sent on with the envelopes and receipts of those they answer.
// Owner:   the call's Relay.   Thread: under the turn.   Blocks: never.
// Fails:   a reply that is not made of good records answers the reason; nothing of it goes on.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/codec/codec.h"
#include "core/expr/program.h"
#include "core/stage/stage.h"

namespace leat {

class Replies {
 public:
  // `field`: the name of the program's variable $reply is set to the one value that a reply must be, and its output goes on instead.
  Replies(const CodecSpec& codec, const CodecOptions& options, uint64_t salt, std::shared_ptr<const expr::Program> merge = nullptr)
      : codec_(codec), options_(options), salt_(salt), merge_(std::move(merge)) {}

  // The reply to one record of a batch. An empty one counts as a drop.
  std::optional<Reason> add(const Batch& asked, uint32_t record, std::string_view reply, Turn& turn);
  void send(Turn& turn);  // what has been added

 private:
  std::optional<Reason> read(std::string_view reply, Turn& turn, SlabRef& slab);
  void join(const Slab& slab, bool enveloped, Turn& turn);
  std::optional<Reason> check(const Slab& slab);
  std::optional<Reason> merge(const Batch& asked, uint32_t record, Turn& turn, SlabRef& slab);

  const CodecSpec& codec_;
  const CodecOptions options_;
  const uint64_t salt_;
  const std::shared_ptr<const expr::Program> merge_;
  const FieldPlan nothing_;
  expr::Machine machine_;
  std::unique_ptr<Reader> reader_;
  uint64_t reads_ = 0;  // the number of its format
  std::string text_;

  SlabRef slab_;  // being filled
  Receipts owed_;
  uint64_t records_ = 0;  // they answer
};

}  // namespace leat
