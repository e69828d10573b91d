#include "core/crypto/primitives.h"

#include <limits>

#include "core/crypto/openssl.h"

namespace leat::crypto {
namespace {

using KeyContext = Held<EVP_PKEY_CTX, &OpenSsl::EVP_PKEY_CTX_free>;
using KdfContext = Held<EVP_KDF_CTX, &OpenSsl::EVP_KDF_CTX_free>;
using CipherContext = Held<EVP_CIPHER_CTX, &OpenSsl::EVP_CIPHER_CTX_free>;
using DigestContext = Held<EVP_MD_CTX, &OpenSsl::EVP_MD_CTX_free>;

// One of its functions may want bytes that it only reads through a pointer that could write.
OSSL_PARAM bytes(const char* name, std::string_view value) {
  return {name, OSSL_PARAM_OCTET_STRING, const_cast<char*>(value.data()), value.size(), OSSL_PARAM_UNMODIFIED};
}

OSSL_PARAM word(const char* name, std::string_view value) {
  return {name, OSSL_PARAM_UTF8_STRING, const_cast<char*>(value.data()), value.size(), OSSL_PARAM_UNMODIFIED};
}

// HKDF with its mode, and what goes with that.
std::optional<Secret> hkdf(std::string_view mode, const OSSL_PARAM& key, const OSSL_PARAM& other, size_t size) {
  const OSSL_PARAM given[] = {
      word(OSSL_KDF_PARAM_MODE, mode), word(OSSL_KDF_PARAM_DIGEST, "SHA256"), key, other, {nullptr, 0, nullptr, 0, 0}};
  Secret made(size);
  const KdfContext context(openssl->EVP_KDF_CTX_new(openssl->hkdf));
  if (!context || openssl->EVP_KDF_derive(context.get(), raw(made.data()), size, given) != 1) return std::nullopt;
  return made;
}

const EVP_CIPHER* cipher_of(const Secret& key) { return key.view().size() == 16 ? openssl->gcm128 : openssl->gcm256; }

constexpr size_t kMostText = std::numeric_limits<int>::max() - kTag;  // in one call

}  // namespace

Secret::~Secret() { explicit_bzero(bytes_.data(), bytes_.size()); }

void wipe(std::string& text) { explicit_bzero(text.data(), text.size()), text.clear(); }

std::optional<Secret> agree(const Key& own, const Key& other) {
  const KeyContext context(openssl->EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr));
  Secret made(Secret::kMost);
  size_t size = Secret::kMost;
  const bool good = context && openssl->EVP_PKEY_derive_init(context.get()) == 1 &&
                    openssl->EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1 &&
                    openssl->EVP_PKEY_derive(context.get(), raw(made.data()), &size) == 1 && size == Secret::kMost;
  openssl->ERR_clear_error();
  if (!good) return std::nullopt;
  return made;
}

std::optional<Secret> extract(std::string_view salt, std::string_view material) {
  return hkdf("EXTRACT_ONLY", bytes(OSSL_KDF_PARAM_KEY, material), bytes(OSSL_KDF_PARAM_SALT, salt), Secret::kMost);
}

std::optional<Secret> expand(const Secret& key, std::string_view info, size_t size) {
  return hkdf("EXPAND_ONLY", bytes(OSSL_KDF_PARAM_KEY, key.view()), bytes(OSSL_KDF_PARAM_INFO, info), size);
}

bool encrypt(const Secret& key, const Secret& nonce, std::string_view aside, std::string_view text, std::string& out) {
  const CipherContext context(openssl->EVP_CIPHER_CTX_new());
  if (!context || text.size() > kMostText || aside.size() > kMostText) return false;
  const size_t begin = out.size();
  out.resize(begin + text.size() + kTag);
  unsigned char* const to = raw(out.data() + begin);
  int size = 0, last = 0;
  const bool good = openssl->EVP_EncryptInit_ex(context.get(), cipher_of(key), nullptr, raw(key.view()), raw(nonce.view())) == 1 &&
                    openssl->EVP_EncryptUpdate(context.get(), nullptr, &size, raw(aside), static_cast<int>(aside.size())) == 1 &&
                    openssl->EVP_EncryptUpdate(context.get(), to, &size, raw(text), static_cast<int>(text.size())) == 1 &&
                    openssl->EVP_EncryptFinal_ex(context.get(), to + size, &last) == 1 &&
                    openssl->EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTag), to + text.size()) == 1;
  if (!good) out.resize(begin);
  return good;
}

bool decrypt(const Secret& key, const Secret& nonce, std::string_view aside, std::string_view sealed, std::string& out) {
  const CipherContext context(openssl->EVP_CIPHER_CTX_new());
  if (!context || sealed.size() < kTag || sealed.size() > kMostText || aside.size() > kMostText) return false;
  const std::string_view text = sealed.substr(0, sealed.size() - kTag);
  std::string tag(sealed.substr(text.size()));
  const size_t begin = out.size();
  out.resize(begin + text.size());
  unsigned char* const to = raw(out.data() + begin);
  int size = 0, last = 0;
  const bool good = openssl->EVP_DecryptInit_ex(context.get(), cipher_of(key), nullptr, raw(key.view()), raw(nonce.view())) == 1 &&
                    openssl->EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTag), tag.data()) == 1 &&
                    openssl->EVP_DecryptUpdate(context.get(), nullptr, &size, raw(aside), static_cast<int>(aside.size())) == 1 &&
                    openssl->EVP_DecryptUpdate(context.get(), to, &size, raw(text), static_cast<int>(text.size())) == 1 &&
                    openssl->EVP_DecryptFinal_ex(context.get(), to + size, &last) == 1;
  openssl->ERR_clear_error();
  if (!good) {  // what nobody vouches for is not shown to anybody
    explicit_bzero(to, text.size());
    out.resize(begin);
  }
  return good;
}

std::optional<std::string> sign(const Key& key, std::string_view text) {
  const DigestContext context(openssl->EVP_MD_CTX_new());
  const char* const digest = key.kind() == Key::Kind::ed25519 ? nullptr : "SHA256";
  std::string signature(128, '\0');
  size_t size = signature.size();
  const bool good = context && key.kind() != Key::Kind::x25519 &&
                    openssl->EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key.get(), nullptr) == 1 &&
                    openssl->EVP_DigestSign(context.get(), raw(signature.data()), &size, raw(text), text.size()) == 1;
  openssl->ERR_clear_error();
  if (!good) return std::nullopt;
  signature.resize(size);
  return signature;
}

bool verify(const Key& key, std::string_view text, std::string_view signature) {
  const DigestContext context(openssl->EVP_MD_CTX_new());
  const char* const digest = key.kind() == Key::Kind::ed25519 ? nullptr : "SHA256";
  const bool good = context && key.kind() != Key::Kind::x25519 &&
                    openssl->EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr, key.get(), nullptr) == 1 &&
                    openssl->EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(text), text.size()) == 1;
  openssl->ERR_clear_error();
  return good;
}

}  // namespace leat::crypto
