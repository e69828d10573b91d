// skip: all but the first records.
#include <array>

#include "stages/catalog.h"

namespace leat {
namespace {

class Skip final : public Stage {
 public:
  explicit Skip(uint64_t count) : left_(count) {}

  Flow process(Batch& batch, Turn&) override {
    if (left_ > 0) batch.keep_if([&](uint32_t) { return left_ == 0 || (--left_, false); });
    return Flow::more;
  }

 private:
  uint64_t left_;
};

constexpr std::array kOptions{
    Option{.name = "count", .kind = Option::Kind::count, .value = "N", .help = "how many records", .operand = true, .required = true},
};

constexpr std::array kPorts{PortSpec{"out", "every record after the first N"}, PortSpec{"err", "records that do not read"}};

// tail -n +3
constexpr std::array kExamples{Example{"skip 2", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "{\"a\":3}\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext&) {
  return std::unique_ptr<Stage>(std::make_unique<Skip>(*settings.count("count")));
}

}  // namespace

constexpr StageSpec kSkip{
    .name = "skip",
    .group = "flow",
    .summary = "drop the first N records and pass the rest",
    .details = "The dropped records are counted as filtered.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
