#include "pipelines/spec.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/options.h"

namespace leat {
namespace {

bool same_values(const std::vector<Setting::Value>& a, const std::vector<Setting::Value>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Setting::Value& x, const Setting::Value& y) {
    return x.key == y.key && x.text == y.text && x.written == y.written;
  });
}

bool same_settings(const Settings& a, const Settings& b) {
  if (a.given().size() != b.given().size()) return false;
  return std::all_of(a.given().begin(), a.given().end(), [&](const Setting& setting) {
    const Setting* other = b.find(setting.name);
    return other && same_values(setting.values, other->values);
  });
}

bool same_end(const EndSpec& a, const EndSpec& b) {
  return a.url == b.url && a.written == b.written && same_settings(a.options, b.options) &&
         std::equal(a.fallback.begin(), a.fallback.end(), b.fallback.begin(), b.fallback.end(), same_end);
}

bool same_use(const StageUse& a, const StageUse& b) {
  return a.spec == b.spec && a.name == b.name && a.id == b.id && a.named == b.named && same_settings(a.settings, b.settings) &&
         same_settings(a.guards, b.guards);
}

bool same_chain(const ChainSpec& a, const ChainSpec& b) {
  return std::equal(a.from.begin(), a.from.end(), b.from.begin(), b.from.end(), same_end) &&
         std::equal(a.stages.begin(), a.stages.end(), b.stages.begin(), b.stages.end(), same_use) &&
         std::equal(a.to.begin(), a.to.end(), b.to.begin(), b.to.end(), same_end) && a.dlq.has_value() == b.dlq.has_value() &&
         (!a.dlq || same_end(*a.dlq, *b.dlq));
}

void give_ids(PipelineSpec& spec) {
  std::set<std::string> taken;
  for (const ChainSpec& chain : spec.chains)
    for (const StageUse& use : chain.stages)
      if (use.named) taken.insert(use.id);
  std::map<std::string, int> last;  // the number that each name came to
  for (ChainSpec& chain : spec.chains)
    for (StageUse& use : chain.stages) {
      if (use.named) continue;
      do {
        const int n = ++last[use.name];
        use.id = n == 1 ? use.name : fmt::format("{}-{}", use.name, n);
      } while (!taken.insert(use.id).second);
    }
}

bool somebody_reads(const PipelineSpec& spec, std::string_view id) {
  for (const ChainSpec& chain : spec.chains)
    for (const EndSpec& end : chain.from)
      if (const auto at = stage_of(end); at && at->stage() == id && at->port() == "out") return true;
  return false;
}

const EndSpec* dlq_of(const PipelineSpec& spec, size_t chain, std::vector<bool>& seen) {
  if (spec.chains[chain].dlq) return &*spec.chains[chain].dlq;
  seen[chain] = true;
  for (const EndSpec& end : spec.chains[chain].from) {
    const auto place = place_read(spec, end);
    if (!place || seen[place->chain]) continue;
    if (const EndSpec* found = dlq_of(spec, place->chain, seen)) return found;
  }
  return nullptr;
}

}  // namespace

std::optional<Address> stage_of(const EndSpec& end) {
  auto address = address_of(end.url);
  if (!address || address->kind != Address::Kind::stage) return std::nullopt;
  return std::move(*address);
}

bool id_like(std::string_view id) {
  return !id.empty() &&
         std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

bool brings_events(const EndSpec& source) {
  const auto address = address_of(source.url);
  return address && address->kind == Address::Kind::events;
}

bool inside(const EndSpec& source) { return stage_of(source) || brings_events(source); }

std::vector<bool> chains_reached(const PipelineSpec& spec, const std::function<bool(const EndSpec&)>& such) {
  std::vector<bool> found(spec.chains.size());
  const auto reads = [&](const EndSpec& end) {
    const auto place = place_read(spec, end);
    return such(end) || (place && found[place->chain]);
  };
  for (bool news = true; news;) {
    news = false;
    for (size_t i = 0; i < found.size(); ++i) {
      const auto& from = spec.chains[i].from;
      if (!found[i] && std::any_of(from.begin(), from.end(), reads)) news = found[i] = true;
    }
  }
  return found;
}

std::vector<bool> chains_of_events(const PipelineSpec& spec) { return chains_reached(spec, brings_events); }

std::string too_many_fallbacks() { return fmt::format("no more than {} ends stand in for one", kMaxFallbacks); }

void settle(PipelineSpec& spec) {
  give_ids(spec);
  for (ChainSpec& chain : spec.chains) {
    if (chain.from.empty() && &chain == &spec.chains.front()) chain.from.push_back({"-", {}, Settings(source_options()), chain.mark, true});
    if (chain.to.empty() && (chain.stages.empty() || !somebody_reads(spec, chain.stages.back().id)))
      chain.to.push_back({"-", {}, Settings(sink_options()), chain.mark, true});
  }
}

std::optional<Place> find_use(const PipelineSpec& spec, std::string_view id) {
  for (size_t chain = 0; chain < spec.chains.size(); ++chain)
    for (size_t stage = 0; stage < spec.chains[chain].stages.size(); ++stage)
      if (spec.chains[chain].stages[stage].id == id) return Place{chain, stage};
  return std::nullopt;
}

std::optional<Place> place_read(const PipelineSpec& spec, const EndSpec& source) {
  const auto read = stage_of(source);
  return read ? find_use(spec, read->stage()) : std::nullopt;
}

std::vector<std::string> ports_of(const StageUse& use) {
  std::vector<std::string> ports;
  if (!use.spec) return ports;
  for (const PortSpec& port : use.spec->ports) ports.emplace_back(port.name);
  if (use.spec->more_ports)
    for (std::string& port : use.spec->more_ports(use.settings)) ports.push_back(std::move(port));
  return ports;
}

const EndSpec* dlq_of(const PipelineSpec& spec, size_t chain) {
  std::vector<bool> seen(spec.chains.size());
  return dlq_of(spec, chain, seen);
}

bool same(const PipelineSpec& a, const PipelineSpec& b) {
  return same_settings(a.globals, b.globals) && std::equal(a.chains.begin(), a.chains.end(), b.chains.begin(), b.chains.end(), same_chain);
}

std::string place_in(const PipelineSpec& spec, Mark mark) {
  if (mark.line <= 0) return spec.file;
  const auto behind = std::find_if(spec.included.begin(), spec.included.end(), [&](const auto& f) { return f.first_line > mark.line; });
  if (behind == spec.included.begin()) return fmt::format("{}:{}:{}", spec.file, mark.line, mark.column);
  const IncludedFile& file = *std::prev(behind);
  return fmt::format("{}:{}:{}", file.name, mark.line - file.first_line + 1, mark.column);
}

std::vector<std::string> lines_of(const PipelineSpec& spec, const Problems& problems) {
  std::vector<std::string> lines;
  for (const Problem& problem : problems) {
    std::string line;
    if (!spec.file.empty()) line += place_in(spec, problem.mark) + ": ";
    if (!problem.path.empty()) line += problem.path + ": ";
    const size_t first = problem.message.find('\n');
    line += problem.message.substr(0, first);
    if (!problem.hint.empty()) line += fmt::format(" ({})", problem.hint);
    if (first != std::string::npos) line += problem.message.substr(first);
    lines.push_back(std::move(line));
  }
  return lines;
}

Error to_error(const PipelineSpec& spec, const Problems& problems) {
  return {spec.file.empty() ? Error::Kind::usage : Error::Kind::config, fmt::format("{}", fmt::join(lines_of(spec, problems), "\n")), {}};
}

}  // namespace leat
