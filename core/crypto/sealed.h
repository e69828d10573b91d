// Sealed: the payload of a record as one reader alone can have it, with what belongs to it: its media type, its checksum and signature.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   with the code and words a record fails with: unsealed, malformed, seal.
//
// The bytes: 1, the version of this layout; the number of the kem in two bytes, the most significant first; the ephemeral public key and
// the ciphertext, as RFC 9180 has them, with the info "leat sealed 1" and beside it the circumstances (statement.h). What was sealed is an
// artifact (artifact.capnp) that holds payload, mediaType, checksum and signature.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/crypto/key.h"
#include "core/data/envelope.h"
#include "core/stage/stage.h"

namespace leat::crypto {

inline constexpr std::string_view kSealedType = "application/vnd.leat.sealed";

// The sealed payload in `out`, and the envelope that goes with it now. Nothing of either is to be used after a failure.
std::optional<Reason> seal(const Key& to, Envelope& envelope, std::string_view payload, std::string& out);
// The other way round, with whichever of the keys opens it.
std::optional<Reason> unseal(std::span<const Key> keys, Envelope& envelope, std::string_view sealed, std::string& out);

}  // namespace leat::crypto
