// sign: says by whom a record is, so that nobody can change it and not be found out.
#include <array>
#include <memory>
#include <utility>

#include "core/crypto/primitives.h"
#include "core/crypto/statement.h"
#include "core/data/envelopes.h"
#include "stages/catalog.h"
#include "stages/transform/key_file.h"
#include "stages/transform/relabel.h"
#include "stages/transform/signing.h"

namespace leat {
namespace {

class Sign final : public Stage {
 public:
  explicit Sign(crypto::Key key) : key_(std::move(key)), id_(key_.id()) {}

  Flow process(Batch& batch, Turn& turn) override {
    const SlabRef held = batch.ref();
    relabel(batch, turn, [&](uint32_t record, Envelope& envelope) {
      if (const Done done = take_apart(*held, record, parts_); !done) return turn.fail(record, {"malformed", done.error().text});
      auto signature = crypto::sign(key_, crypto::statement(parts_.envelope, parts_.payload));
      if (!signature) return turn.fail(record, {"signature", "the library would not sign it"});
      envelope.signature_algorithm = algorithm_of(key_.kind()), envelope.signature_key = id_;
      envelope.signature = std::move(*signature);
      return true;
    });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Sign>(key_); }

 private:
  const crypto::Key key_;
  const std::string id_;
  Parts parts_;
};

constexpr std::array kOptions{Option{.name = "key",
                                     .kind = Option::Kind::text,
                                     .value = "KEY.pem",
                                     .help = "the private key to sign with, Ed25519 or P-256, without a passphrase",
                                     .required = true}};

constexpr std::array kPorts{PortSpec{"out", "every record, with a signature in its envelope"},
                            PortSpec{"err", "records that cannot be read, as they came"}};

// sha256 of the public key by openssl pkey -in me.pem -pubout -outform DER | openssl dgst -sha256; the key is that of RFC 8032, 7.1,
// test 1.
constexpr std::array kExamples{Example{"sign --key me.pem then filter '$artifact.signature_key | startswith(\"06e3fd8f\")'", "{\"a\":1}\n",
                                       "{\"a\":1}\n", "me.pem",
                                       "-----BEGIN PRIVATE KEY-----\n"
                                       "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                       "-----END PRIVATE KEY-----\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto keys = private_keys(settings, "key", context, signs, kSigningKeys);
  if (!keys) return keys.error();
  context.fields->slot({});  // so that no record is signed that is none
  if (context.envelopes) *context.envelopes = true;
  return std::unique_ptr<Stage>(std::make_unique<Sign>(std::move(keys->front())));
}

}  // namespace

constexpr StageSpec kSign{
    .name = "sign",
    .group = "transform",
    .summary = "sign records, so that changes are found out",
    .details =
        "The signature goes into the envelope, in place of one that is there: write it with --out capnp or envelope. It is over the "
        "payload "
        "and over id, origin, issuer, destination, subject, media type, role, scope, parent, time and all metadata; not over what changes "
        "on "
        "the way, which is trace, attempt, error, approvals and the checksum. verify, elsewhere, says whether it holds. A stage that "
        "writes "
        "to the envelope or the payload takes it off, since it would not. Keys are made by openssl genpkey -algorithm ED25519 -out me.pem; "
        "the public half, for verify, by openssl pkey -in me.pem -pubout.\n\n"
        "The algorithm is ed25519 (RFC 8032) or, with a key of P-256, ecdsa-p256-sha256, in DER and another one in each run; the key's "
        "name "
        "is the sha256 of its public half in DER. What is signed begins with the text leat signature 1, then come these texts in the order "
        "above: id to parent. A text is its length in bytes, as 8 bytes and the most significant first, and then the bytes. Then the time, "
        "in "
        "nanoseconds; the number of metadata entries; these, sorted by the bytes of their keys, each the key, a number for its kind, and "
        "the "
        "value: 0 a text, 1 a whole number, 2 a float (IEEE 754), 3 a truth as 0 or 1, 4 bytes as a text; and the payload, as a text. All "
        "numbers take 8 bytes.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
    .random = true,
};

}  // namespace leat
