// Growth: does a message say things that our schema has no name for? They must survive when it is written again.
// Owner:   part of artifact_wire.cc, behind the same door.
// Thread:  any.   Blocks: never.
// Fails:   as the library does, by exception, to artifact_wire.cc.
#pragma once

#include "core/data/artifact.capnp.h"

namespace leat::artifact::wire {

// A metadata value of a kind we can read.
inline bool known_kind(Artifact::Entry::Reader entry) { return entry.getValue().which() <= Artifact::Entry::Value::BINARY; }

bool has_unknown(Artifact::Reader root);

}  // namespace leat::artifact::wire
