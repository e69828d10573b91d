#include "core/crypto/sealed.h"

#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/crypto/hpke.h"
#include "core/crypto/primitives.h"
#include "core/crypto/statement.h"
#include "core/data/artifact.h"

namespace leat::crypto {
namespace {

constexpr char kVersion = 1;
constexpr size_t kFront = 3;  // version and kem
constexpr std::string_view kInfo = "leat sealed 1";

// What is sealed besides the payload, from one envelope to another.
void move_sealed(Envelope& from, Envelope& to) {
  to.media_type = std::exchange(from.media_type, {});
  to.checksum_algorithm = std::exchange(from.checksum_algorithm, {}), to.checksum = std::exchange(from.checksum, {});
  to.signature_algorithm = std::exchange(from.signature_algorithm, {}), to.signature_key = std::exchange(from.signature_key, {});
  to.signature = std::exchange(from.signature, {});
}

Reason malformed(std::string why) { return {"malformed", std::move(why)}; }

}  // namespace

std::optional<Reason> seal(const Key& to, Envelope& envelope, std::string_view payload, std::string& out) {
  Envelope inner;
  move_sealed(envelope, inner);
  std::string text;
  if (const Done done = artifact::encode(inner, payload, text); !done) return Reason{"encode", done.error().text};
  const uint16_t kem = hpke::kem_of(to.kind());
  out = {kVersion, static_cast<char>(kem >> 8), static_cast<char>(kem)};
  const auto ephemeral = Key::fresh(to.kind());
  if (!ephemeral || !hpke::seal(to, *ephemeral, {kInfo, circumstances(envelope)}, text, out))
    return Reason{"seal", "the library would not seal it"};
  envelope.media_type = kSealedType;
  return std::nullopt;
}

std::optional<Reason> unseal(std::span<const Key> keys, Envelope& envelope, std::string_view sealed, std::string& out) {
  if (envelope.media_type != kSealedType)
    return Reason{"unsealed", fmt::format("is not sealed, but {}", text::quoted(envelope.media_type))};
  if (sealed.size() < kFront) return malformed("a seal that is cut short");
  if (sealed[0] != kVersion) return malformed(fmt::format("a seal of version {} is unknown", static_cast<unsigned char>(sealed[0])));
  const auto kem = static_cast<uint16_t>(static_cast<unsigned char>(sealed[1]) << 8 | static_cast<unsigned char>(sealed[2]));
  if (kem != hpke::kem_of(Key::Kind::p256) && kem != hpke::kem_of(Key::Kind::x25519))
    return malformed(fmt::format("a seal for keys of kem 0x{:04x} is unknown", kem));
  const std::string beside = circumstances(envelope);
  std::string text;
  bool opened = false, tried = false;
  for (const Key& key : keys) {
    if (opened || hpke::kem_of(key.kind()) != kem) continue;
    if (sealed.size() < kFront + hpke::front_of(key.kind()) + kTag) return malformed("a seal that is cut short");
    tried = true;
    opened = hpke::open(key, {kInfo, beside}, sealed.substr(kFront), text);
  }
  if (!opened)
    return Reason{"seal", tried ? "does not open: sealed for another key, or changed since, or its envelope was"
                                : "sealed for a key of another kind"};
  std::string_view payload;
  auto inner = artifact::decode(text, &payload);
  if (!inner) return malformed("what was sealed is no artifact: " + inner.error().text);
  move_sealed(*inner, envelope);
  out = payload;
  return std::nullopt;
}

}  // namespace leat::crypto
