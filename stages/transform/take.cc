// take: the first records, and then no more. The point is the second half: a source nobody reads any longer is stopped,
// so `take 3` of an endless input ends.
#include <array>

#include "stages/catalog.h"

namespace leat {
namespace {

class Take final : public Stage {
 public:
  explicit Take(uint64_t count) : left_(count) {}

  Flow process(Batch& batch, Turn&) override {
    if (left_ >= batch.size()) {
      left_ -= batch.size();
    } else {
      batch.keep_if([&](uint32_t) { return left_ > 0 && left_-- > 0; });
    }
    return left_ == 0 ? Flow::done : Flow::more;
  }

 private:
  uint64_t left_;
};

constexpr std::array kOptions{
    Option{.name = "count", .kind = Option::Kind::count, .value = "N", .help = "how many records", .operand = true, .required = true},
};

constexpr std::array kPorts{PortSpec{"out", "the first N records"}, PortSpec{"err", "records that do not read"}};

// head -n 2
constexpr std::array kExamples{Example{"take 2", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "{\"a\":1}\n{\"a\":2}\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext&) {
  return std::unique_ptr<Stage>(std::make_unique<Take>(*settings.count("count")));
}

}  // namespace

constexpr StageSpec kTake{
    .name = "take",
    .group = "flow",
    .summary = "pass the first N records and stop reading",
    .details = "Records after the Nth are not read: when no other reader is left, the source is stopped and the run ends with status 0.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
