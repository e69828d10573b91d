// OpenSsl: libcrypto, which is looked for when somebody has a key: linked like the others, it took every start of leat 2.5 million
// instructions, a third of a short run. Private to the folder.
// Owner:   the program; loaded once and never closed.   Thread: any.   Blocks: for the disk, the first time.
// Fails:   load() where there is no such library.
#pragma once

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

#include "core/base/result.h"

// clang-format off
#define LEAT_OPENSSL(use) \
  use(BIO_free) use(BIO_new_mem_buf) use(CRYPTO_free) use(ERR_clear_error) \
  use(EVP_CIPHER_CTX_ctrl) use(EVP_CIPHER_CTX_free) use(EVP_CIPHER_CTX_new) use(EVP_CIPHER_fetch) \
  use(EVP_DecryptFinal_ex) use(EVP_DecryptInit_ex) use(EVP_DecryptUpdate) \
  use(EVP_DigestSign) use(EVP_DigestSignInit_ex) use(EVP_DigestVerify) use(EVP_DigestVerifyInit_ex) \
  use(EVP_EncryptFinal_ex) use(EVP_EncryptInit_ex) use(EVP_EncryptUpdate) \
  use(EVP_KDF_CTX_free) use(EVP_KDF_CTX_new) use(EVP_KDF_derive) use(EVP_KDF_fetch) \
  use(EVP_MD_CTX_free) use(EVP_MD_CTX_new) \
  use(EVP_PKEY_CTX_free) use(EVP_PKEY_CTX_new_from_pkey) use(EVP_PKEY_Q_keygen) use(EVP_PKEY_copy_parameters) \
  use(EVP_PKEY_derive) use(EVP_PKEY_derive_init) use(EVP_PKEY_derive_set_peer) use(EVP_PKEY_free) \
  use(EVP_PKEY_get0_type_name) use(EVP_PKEY_get1_encoded_public_key) use(EVP_PKEY_get_group_name) use(EVP_PKEY_is_a) \
  use(EVP_PKEY_new) use(EVP_PKEY_new_raw_public_key_ex) use(EVP_PKEY_set1_encoded_public_key) \
  use(PEM_read_bio_PUBKEY) use(PEM_read_bio_PrivateKey) use(i2d_PUBKEY)
// clang-format on

namespace leat::crypto {

struct OpenSsl {
#define LEAT_MEMBER(name) decltype(&::name) name;  // NOLINT(bugprone-macro-parentheses): it names a member
  LEAT_OPENSSL(LEAT_MEMBER)
#undef LEAT_MEMBER
  EVP_KDF* hkdf;  // looked up once: by name each time it would cost more than its work
  EVP_CIPHER *gcm128, *gcm256;

  static Done load();
};
extern const OpenSsl* openssl;  // null before load()

// Calls `Free` of the library when it goes.
template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* held) const {
    (openssl->*Free)(held);
  }
};
template <class T, auto Free>
using Held = std::unique_ptr<T, Freed<Free>>;

inline const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
inline unsigned char* raw(char* text) { return reinterpret_cast<unsigned char*>(text); }

}  // namespace leat::crypto
