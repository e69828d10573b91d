// Originals: dead letters as the records they were when they failed, to be run or written again.
// Owner:   who reads the letters.   Thread: one; the slabs may go anywhere and outlive it.
// Blocks:  never.
// Fails:   a letter of a codec that leat does not read.
#pragma once

#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/codec/letter.h"

namespace leat {

class Originals {
 public:
  // `codec`: of letters that do not say theirs. The options are those the records were read with.
  Originals(std::string codec, const CodecOptions& options) : codec_(std::move(codec)), options_(options) {}

  // Appends the letter's record to a slab that is empty or holds records from here. False: it must be a slab of its own, for
  // the record has another codec, header or source than those. Its envelope says how often it was tried and when it first failed.
  // A record of which only the front was kept is refused again, as it was by framing.
  Result<bool> add(const Letter& letter, Slab& slab);

 private:
  struct Kind {
    std::string codec, header, source;
    std::unique_ptr<Framer> framer;  // owns the format
    const Format* format = nullptr;
    const Original* original = nullptr;
  };
  Done know(const Letter& letter);
  Done restore(std::string_view bytes, Slab& slab) const;

  const std::string codec_;
  const CodecOptions options_;
  std::shared_ptr<const Kind> kind_;  // of the last letter; shared with its slabs
};

}  // namespace leat
