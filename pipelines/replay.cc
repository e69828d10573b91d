#include "pipelines/replay.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/codec.h"
#include "pipelines/options.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

bool has_sources(const ChainSpec& chain) { return !std::all_of(chain.from.begin(), chain.from.end(), inside); }

Result<Place> place_of(const PipelineSpec& spec, std::string_view into) {
  if (!into.empty()) {
    if (const auto place = find_use(spec, into)) return *place;
    std::vector<std::string_view> ids;
    for (const ChainSpec& chain : spec.chains)
      for (const StageUse& use : chain.stages) ids.push_back(use.id);
    return Error{Error::Kind::usage, fmt::format("no stage is called {}", text::quoted(into)), did_you_mean(into, ids)};
  }
  const auto first = std::find_if(spec.chains.begin(), spec.chains.end(), has_sources);
  if (first == spec.chains.end()) return Error{Error::Kind::internal, "a pipeline without a source", {}};
  if (std::any_of(first + 1, spec.chains.end(), has_sources))
    return Error{Error::Kind::usage, "several chains of this pipeline have sources", "--into STAGE says where the records go in"};
  return Place{static_cast<size_t>(first - spec.chains.begin()), 0};
}

// How the sources are read, and what is written where nothing else is said (build.cc): one codec, or none in common.
std::string codec_of_sources(const PipelineSpec& spec) {
  std::set<std::string> codecs;
  for (const ChainSpec& chain : spec.chains)
    for (const EndSpec& end : chain.from) {
      const auto address = address_of(end.url);
      if (!address || inside(end)) continue;
      const auto named = end.options.find("codec") ? end.options.text("codec") : spec.globals.text("in");
      const CodecSpec* by_path = address->kind == Address::Kind::file ? codec_of_path(address->rest) : nullptr;
      codecs.insert(named ? *named : by_path ? std::string(by_path->name) : "ndjson");
    }
  return codecs.size() == 1 ? *codecs.begin() : "ndjson";
}

// Records are read again as they were: with what the first source says of its codec, the chain's own before another's.
EndSpec letters_end(const PipelineSpec& spec, size_t chain, const std::string& letters) {
  EndSpec made{letters, {}, Settings(source_options()), spec.chains[chain].mark, false, true};
  made.options.put("codec").values = {{{}, codec_of_sources(spec), {}, {}}};
  const EndSpec* like = nullptr;
  for (size_t i = 0; i <= spec.chains.size() && !like; ++i)
    for (const EndSpec& end : spec.chains[i == 0 ? chain : i - 1].from)
      if (!like && !inside(end)) like = &end;
  if (!like) return made;
  for (std::string_view name : {"infer", "header", "separator", "max_record"})
    if (const Setting* setting = like->options.find(name)) made.options.put(name) = *setting;
  return made;
}

// Reads of stages that are gone, then chains that read nothing, until nothing changes.
void prune(PipelineSpec& spec) {
  do {
    for (ChainSpec& chain : spec.chains)
      std::erase_if(chain.from, [&](const EndSpec& end) { return stage_of(end) && !place_read(spec, end); });
  } while (std::erase_if(spec.chains, [](const ChainSpec& chain) { return chain.from.empty(); }) > 0);
}

void add_to_files(PipelineSpec& spec) {
  const auto add = [](EndSpec& end) {
    const auto address = address_of(end.url);
    if (!address || address->kind != Address::Kind::file || end.options.find("append")) return;
    end.options.put("append").values = {{{}, "true", {}, {}}};
  };
  for (ChainSpec& chain : spec.chains)
    for (EndSpec& sink : chain.to) each_in_line(sink, add);
}

}  // namespace

Done replay(PipelineSpec& spec, const std::string& letters, std::string_view into) {
  const auto place = place_of(spec, into);
  if (!place) return place.error();
  ChainSpec& entry = spec.chains[place->chain];
  EndSpec source = letters_end(spec, place->chain, letters);
  if (const EndSpec* dlq = dlq_of(spec, place->chain); dlq && !entry.dlq) entry.dlq = EndSpec(*dlq);  // of a chain that may go
  for (ChainSpec& chain : spec.chains) std::erase_if(chain.from, [](const EndSpec& end) { return !inside(end); });
  entry.stages.erase(entry.stages.begin(), entry.stages.begin() + static_cast<ptrdiff_t>(place->stage));
  entry.from = {std::move(source)};
  prune(spec);
  add_to_files(spec);
  return {};
}

}  // namespace leat
