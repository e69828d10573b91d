#include "pipelines/trial.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

// Of two ends of one kind the sooner.
template <class Read>
void bound(EndSpec& source, std::string_view key, const std::string& word, Read&& read) {
  std::vector<Setting::Value>& values = source.options.put("until").values;
  const auto at = std::find_if(values.begin(), values.end(), [&](const Setting::Value& value) { return value.key == key; });
  if (at == values.end()) return values.push_back({std::string(key), word, source.mark, {}});
  if (*read(word) < *read(at->text)) at->text = word;
}

void bound(EndSpec& source, const TrialBounds& bounds) {
  if (inside(source)) return;
  source.options.remove("checkpoint");
  if (bounds.records) bound(source, "count", fmt::format("{}", *bounds.records), text::whole);
  if (bounds.time) bound(source, "for", text::duration(*bounds.time), [](std::string_view word) { return text::duration(word); });
}

}  // namespace

void make_trial(PipelineSpec& spec, const TrialBounds& bounds) {
  const std::vector<bool> of_events = chains_of_events(spec);
  size_t at = 0;
  std::erase_if(spec.chains, [&](const ChainSpec&) { return of_events[at++]; });  // nobody is told of what is only tried
  for (ChainSpec& chain : spec.chains) {
    for (EndSpec& source : chain.from) bound(source, bounds);
    for (EndSpec& sink : chain.to) each_in_line(sink, [](EndSpec& end) { end.discarded = true; });
    if (chain.dlq) chain.dlq->discarded = true;
  }
}

}  // namespace leat
