// Runs: records of one slab that stand as they will be written, copied in as few pieces as possible.
// Owner:   an encoder's call; complete when it goes.   Thread: one.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>

#include "core/codec/framing.h"
#include "core/data/slab.h"

namespace leat {

class Runs {
 public:
  Runs(const Slab& slab, char separator, std::string& out) : slab_(slab), separator_(separator), out_(out) {}
  ~Runs() { flush(); }
  Runs(const Runs&) = delete;
  Runs& operator=(const Runs&) = delete;

  void add(Span record) {
    if (any_ && run_.end + 1 == record.begin && slab_.data()[run_.end] == separator_ && !returns()) {
      run_.end = record.end;
      return;
    }
    flush();
    run_ = record;
    any_ = true;
  }

 private:
  bool returns() const { return separator_ == '\n' && run_.end > run_.begin && slab_.data()[run_.end - 1] == '\r'; }

  void flush() {
    if (!any_) return;
    out_.append(slab_.data() + run_.begin, run_.end - run_.begin);
    if (returns())
      framing::end_line(out_);
    else
      out_ += separator_;
  }

  const Slab& slab_;
  const char separator_;
  std::string& out_;
  Span run_{};
  bool any_ = false;
};

}  // namespace leat
