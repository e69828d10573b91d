#include "core/crypto/openssl.h"

#include <dlfcn.h>

#include <type_traits>

namespace leat::crypto {
namespace {

const OpenSsl* look() {
  static OpenSsl made{};
  void* const library = dlopen("libcrypto.so.3", RTLD_NOW);
  if (!library) return nullptr;
  bool all = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    all = all && function != nullptr;
  };
#define LEAT_FIND(name) find(made.name, #name);
  LEAT_OPENSSL(LEAT_FIND)
#undef LEAT_FIND
  if (!all) return nullptr;
  made.hkdf = made.EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  made.gcm128 = made.EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  made.gcm256 = made.EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return made.hkdf && made.gcm128 && made.gcm256 ? &made : nullptr;
}

}  // namespace

const OpenSsl* openssl = nullptr;

Done OpenSsl::load() {
  static const OpenSsl* const found = openssl = look();
  if (!found) return Error{Error::Kind::usage, "keys want libcrypto.so.3, which is not there", "a package called libssl3 has it"};
  return {};
}

}  // namespace leat::crypto
