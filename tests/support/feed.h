// Feed: a stream through a framer as a source does it, in pieces of any size, the rest carried to the next slab.
// Owner:   the test; slabs go back when the Fed goes.
// Thread:  one.   Blocks: never.
// Fails:   what the framer says is in Fed::broken; after it nothing more is fed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/codec.h"

namespace leat::test {

struct Fed {
  std::vector<SlabRef> slabs;  // those with records
  std::vector<std::string> records;
  std::vector<Slab::Fault> faults;  // record: index into records
  std::optional<Error> broken;
};

inline Fed feed(Framer& framer, std::string_view bytes, size_t piece, Pool& pool) {
  Fed fed;
  std::string carry;
  size_t taken = 0;
  do {
    SlabRef slab = pool.take();
    slab->offset = taken - carry.size();
    slab->append(carry);
    const std::string_view next = bytes.substr(taken, piece);
    slab->append(next);
    taken += next.size();
    const uint32_t whole = framer.cut(*slab, static_cast<uint32_t>(carry.size()), taken == bytes.size());
    carry.assign(slab->text().substr(whole));
    slab->resize(whole);
    framer.frame(*slab);
    for (Slab::Fault fault : slab->faults) {
      fault.record += static_cast<uint32_t>(fed.records.size());
      fed.faults.push_back(fault);
    }
    for (uint32_t i = 0; i < slab->records.size(); ++i) fed.records.emplace_back(slab->record(i));
    if (!slab->records.empty()) fed.slabs.push_back(std::move(slab));
    if (framer.broken()) fed.broken = *framer.broken();
  } while (taken < bytes.size() && !fed.broken);
  return fed;
}

}  // namespace leat::test
