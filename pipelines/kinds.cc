#include "pipelines/kinds.h"

#include <algorithm>

#include <fmt/format.h>

#include "pipelines/place_names.h"

namespace leat {
namespace {

bool fits(RecordKind wanted, RecordKind got) {
  if (wanted == RecordKind::any || got == RecordKind::any || wanted == got) return true;
  return wanted == RecordKind::item && got == RecordKind::window;
}

// One kind of record that reaches a place. What failed is of the kind it had when it did.
struct Arrival {
  RecordKind kind = RecordKind::any;
  bool failed = false;
  const StageUse* maker = nullptr;  // null: it came from outside
};
using Arrivals = std::vector<Arrival>;

// Of two of one kind the first is enough to tell of. Answers whether it was new.
bool add(Arrivals& to, const Arrival& one) {
  const auto like = [&](const Arrival& other) { return other.kind == one.kind && other.failed == one.failed; };
  return std::none_of(to.begin(), to.end(), like) && (to.push_back(one), true);
}

Arrivals leaving(const StageUse& use, Port port, const Arrivals& came) {
  if (!use.spec) return {Arrival()};
  const RecordKind kind = gives(*use.spec, port);
  if (kind != RecordKind::same && kind != RecordKind::error) return {{kind, false, &use}};
  Arrivals left = came;
  for (Arrival& one : left) one.failed |= kind == RecordKind::error;
  return left;
}

// What arrives is found by going over all chains until nothing new does: they may stand in any order, and a circle among them has been
// told of elsewhere.
class Kinds {
 public:
  Kinds(const PipelineSpec& spec, Problems& problems) : spec_(spec), names_(spec), problems_(problems) {
    for (const ChainSpec& chain : spec.chains) came_.emplace_back(chain.stages.size());
  }

  void run() {
    for (bool news = true; news;) {
      news = false;
      for (size_t i = 0; i < came_.size(); ++i) news |= walk(i);
    }
    for (size_t i = 0; i < came_.size(); ++i) judge(i);
  }

 private:
  Arrivals brought(const EndSpec& end) const {
    const auto place = place_read(spec_, end);
    if (!place) return {Arrival()};
    const StageUse& use = spec_.chains[place->chain].stages[place->stage];
    const auto ports = ports_of(use);
    const auto port = std::find(ports.begin(), ports.end(), stage_of(end)->port()) - ports.begin();
    return leaving(use, static_cast<Port>(port), came_[place->chain][place->stage]);
  }

  bool walk(size_t chain) {
    const auto& stages = spec_.chains[chain].stages;
    bool news = false;
    for (size_t j = 0; j < stages.size(); ++j) {
      if (j > 0)
        for (const Arrival& one : leaving(stages[j - 1], kOut, came_[chain][j - 1])) news |= add(came_[chain][j], one);
      else
        for (const EndSpec& end : spec_.chains[chain].from)
          for (const Arrival& one : brought(end)) news |= add(came_[chain][j], one);
    }
    return news;
  }

  // Each input of a stage by itself: one that can bring nothing it takes is a mistake, whatever the others bring.
  void judge(size_t chain) {
    const auto& stages = spec_.chains[chain].stages;
    for (size_t j = 0; j < stages.size(); ++j) {
      if (!stages[j].spec || stages[j].spec->takes == RecordKind::any) continue;
      if (j > 0)
        judge(chain, j, leaving(stages[j - 1], kOut, came_[chain][j - 1]));
      else
        for (const EndSpec& end : spec_.chains[chain].from) judge(chain, j, brought(end));
    }
  }

  void judge(size_t chain, size_t stage, const Arrivals& came) {
    const StageUse& use = spec_.chains[chain].stages[stage];
    const RecordKind wanted = use.spec->takes;
    if (came.empty() || std::any_of(came.begin(), came.end(), [&](const Arrival& one) { return fits(wanted, one.kind); })) return;
    const Arrival& first = came.front();
    const std::string got = first.failed ? fmt::format("error of {}", name_of(first.kind)) : std::string(name_of(first.kind));
    problems_.push_back(
        {use.mark, names_.stage(chain, stage, use),
         fmt::format("{} wants {}, gets {} (from {} \"{}\")", use.name, name_of(wanted), got, first.maker->name, first.maker->id),
         fmt::format("each record would fail; a map in front of {} can make a {} of it", use.name, name_of(wanted))});
  }

  const PipelineSpec& spec_;
  const PlaceNames names_;
  Problems& problems_;
  std::vector<std::vector<Arrivals>> came_;  // by chain and stage
};

}  // namespace

std::string_view name_of(RecordKind kind) {
  static constexpr std::string_view kNames[] = {"same", "any", "item", "batch", "window", "error"};
  return kNames[static_cast<size_t>(kind)];
}

void check_kinds(const PipelineSpec& spec, Problems& problems) { Kinds(spec, problems).run(); }

}  // namespace leat
