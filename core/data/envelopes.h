// Envelopes: gives the records of a slab theirs, when somebody in the graph asks for them, and takes records apart again.
// Owner:   the slab holds the envelopes.
// Thread:  the lane that filled the slab.   Blocks: never.
// Fails:   a record that should carry an envelope and does not becomes a fault of the slab.
#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/data/format.h"
#include "core/data/slab.h"

namespace leat {

// Fills slab.envelopes: with what the records carry, else with new ones that say only where and when they came in.
void add_envelopes(Slab& slab, std::string_view origin, Instant now, Random& random);

// The record with the envelope that goes with it now: the slab's, else what it carries, else an empty one with a media type.
Done take_apart(const Slab& slab, uint32_t record, Parts& parts);

// The record's envelope: the slab's; where nobody has asked for envelopes, what the record carries; else an empty one.
Envelope envelope_of(const Slab& slab, uint32_t record);

// The envelope of one of several records that are made of one: the parent's, with an id of its own. `salt` tells apart those
// who make children of the same parent.
Envelope child(const Envelope& parent, uint32_t number, uint64_t salt, Instant now);

// The id of a new artifact (RFC 9562). Not version 4, whose ids say nothing: these sort by the time they were made, so that
// whatever keeps artifacts by id grows at its end and reads them back in order.
std::string uuid7(Instant now, Random& random);

}  // namespace leat
