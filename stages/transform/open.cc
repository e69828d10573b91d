// open: what seal has sealed, for who has the key.
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "core/crypto/hpke.h"
#include "core/crypto/sealed.h"
#include "core/stage/lender.h"
#include "stages/catalog.h"
#include "stages/transform/key_file.h"
#include "stages/transform/repayload.h"

namespace leat {
namespace {

class Open final : public Stage {
 public:
  Open(std::vector<crypto::Key> keys, const Format& artifacts) : keys_(std::move(keys)), artifacts_(artifacts) {}

  Flow process(Batch& batch, Turn& turn) override {
    repayload(batch, turn, artifacts_, [&](Envelope& envelope, std::string_view payload, std::string& out) {
      return crypto::unseal(keys_, envelope, payload, out);
    });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Open>(keys_, artifacts_); }

 private:
  const std::vector<crypto::Key> keys_;
  const Format& artifacts_;
};

constexpr std::array kOptions{Option{.name = "key",
                                     .kind = Option::Kind::text,
                                     .value = "KEY.pem",
                                     .help = "the private key that it was sealed for, P-256 or X25519, without a passphrase",
                                     .required = true,
                                     .repeat = true}};

constexpr std::array kPorts{PortSpec{"out", "the records as they were before they were sealed, as artifacts"},
                            PortSpec{"err", "the others, as they came: code seal, unsealed or malformed"}};

// By hand: what was sealed comes back, and what was not is refused. The key is that of RFC 9180, A.1.1.
constexpr std::array kExamples{Example{"seal --for me.pem then open --key me.pem then map .n", "{\"n\":1}\n{\"n\":2}\n", "1\n2\n", "me.pem",
                                       "-----BEGIN PRIVATE KEY-----\n"
                                       "MC4CAQAwBQYDK2VuBCIEIEYSxVAmP8itWDdd8/VXqsUx0mhQkD5VqfI/IdhTTorI\n"
                                       "-----END PRIVATE KEY-----\n"
                                       "-----BEGIN PUBLIC KEY-----\n"
                                       "MCowBQYDK2VuAyEAOUjP4K0d22ldeA5ZB3GV2mxWUGsCcyl5SrAryoCBXE0=\n"
                                       "-----END PUBLIC KEY-----\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto keys = private_keys(settings, "key", context, crypto::hpke::seals, "P-256 or X25519");
  if (!keys) return keys.error();
  context.fields->slot({});
  if (context.envelopes) *context.envelopes = true;
  return std::unique_ptr<Stage>(std::make_unique<Open>(std::move(*keys), context.lender->artifacts()));
}

}  // namespace

constexpr StageSpec kOpen{
    .name = "open",
    .group = "transform",
    .summary = "make sealed payloads readable again",
    .details =
        "Of several keys whichever it was sealed for opens a record, so that an old key can go on beside a new one. The record gets back "
        "the "
        "payload, the media type, the checksum and the signature that it had when it was sealed; checksum --verify and verify say whether "
        "they hold.\n\n"
        "A record fails with code unsealed if it is not sealed, with malformed if it is cut short or of a version that leat does not know, "
        "and with seal if it does not open: it was sealed for another key, or a byte of it was changed, or its origin, destination, role, "
        "scope or time. Which of these, nobody can tell. It goes to err as it came, sealed.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
