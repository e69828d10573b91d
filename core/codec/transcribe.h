// transcribe: records of a codec that is not read in place: behind them in the slab, the JSON they say.
// Owner:   a framer's frame().   Thread: any lane.   Blocks: never.
// Fails:   a record that `make` gives a reason for is a fault, and keeps its bytes.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/codec/json_format.h"
#include "core/data/slab.h"
#include "core/stage/stage.h"

namespace leat {

// make(record, json) appends one line of JSON without its newline, or answers why not; a Reason without a code is none.
template <class Make>
void transcribe(Slab& slab, const Original& original, Make&& make) {
  constexpr size_t kMost = size_t{1} << 31;  // bytes of a slab: it doubles its room, and counts them in 32 bits
  slab.format = &json_format();
  slab.original = &original;
  slab.contiguous = false;
  slab.packed = slab.records;
  const std::vector<Slab::Fault> refused = std::exchange(slab.faults, {});
  auto fault = refused.begin();
  std::string json;
  for (uint32_t i = 0; i < slab.records.size(); ++i) {
    if (fault != refused.end() && fault->record == i) {
      slab.faults.push_back(*fault++);
      continue;
    }
    json.clear();
    Reason why = make(slab.record(i), json);
    if (why.code.empty() && json.size() > kMost - slab.size()) why = {"limit", "more JSON at a time than a block can hold"};
    if (!why.code.empty()) {
      slab.faults.push_back({i, why.code, std::move(why.message)});
      continue;
    }
    const uint32_t begin = slab.size();
    slab.append(json += '\n');
    slab.records[i] = {begin, slab.size() - 1};
  }
}

}  // namespace leat
