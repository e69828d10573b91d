// Press: encoded bytes on their way into an outbox, packed if they are to be, and the receipts for what the packer still holds.
// Owner:   its outlet.   Thread: under the turn.   Blocks: never.
// Fails:   cannot; what it holds is bounded by kMost.
//
// A packer keeps bytes back to pack them better, so what was given to it is owed until it was made to let go of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/codec/compress.h"
#include "core/io/outbox.h"

namespace leat {

class Press {
 public:
  static constexpr size_t kMost = 1 << 20;  // bytes given since the last flush; more would hardly pack better

  Press(Outbox& outbox, const Packing& how) : outbox_(outbox), how_(how), deflate_(make_deflate(how)) {}

  bool packs() const { return deflate_ != nullptr; }
  std::string& tail() { return deflate_ ? plain_ : outbox_.tail(); }  // append encoded bytes here, then owe() or press()
  void put(SlabRef slab);                                             // the slab's whole text, as it is
  void owe(Receipt receipt, uint64_t records);                        // settled when every byte given so far has been sent
  void press();                                                       // packs what was appended
  void flush();                                                       // who has got the bytes in the outbox can read all that was given
  void finish();                                                      // the closing bytes of the stream, once
  void restart();                                                     // lets everything go undelivered; a new stream begins
  void let_go();                                                      // the same, and nothing is owed for it any more
  bool empty() const { return held_.empty(); }

 private:
  struct Held {
    Receipt receipt;
    uint64_t records;
  };
  void release();

  Outbox& outbox_;
  const Packing how_;
  std::unique_ptr<Deflate> deflate_;
  std::string plain_;
  size_t given_ = 0;  // since the last flush
  bool finished_ = false;
  std::vector<Held> held_;
};

}  // namespace leat
