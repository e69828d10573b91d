// signing: what sign and verify agree on: which keys sign, and what envelopes call the way they do it.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string_view>

#include "core/crypto/key.h"

namespace leat {

inline constexpr std::string_view kSigningKeys = "Ed25519 or P-256";

inline bool signs(crypto::Key::Kind kind) { return kind != crypto::Key::Kind::x25519; }

// Envelope::signature_algorithm
inline std::string_view algorithm_of(crypto::Key::Kind kind) {
  return kind == crypto::Key::Kind::ed25519 ? "ed25519" : "ecdsa-p256-sha256";
}

}  // namespace leat
