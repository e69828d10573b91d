#include "stages/transform/ports.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {

Done check_port_names(const std::vector<std::string>& names) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  for (auto at = names.begin(); at != names.end(); ++at) {
    const Error::Kind kind = Error::Kind::usage;
    if (at->empty() || !std::all_of(at->begin(), at->end(), letter))
      return Error{kind, fmt::format("{} cannot name a port", text::quoted(*at)), "names are a-z, 0-9, - and _"};
    if (*at == "out" || *at == "err" || *at == "else")
      return Error{kind, fmt::format("the port {} exists already", text::quoted(*at)), "give the case another name"};
    if (std::find(names.begin(), at, *at) != at) return Error{kind, fmt::format("two cases are called {}", text::quoted(*at)), {}};
  }
  return {};
}

Batch pick_labelled(const Batch& from, std::vector<uint32_t>&& records, const Labels& labels, Turn& turn) {
  const Slab& slab = from.slab();
  if (slab.envelopes.empty() || labels.empty()) return from.pick(std::move(records));
  SlabRef copy = turn.slab();
  copy->resemble(slab);
  for (uint32_t i : records) {
    copy->add(slab, i);
    copy->offsets.push_back(slab.position(i));
    Envelope& envelope = copy->envelopes.emplace_back(slab.envelopes[i]);
    if (!envelope.signature.empty()) continue;
    for (const auto& [key, value] : labels) envelope.put(key, value);
  }
  return from.with(std::move(copy));
}

void emit_chosen(const Batch& from, std::span<std::vector<uint32_t>> chosen, std::span<const Labels> labels, Turn& turn) {
  for (size_t at = 0; at < chosen.size(); ++at)
    if (!chosen[at].empty())
      turn.emit(static_cast<Port>(kFirstCase + at), pick_labelled(from, std::exchange(chosen[at], {}), labels[at], turn));
}

}  // namespace leat
