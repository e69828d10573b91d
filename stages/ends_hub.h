// The ends at a hub, for ends.cc: hub:PATTERN to read, hub:SUBJECT to write.
// Owner:   the caller.   Thread: one.   Blocks: looking up the hub's host; an end is opened later.
// Fails:   an option that is wrong or means nothing here, a hub nobody knows, a pattern or subject that is none.
#pragma once

#include <memory>
#include <string>

#include "core/codec/codec.h"
#include "core/stage/address.h"
#include "core/stage/end.h"
#include "core/stage/settings.h"
#include "stages/ends.h"

namespace leat {

Result<std::unique_ptr<Source>> hub_source(const Address& address, const std::string& url, const Settings& options, const CodecSpec& codec,
                                           const CodecOptions& codec_options, const SourceUse& use);
Result<std::unique_ptr<Sink>> hub_sink(const Address& address, const std::string& url, const Settings& options, const CodecSpec& codec,
                                       const CodecOptions& codec_options, const SinkUse& use);

}  // namespace leat
