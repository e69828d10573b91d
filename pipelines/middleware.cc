#include "pipelines/middleware.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace leat {
namespace {

bool reads_stage(const EndSpec& end) { return stage_of(end).has_value(); }

class Placer {
 public:
  Placer(PipelineSpec& spec, Problems& problems) : spec_(spec), problems_(problems) {
    for (const ChainSpec& chain : spec.chains) take_ids(chain.stages);
  }

  void run(const std::vector<StageUse>& all) {
    fit(all);
    for (size_t i = 0; i < spec_.chains.size(); ++i) {
      ChainSpec& chain = spec_.chains[i];
      const std::vector<StageUse> own = std::exchange(chain.middleware, {});
      fit(own);
      std::vector<StageUse> stages;
      if (!all.empty() && enters(i)) add(all, stages);
      add(own, stages);
      chain.stages.insert(chain.stages.begin(), std::make_move_iterator(stages.begin()), std::make_move_iterator(stages.end()));
    }
  }

 private:
  void take_ids(const std::vector<StageUse>& uses) {
    for (const StageUse& use : uses)
      if (use.named) taken_.insert(use.id);
  }

  // What goes on to the chain is what leaves by `out`, of all that came: nothing may fork there, and nothing compare its inputs.
  void fit(const std::vector<StageUse>& uses) {
    for (const StageUse& use : uses) {
      if (!use.spec || (!use.spec->more_ports && !use.spec->together)) continue;
      problems_.push_back({use.mark, use.place,
                           use.spec->together ? fmt::format("{} reads several inputs, so it is no middleware", use.name)
                                              : fmt::format("{} sends records to chains of their own, so it is no middleware", use.name),
                           "it is a stage of a chain"});
    }
  }

  // Do the records of this chain come into the pipeline here?
  bool enters(size_t i) {
    const ChainSpec& chain = spec_.chains[i];
    if (std::any_of(chain.from.begin(), chain.from.end(), brings_events)) return false;
    const auto stage = std::find_if(chain.from.begin(), chain.from.end(), reads_stage);
    if (stage == chain.from.end()) return true;
    if (!std::all_of(chain.from.begin(), chain.from.end(), reads_stage))
      problems_.push_back({stage->mark, spec_.chains.size() > 1 ? fmt::format("chains[{}].from", i) : "from",
                           "the file's middleware would see these records twice, and those of a source beside them once",
                           "give the source a chain of its own, and read that chain's last stage here"});
    return false;
  }

  void add(const std::vector<StageUse>& uses, std::vector<StageUse>& into) {
    for (const StageUse& use : uses) {
      StageUse& made = into.emplace_back(use);
      made.id = fresh_id(use);
      made.named = true;
    }
  }

  std::string fresh_id(const StageUse& use) {
    const std::string base = use.named ? use.id : "middleware-" + use.name;
    for (;;) {
      const int n = ++used_[base];
      std::string id = n == 1 ? base : fmt::format("{}-{}", base, n);
      // An id that was given stays what it is; who else was given it is for check() to say.
      if (taken_.insert(id).second || (use.named && n == 1)) return id;
    }
  }

  PipelineSpec& spec_;
  Problems& problems_;
  std::set<std::string> taken_;
  std::map<std::string, int> used_;  // the number that each id came to
};

}  // namespace

void put_in_front(PipelineSpec& spec, const std::vector<StageUse>& all, Problems& problems) { Placer(spec, problems).run(all); }

}  // namespace leat
