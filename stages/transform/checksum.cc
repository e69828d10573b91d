// checksum: says what the payload is, so that it can be told whether it is still that; or tells it.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/checksum.h"
#include "core/data/envelopes.h"
#include "stages/catalog.h"
#include "stages/transform/relabel.h"

namespace leat {
namespace {

class Checksum final : public Stage {
 public:
  explicit Checksum(std::string algorithm) : algorithm_(std::move(algorithm)) {}

  Flow process(Batch& batch, Turn& turn) override {
    const SlabRef held = batch.ref();
    relabel(batch, turn, [&](uint32_t record, Envelope& envelope) {
      if (const Done done = take_apart(*held, record, parts_); !done) return turn.fail(record, {"malformed", done.error().text});
      envelope.checksum_algorithm = algorithm_;
      envelope.checksum = checksum_of(algorithm_, parts_.payload);
      return true;
    });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Checksum>(algorithm_); }

 private:
  const std::string algorithm_;
  Parts parts_;
};

class Check final : public Stage {
 public:
  explicit Check(std::optional<std::string> algorithm) : algorithm_(std::move(algorithm)) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    batch.keep_if([&](uint32_t record) {
      if (const Done done = take_apart(slab, record, parts_); !done) return turn.fail(record, {"malformed", done.error().text});
      auto why = doubt();
      return !why || turn.fail(record, std::move(*why));
    });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Check>(algorithm_); }

 private:
  std::optional<Reason> doubt() const {
    const Envelope& envelope = parts_.envelope;
    if (envelope.checksum.empty()) return Reason{"unchecked", "there is no checksum"};
    if (algorithm_ && envelope.checksum_algorithm != *algorithm_)
      return Reason{"unchecked",
                    fmt::format("expected a checksum by {}, got one by {}", *algorithm_, text::quoted(envelope.checksum_algorithm))};
    const std::string sum = checksum_of(envelope.checksum_algorithm, parts_.payload);
    if (sum.empty())
      return Reason{"unchecked", fmt::format("a checksum by {}, which leat does not know", text::quoted(envelope.checksum_algorithm))};
    if (sum != envelope.checksum)
      return Reason{"checksum", fmt::format("the payload is not what its {} says", envelope.checksum_algorithm)};
    return std::nullopt;
  }

  const std::optional<std::string> algorithm_;  // the only one that will do
  Parts parts_;
};

constexpr std::array kOptions{
    Option{.name = "algo",
           .kind = Option::Kind::choice,
           .value = "NAME",
           .help = "how, crc32c unless said otherwise; with --verify the only one that will do",
           .choices = "crc32c|sha256"},
    Option{.name = "verify", .kind = Option::Kind::flag, .value = "", .help = "compare it with the one that is there"}};

constexpr std::array kPorts{
    PortSpec{"out", "every record with a checksum in its envelope; with --verify those whose checksum holds, untouched"},
    PortSpec{"err", "records that cannot be read; with --verify also the others, code checksum or unchecked"}};

// By hand: what is checked at once holds. printf '{"a":1}' | openssl dgst -sha256 -binary | base64
constexpr std::array kExamples{
    Example{"checksum then checksum --verify", "{\"a\":1}\n", "{\"a\":1}\n"},
    Example{"checksum --algo sha256 then filter '$artifact.checksum == \"AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=\"'",
            "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto algorithm = settings.text("algo");
  context.fields->slot({});
  if (context.envelopes) *context.envelopes = true;
  if (settings.flag("verify")) return std::unique_ptr<Stage>(std::make_unique<Check>(std::move(algorithm)));
  return std::unique_ptr<Stage>(std::make_unique<Checksum>(algorithm.value_or("crc32c")));
}

}  // namespace

constexpr StageSpec kChecksum{
    .name = "checksum",
    .group = "transform",
    .summary = "write or verify a checksum of each payload",
    .details =
        "The checksum is over the bytes of the payload and stands in the envelope: write it with --out capnp or envelope. A stage that "
        "makes "
        "other bytes of the record takes it off; one that only writes to the envelope, or a signature, leaves it. crc32c finds what "
        "happens "
        "by mischance, and so does sha256; against who means it only sign helps, since anybody can write a checksum.\n\n"
        "With --verify a record fails with code checksum if the payload is another one, and with unchecked if there is no checksum or none "
        "that can be looked at.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
