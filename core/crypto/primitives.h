// Primitives: the few operations that everything here is made of, each OpenSSL's own.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   by an empty answer; of two that read, because the bytes are not what the key says they are, of the others, because the
//          library would not, which is for want of memory or for keys that do not go together.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "core/crypto/key.h"

namespace leat::crypto {

// Secret: a few bytes that are wiped when they go.
class Secret {
 public:
  static constexpr size_t kMost = 32;
  explicit Secret(size_t size) : size_(size) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret();
  char* data() { return bytes_.data(); }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, kMost> bytes_{};
  size_t size_;
};

void wipe(std::string& text);

// What two who have a private and the other's public key have in common (RFC 7748, SP 800-56A): 32 bytes.
std::optional<Secret> agree(const Key& own, const Key& other);

// HKDF-SHA256 (RFC 5869), in its two steps.
std::optional<Secret> extract(std::string_view salt, std::string_view material);
std::optional<Secret> expand(const Secret& key, std::string_view info, size_t size);

// AES-GCM with a key of 16 or 32 bytes, a nonce of 12 and a tag of 16 behind the text. They append.
inline constexpr size_t kTag = 16;
bool encrypt(const Secret& key, const Secret& nonce, std::string_view aside, std::string_view text, std::string& out);
bool decrypt(const Secret& key, const Secret& nonce, std::string_view aside, std::string_view sealed, std::string& out);

// Ed25519 (RFC 8032), or ECDSA with SHA-256 in DER over P-256, which draws a number for each signature.
std::optional<std::string> sign(const Key& key, std::string_view text);
bool verify(const Key& key, std::string_view text, std::string_view signature);

}  // namespace leat::crypto
