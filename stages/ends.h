// Ends: the one place where the url of a source or sink becomes one.
// Owner:   the caller.   Thread: one.   Blocks: never; an end is opened later.
// Fails:   an unknown scheme or codec, a codec that cannot be read or written, a pattern that matches no file.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/codec.h"
#include "core/stage/end.h"
#include "core/stage/settings.h"
#include "stages/hub_place.h"

namespace leat {

// What a run lends its ends, and what an end is for, besides what its url and options say. A stand-in takes its place once it has been
// made, so that what a run refuses is refused.
struct SourceUse {
  bool dead_letters = false;                                                      // what it brings are letters of records of the codec
  uint64_t seed = 0;                                                              // of one that draws lots
  const std::vector<std::pair<std::string, std::string>>* environment = nullptr;  // for $ENV
  const HubPlaces* hubs = nullptr;                                                // that have names
  std::function<std::unique_ptr<Source>(const CodecSpec&, const CodecOptions&)> stand_in = {};
};
struct SinkUse {
  bool dead_letters = false;
  bool fallback = false;   // takes what another one cannot deliver: reaches for the other side no sooner than there is something
  bool discarded = false;  // a trial: encoded and packed as it would be, then thrown away
  const std::vector<std::pair<std::string, std::string>>* environment = nullptr;  // for $ENV
  const HubPlaces* hubs = nullptr;
  bool codec_named = false;  // somebody has said how it is written
  std::function<std::unique_ptr<Sink>(const CodecSpec&, const CodecOptions&)> stand_in = {};
};

struct MadeSource {
  std::unique_ptr<Source> source;
  std::string_view codec;  // empty: of events, which come as they are
};

// An empty `codec`: by the path's extension, else ndjson.
Result<MadeSource> make_source(const std::string& url, const Settings& options, std::string_view codec, const CodecOptions& codec_options,
                               const SourceUse& use);

// An empty `codec`: by the path's extension, else `fallback`.
Result<std::unique_ptr<Sink>> make_sink(const std::string& url, const Settings& options, std::string_view codec, std::string_view fallback,
                                        const CodecOptions& codec_options, const SinkUse& use);

}  // namespace leat
