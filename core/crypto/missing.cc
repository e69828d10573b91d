// In place of key.cc, openssl.cc and primitives.cc where there is no OpenSSL: there are no keys, so what takes one is never called.
#include <cstdlib>
#include <cstring>

#include "core/crypto/primitives.h"

namespace leat::crypto {
namespace {

Error none() { return {Error::Kind::usage, "this leat was built without keys", "build it where libssl-dev is installed"}; }

}  // namespace

std::string_view name_of(Key::Kind) { std::abort(); }
Result<std::vector<Key>> Key::read_public(std::string_view) { return none(); }
Result<Key> Key::read_private(std::string_view) { return none(); }
Result<Key> Key::fresh(Kind) { return none(); }
Result<Key> Key::from_bytes(Kind, std::string_view) { return none(); }
std::string Key::bytes() const { std::abort(); }
std::string Key::id() const { std::abort(); }

Secret::~Secret() { explicit_bzero(bytes_.data(), bytes_.size()); }
void wipe(std::string& text) { explicit_bzero(text.data(), text.size()), text.clear(); }
std::optional<Secret> agree(const Key&, const Key&) { std::abort(); }
std::optional<Secret> extract(std::string_view, std::string_view) { std::abort(); }
std::optional<Secret> expand(const Secret&, std::string_view, size_t) { std::abort(); }
bool encrypt(const Secret&, const Secret&, std::string_view, std::string_view, std::string&) { std::abort(); }
bool decrypt(const Secret&, const Secret&, std::string_view, std::string_view, std::string&) { std::abort(); }
std::optional<std::string> sign(const Key&, std::string_view) { std::abort(); }
bool verify(const Key&, std::string_view, std::string_view) { std::abort(); }

}  // namespace leat::crypto
