// verify: lets pass what somebody has signed who is trusted, and fails the rest.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/crypto/primitives.h"
#include "core/crypto/statement.h"
#include "core/data/envelopes.h"
#include "stages/catalog.h"
#include "stages/transform/key_file.h"
#include "stages/transform/signing.h"

namespace leat {
namespace {

struct Trusted {
  crypto::Key key;
  std::string id;
};
using Keys = std::vector<Trusted>;

class Verify final : public Stage {
 public:
  explicit Verify(std::shared_ptr<const Keys> keys) : keys_(std::move(keys)) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    batch.keep_if([&](uint32_t record) {
      if (const Done done = take_apart(slab, record, parts_); !done) return turn.fail(record, {"malformed", done.error().text});
      auto why = doubt();
      return !why || turn.fail(record, std::move(*why));
    });
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Verify>(keys_); }

 private:
  // Why the record in parts_ may not pass. The name of the key is a hint of whoever sent it: it says which one to try, and no more.
  std::optional<Reason> doubt() const {
    const Envelope& envelope = parts_.envelope;
    if (envelope.signature.empty()) return Reason{"unsigned", "there is no signature"};
    const auto named = std::find_if(keys_->begin(), keys_->end(), [&](const Trusted& one) { return one.id == envelope.signature_key; });
    const std::string said = crypto::statement(envelope, parts_.payload);
    for (auto one = named == keys_->end() ? keys_->begin() : named; one != keys_->end(); ++one) {
      if (algorithm_of(one->key.kind()) == envelope.signature_algorithm && crypto::verify(one->key, said, envelope.signature))
        return std::nullopt;
      if (one == named) return Reason{"signature", "the signature is not of this record"};
    }
    return Reason{"untrusted", fmt::format("no trusted key has signed it, but {} key {}", text::quoted(envelope.signature_algorithm),
                                           text::quoted(envelope.signature_key))};
  }

  const std::shared_ptr<const Keys> keys_;  // shared by the clones: immutable
  Parts parts_;
};

constexpr std::array kOptions{Option{.name = "keys",
                                     .kind = Option::Kind::text,
                                     .value = "KEYS.pem",
                                     .help = "public keys that are trusted, one or several in a file, Ed25519 or P-256",
                                     .required = true,
                                     .repeat = true}};

constexpr std::array kPorts{PortSpec{"out", "records that one of the keys has signed, untouched"},
                            PortSpec{"err", "the others, untouched too: code unsigned, untrusted or signature"}};

// By hand; the key is that of RFC 8032, 7.1, test 1.
constexpr std::array kExamples{Example{"sign --key me.pem then verify --keys me.pem", "{\"a\":1}\n", "{\"a\":1}\n", "me.pem",
                                       "-----BEGIN PRIVATE KEY-----\n"
                                       "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                                       "-----END PRIVATE KEY-----\n"
                                       "-----BEGIN PUBLIC KEY-----\n"
                                       "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                                       "-----END PUBLIC KEY-----\n"}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  auto found = public_keys(settings, "keys", context, signs, kSigningKeys);
  if (!found) return found.error();
  auto keys = std::make_shared<Keys>();
  for (crypto::Key& key : *found) {
    std::string id = key.id();
    keys->push_back({std::move(key), std::move(id)});
  }
  context.fields->slot({});
  if (context.envelopes) *context.envelopes = true;
  return std::unique_ptr<Stage>(std::make_unique<Verify>(std::move(keys)));
}

}  // namespace

constexpr StageSpec kVerify{
    .name = "verify",
    .group = "transform",
    .summary = "fail records that nobody trusted has signed",
    .details =
        "A record passes if one of the keys has signed it as it is, payload and envelope; sign says what of the envelope. It is not "
        "changed, "
        "and keeps its signature. Of several keys any will do.\n\n"
        "A record fails with code unsigned if there is no signature, with untrusted if none of the keys has made it and it names none of "
        "them, and with signature if it names one of them and does not hold: something was changed. Records that are lost or come twice it "
        "does not see; an id that was signed is one that dedupe can go by.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = false,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
