#include "core/crypto/key.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base/sha256.h"
#include "core/crypto/openssl.h"

namespace leat::crypto {
namespace {

Error refused(std::string why, std::string hint = {}) { return {Error::Kind::config, std::move(why), std::move(hint)}; }

// The blocks of a PEM text whose label ends with these words, one behind the other.
class Blocks {
 public:
  Blocks(std::string_view pem, std::string_view words) : rest_(pem), words_(words) {}

  // The next one from its first dash to its last; empty: there is none any more.
  std::string_view next() {
    static constexpr std::string_view kBegin = "-----BEGIN ", kDashes = "-----";
    for (size_t at; (at = rest_.find(kBegin)) != rest_.npos;) {
      rest_.remove_prefix(at);
      const size_t behind = rest_.find(kDashes, kBegin.size());
      if (behind == rest_.npos) return {};
      label_ = rest_.substr(kBegin.size(), behind - kBegin.size());
      const std::string end = fmt::format("-----END {}-----", label_);
      const size_t last = rest_.find(end, behind);
      if (last == rest_.npos) return {};
      const std::string_view block = rest_.substr(0, last + end.size());
      rest_.remove_prefix(block.size());
      if (label_.ends_with(words_)) return block;
    }
    return {};
  }
  std::string_view label() const { return label_; }

 private:
  std::string_view rest_, label_;
  const std::string_view words_;
};

// Nobody is asked for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

using Bio = Held<BIO, &OpenSsl::BIO_free>;
Bio reading(std::string_view text) { return Bio(openssl->BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

}  // namespace

std::string_view name_of(Key::Kind kind) {
  static constexpr std::array<std::string_view, 3> kNames{"P-256", "X25519", "Ed25519"};
  return kNames[static_cast<size_t>(kind)];
}

Result<Key> Key::known(evp_pkey_st* owned) {
  std::shared_ptr<evp_pkey_st> key(owned, [](evp_pkey_st* held) { openssl->EVP_PKEY_free(held); });
  if (openssl->EVP_PKEY_is_a(owned, "X25519")) return Key(Kind::x25519, std::move(key));
  if (openssl->EVP_PKEY_is_a(owned, "ED25519")) return Key(Kind::ed25519, std::move(key));
  std::array<char, 64> group{};
  size_t size = 0;
  if (openssl->EVP_PKEY_is_a(owned, "EC") && openssl->EVP_PKEY_get_group_name(owned, group.data(), group.size(), &size) == 1) {
    const std::string_view name(group.data(), size);
    if (name == "prime256v1" || name == "P-256") return Key(Kind::p256, std::move(key));
    return refused(fmt::format("a key on the curve {}", name), "P-256, X25519 and Ed25519 will do");
  }
  const char* type = openssl->EVP_PKEY_get0_type_name(owned);
  return refused(fmt::format("a key of the kind {}", type ? type : "unknown"), "P-256, X25519 and Ed25519 will do");
}

Result<std::vector<Key>> Key::read_public(std::string_view pem) {
  if (const Done there = OpenSsl::load(); !there) return there.error();
  std::vector<Key> keys;
  Blocks blocks(pem, "PUBLIC KEY");
  for (std::string_view block; !(block = blocks.next()).empty();) {
    EVP_PKEY* read = openssl->PEM_read_bio_PUBKEY(reading(block).get(), nullptr, no_passphrase, nullptr);
    openssl->ERR_clear_error();
    if (!read) return refused("holds a public key that cannot be read");
    auto key = known(read);
    if (!key) return key.error();
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return refused("holds no public key", "openssl pkey -in PRIVATE.pem -pubout writes it");
  return keys;
}

Result<Key> Key::read_private(std::string_view pem) {
  if (const Done there = OpenSsl::load(); !there) return there.error();
  Blocks blocks(pem, "PRIVATE KEY");
  const std::string_view block = blocks.next();
  if (block.empty()) return refused("holds no private key");
  if (blocks.label().starts_with("ENCRYPTED") || block.find("Proc-Type: 4,ENCRYPTED") != block.npos)
    return refused("wants a passphrase", "openssl pkey -in LOCKED.pem -out KEY.pem takes it off");
  EVP_PKEY* read = openssl->PEM_read_bio_PrivateKey(reading(block).get(), nullptr, no_passphrase, nullptr);
  openssl->ERR_clear_error();
  if (!read) return refused("holds a private key that cannot be read");
  return known(read);
}

Result<Key> Key::fresh(Kind kind) {
  if (const Done there = OpenSsl::load(); !there) return there.error();
  EVP_PKEY* made = kind == Kind::p256 ? openssl->EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                                      : openssl->EVP_PKEY_Q_keygen(nullptr, nullptr, kind == Kind::x25519 ? "X25519" : "ED25519");
  if (!made) return Error{Error::Kind::internal, "no key can be made", {}};
  return known(made);
}

Result<Key> Key::from_bytes(Kind kind, std::string_view bytes) {
  static constexpr size_t kPoint = 65;
  const auto wrong = [&] { return Error{Error::Kind::data, fmt::format("no public key of {}", name_of(kind)), {}}; };
  if (const Done there = OpenSsl::load(); !there) return there.error();
  EVP_PKEY* made = nullptr;
  if (kind == Kind::p256) {
    if (bytes.size() != kPoint || bytes.front() != 4) return wrong();
    static const Result<Key> group = fresh(kind);  // whose parameters the others share
    made = openssl->EVP_PKEY_new();
    if (!made || !group || openssl->EVP_PKEY_copy_parameters(made, group->get()) != 1 ||
        openssl->EVP_PKEY_set1_encoded_public_key(made, raw(bytes), bytes.size()) != 1) {
      openssl->EVP_PKEY_free(made);
      made = nullptr;
    }
  } else {
    made = openssl->EVP_PKEY_new_raw_public_key_ex(nullptr, kind == Kind::x25519 ? "X25519" : "ED25519", nullptr, raw(bytes), bytes.size());
  }
  openssl->ERR_clear_error();
  if (!made) return wrong();
  return Key(kind, std::shared_ptr<evp_pkey_st>(made, [](evp_pkey_st* held) { openssl->EVP_PKEY_free(held); }));
}

std::string Key::bytes() const {
  unsigned char* encoded = nullptr;
  const size_t size = openssl->EVP_PKEY_get1_encoded_public_key(get(), &encoded);
  std::string text(reinterpret_cast<const char*>(encoded), size);
  openssl->CRYPTO_free(encoded, "", 0);
  return text;
}

std::string Key::id() const {
  unsigned char* encoded = nullptr;
  const int size = openssl->i2d_PUBKEY(get(), &encoded);
  Sha256 sum;
  sum.add({reinterpret_cast<const char*>(encoded), static_cast<size_t>(std::max(size, 0))});
  openssl->CRYPTO_free(encoded, "", 0);
  return hex(sum.end());
}

}  // namespace leat::crypto
