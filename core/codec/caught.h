// Caught: records kept to be looked at when the run is over: each as JSON with its envelope, and what a sink made of them.
// Owner:   a rehearsal.   Thread: one.   Blocks: never.
// Fails:   cannot; a record that does not read is kept as a JSON text of its bytes, and past kMost nothing more is kept: full() says so.
#pragma once

#include <cstdint>
#include <string>

#include "core/codec/as_json.h"
#include "core/data/batch.h"

namespace leat {

class Caught {
 public:
  static constexpr uint32_t kMost = 256u << 20;  // bytes of records

  void add(const Batch& batch);
  size_t size() const { return records_ ? records_->records.size() : 0; }
  bool full() const { return full_; }
  // JSON records with an envelope each; good until the next add(). Null: there are none.
  Slab* records() const { return records_.get(); }
  std::string_view record(size_t i) const { return records_->record(static_cast<uint32_t>(i)); }
  std::string& text() { return text_; }  // what a sink wrote

  // What came after the first so many records and bytes. Of a port no sink wrote anything: its text is the records, a line each.
  class Part {
   public:
    Part(Caught& caught, size_t records, size_t bytes, bool port) : caught_(caught), records_(records), bytes_(bytes), port_(port) {}
    size_t size() const { return caught_.size() - records_; }
    uint32_t index(size_t i) const { return static_cast<uint32_t>(records_ + i); }
    std::string_view record(size_t i) const { return caught_.record(records_ + i); }
    Slab* records() const { return caught_.records(); }
    std::string text() const;

   private:
    Caught& caught_;
    const size_t records_, bytes_;
    const bool port_;
  };

 private:
  Pool pool_;
  SlabRef records_;
  AsJson json_;
  std::string text_;
  bool full_ = false;
};

}  // namespace leat
