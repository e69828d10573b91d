// Hpke: a text sealed so that one private key alone opens it: RFC 9180, mode base, one text for each context. Whoever has a library of that
// RFC can open what leat seals, and the other way round.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   open() by false: another key, other words beside it, or other bytes than were sealed, and there is no telling which.
//
// The suite is DHKEM(P-256 or X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; with AES-128-GCM it is the one that the RFC has examples of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/crypto/key.h"

namespace leat::crypto::hpke {

enum class Aead : uint16_t { aes128 = 1, aes256 = 2 };

// What both sides know and nobody sends. `info` is about all texts, `aside` about this one.
struct Beside {
  std::string_view info, aside;
  Aead aead = Aead::aes256;
};

uint16_t kem_of(Key::Kind kind);  // 0x0010 or 0x0020; of no other kind
size_t front_of(Key::Kind kind);  // bytes of the ephemeral key, which stand in front of the text
bool seals(Key::Kind kind);       // has it a kem at all

// Appends the ephemeral key's public half and the text with its tag. The ephemeral key is fresh, of the same kind, and used once.
bool seal(const Key& to, const Key& ephemeral, const Beside& beside, std::string_view text, std::string& out);
// Appends the text; `own` is private.
bool open(const Key& own, const Beside& beside, std::string_view sealed, std::string& out);

}  // namespace leat::crypto::hpke
