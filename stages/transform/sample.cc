// sample: passes some of the records. The same seed on the same input passes the same records, whatever blocks they came in.
#include <array>

#include "core/base/random.h"
#include "stages/catalog.h"

namespace leat {
namespace {

class Sample final : public Stage {
 public:
  Sample(double share, uint64_t every, uint64_t seed) : share_(share), every_(every), random_(seed) {}

  Flow process(Batch& batch, Turn&) override {
    batch.keep_if([&](uint32_t) { return every_ > 0 ? count_++ % every_ == 0 : draw() < share_; });
    return Flow::more;
  }

 private:
  double draw() { return static_cast<double>(random_.next() >> 11) * 0x1p-53; }  // uniform in [0, 1)

  const double share_;
  const uint64_t every_;  // 0: by chance
  uint64_t count_ = 0;
  SplitMix random_;
};

constexpr std::array kOptions{
    Option{
        .name = "share", .kind = Option::Kind::number, .value = "P", .help = "how likely each record passes, from 0 to 1", .operand = true},
    Option{.name = "every", .kind = Option::Kind::count, .value = "N", .help = "instead: the first record and then each Nth"},
};

constexpr std::array kPorts{PortSpec{"out", "the records drawn"}, PortSpec{"err", "nothing"}};

// awk 'NR % 3 == 1'
constexpr std::array kExamples{
    Example{"--in lines sample --every 3", "a\nb\nc\nd\ne\n", "a\nd\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  const auto share = settings.number("share");
  const auto every = settings.count("every");
  if (share.has_value() == every.has_value()) return Error{Error::Kind::usage, "sample wants either a share from 0 to 1 or --every N", {}};
  if (share && (*share < 0 || *share > 1)) return Error{Error::Kind::usage, "sample wants a share from 0 to 1", "one in ten is 0.1"};
  return std::unique_ptr<Stage>(std::make_unique<Sample>(share.value_or(0), every.value_or(0), context.seed));
}

}  // namespace

constexpr StageSpec kSample{
    .name = "sample",
    .group = "flow",
    .summary = "pass some of the records",
    .details = "By chance, each record on its own (--seed makes the draw the same in each run), or one in N by count.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
