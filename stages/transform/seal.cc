// seal: payloads that only the holder of one private key can read any more.
#include <array>
#include <memory>
#include <utility>

#include "core/crypto/hpke.h"
#include "core/crypto/sealed.h"
#include "core/stage/lender.h"
#include "stages/catalog.h"
#include "stages/transform/key_file.h"
#include "stages/transform/repayload.h"

namespace leat {
namespace {

class Seal final : public Stage {
 public:
  Seal(crypto::Key to, const Format& artifacts) : to_(std::move(to)), artifacts_(artifacts) {}

  Flow process(Batch& batch, Turn& turn) override {
    repayload(batch, turn, artifacts_,
              [&](Envelope& envelope, std::string_view payload, std::string& out) { return crypto::seal(to_, envelope, payload, out); });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Seal>(to_, artifacts_); }

 private:
  const crypto::Key to_;
  const Format& artifacts_;
};

constexpr std::array kOptions{Option{.name = "for",
                                     .kind = Option::Kind::text,
                                     .value = "KEY.pem",
                                     .help = "the public key of who may open it, P-256 or X25519",
                                     .required = true}};

constexpr std::array kPorts{PortSpec{"out", "every record as an artifact, its payload sealed"},
                            PortSpec{"err", "records that cannot be read, as they came"}};

// What was sealed comes back; the key is that of RFC 9180, A.1.1, and so known to everybody.
constexpr std::array kExamples{Example{"seal --for me.pem then open --key me.pem", "{\"card\":\"4111\"}\n", "{\"card\":\"4111\"}\n",
                                       "me.pem",
                                       "-----BEGIN PRIVATE KEY-----\n"
                                       "MC4CAQAwBQYDK2VuBCIEIEYSxVAmP8itWDdd8/VXqsUx0mhQkD5VqfI/IdhTTorI\n"
                                       "-----END PRIVATE KEY-----\n"
                                       "-----BEGIN PUBLIC KEY-----\n"
                                       "MCowBQYDK2VuAyEAOUjP4K0d22ldeA5ZB3GV2mxWUGsCcyl5SrAryoCBXE0=\n"
                                       "-----END PUBLIC KEY-----\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto keys = public_keys(settings, "for", context, crypto::hpke::seals, "P-256 or X25519");
  if (!keys) return keys.error();
  if (keys->size() != 1)
    return Error{Error::Kind::config, "seal is for one reader, and the file holds more keys than one",
                 "a seal for each, in chains of their own"};
  context.fields->slot({});  // so that no record gets in here that is none
  if (context.envelopes) *context.envelopes = true;
  return std::unique_ptr<Stage>(std::make_unique<Seal>(std::move(keys->front()), context.lender->artifacts()));
}

}  // namespace

constexpr StageSpec kSeal{
    .name = "seal",
    .group = "transform",
    .summary = "make payloads unreadable to all but one",
    .details =
        "The payload is encrypted for the one who has the private key that belongs to KEY.pem; who sealed it cannot open it again. Every "
        "record leaves as an artifact (write it with --out capnp or envelope) whose media type is application/vnd.leat.sealed; open gives "
        "the payload back, its media type and what checksum and signature it had. All else of the envelope stays readable. Origin, "
        "destination, role, scope and time are sealed together with the payload though hidden to nobody: where one of them was changed, it "
        "does not open. A key is made by openssl genpkey -algorithm X25519 -out me.pem, and its public half by openssl pkey -in me.pem "
        "-pubout.\n\n"
        "It is HPKE (RFC 9180, mode base) with a fresh key for each record: DHKEM(X25519, HKDF-SHA256) or DHKEM(P-256, HKDF-SHA256), "
        "HKDF-SHA256, AES-256-GCM. The payload that leaves is the byte 1, the number of the kem in two bytes, most significant first "
        "(0020 or 0010), the ephemeral public key and the ciphertext. The info is the text leat sealed 1; the aad is origin, "
        "destination, role and scope, each behind its length in 8 bytes, then the time in nanoseconds, in 8 bytes too; what is encrypted "
        "is "
        "an artifact that holds payload, mediaType, checksum and signature. Who seals is not proved by it: that is what sign is for, in "
        "front of it or behind it.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
    .random = true,
};

}  // namespace leat
