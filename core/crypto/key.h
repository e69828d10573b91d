// Key: one half of a key pair or both, out of a PEM file or fresh.
// Owner:   a value; what is behind it is shared and immutable, since every lane uses the same keys.
// Thread:  any.   Blocks: never; fresh() asks the system for chance.
// Fails:   for text that holds no such key and for a kind that nothing here uses; never with anything of the key in the message.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

struct evp_pkey_st;  // of OpenSSL

namespace leat::crypto {

class Key {
 public:
  enum class Kind : uint8_t { p256, x25519, ed25519 };

  // All the public keys of the text, one at least.
  static Result<std::vector<Key>> read_public(std::string_view pem);
  // Its one private key, without a passphrase. The caller wipes the text.
  static Result<Key> read_private(std::string_view pem);
  static Result<Key> fresh(Kind kind);
  // The public half as it is sent: 65 bytes of an uncompressed point (SEC 1) of P-256, else 32 bytes (RFC 7748).
  static Result<Key> from_bytes(Kind kind, std::string_view bytes);

  Kind kind() const { return kind_; }
  std::string bytes() const;  // the public half, as from_bytes() takes it
  std::string id() const;     // sha256 of its SubjectPublicKeyInfo, in hex: what tells keys apart and says nothing of them
  evp_pkey_st* get() const { return key_.get(); }

 private:
  Key(Kind kind, std::shared_ptr<evp_pkey_st> key) : kind_(kind), key_(std::move(key)) {}
  static Result<Key> known(evp_pkey_st* owned);

  Kind kind_;
  std::shared_ptr<evp_pkey_st> key_;
};

std::string_view name_of(Key::Kind kind);  // P-256, X25519, Ed25519

}  // namespace leat::crypto
