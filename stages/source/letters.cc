#include "stages/source/letters.h"

#include <utility>

#include <fmt/format.h>

namespace leat {

Pull LetterSource::fail(const Error& error) {
  error_ = {error.kind, fmt::format("{}: {}", name(), error.text), error.hint};
  return Pull::failed;
}

Result<bool> LetterSource::add(Slab& slab) {
  if (const Done opened = open_letter(*letters_, next_, letter_); !opened) return opened.error();
  const auto added = originals_.add(letter_, slab);
  if (added) return added;
  return Error{added.error().kind, fmt::format("byte {}: {}", letters_->position(next_), added.error().text), added.error().hint};
}

Pull LetterSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  if (!error_.text.empty()) return Pull::failed;
  if (!letters_) {
    const Pull pulled = source_->pull(pool, letters_, end_);
    if (pulled != Pull::batch) return pulled;
    source_->frame(*letters_);
    next_ = 0;
  }
  slab = pool.take();
  for (; next_ < letters_->records.size(); ++next_) {
    const auto added = add(*slab);
    if (!added && slab->records.empty()) return fail(added.error());
    if (!added || !*added) break;  // what stands in front of it goes first
  }
  end = end_;
  if (next_ < letters_->records.size())
    end -= letters_->size() - letters_->records[next_].begin;
  else
    letters_ = {};
  return Pull::batch;
}

}  // namespace leat
