// Ports that a stage sends records to by what they are: their names, and what their records' envelopes say of it.
// Owner:   route, switch, split, partition.   Thread: one.   Blocks: never.
// Fails:   check_port_names for a name that cannot be one.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/stage/stage.h"

namespace leat {

inline constexpr Port kFirstCase = 2;  // behind out and err

Done check_port_names(const std::vector<std::string>& names);

// What is said of a record in the metadata of its envelope.
using Labels = std::vector<std::pair<std::string, MetaValue>>;

// The records of `from` at these places, as a batch of their own. Where records have envelopes it has a copy of its own, and they say
// `labels`: but for those that are signed, which are left as they were signed.
Batch pick_labelled(const Batch& from, std::vector<uint32_t>&& records, const Labels& labels, Turn& turn);

// To every port from kFirstCase on the records chosen for it, if there are any, with its labels. Leaves `chosen` empty.
void emit_chosen(const Batch& from, std::span<std::vector<uint32_t>> chosen, std::span<const Labels> labels, Turn& turn);

}  // namespace leat
