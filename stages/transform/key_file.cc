#include "stages/transform/key_file.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/crypto/primitives.h"
#include "core/stage/lender.h"

namespace leat {
namespace {

using crypto::Key;

Result<std::vector<Key>> one(const std::string& pem) {
  auto key = Key::read_private(pem);
  if (!key) return key.error();
  return std::vector<Key>{std::move(*key)};
}

template <class Read>
Result<std::vector<Key>> keys_of(const Settings& settings, std::string_view option, const MakeContext& context, GoodKey good,
                                 std::string_view wanted, Read&& read) {
  std::vector<Key> keys;
  for (const Setting::Value& value : settings.values(option)) {
    auto pem = context.lender->file(value.text);
    if (!pem) return pem.error();
    auto found = read(*pem);
    crypto::wipe(*pem);
    if (!found) return Error{found.error().kind, fmt::format("{}: {}", value.text, found.error().text), found.error().hint};
    for (Key& key : *found) {
      if (!good(key.kind()))
        return Error{
            Error::Kind::config, fmt::format("{}: a key of {}, where one of {} is wanted", value.text, name_of(key.kind()), wanted), {}};
      keys.push_back(std::move(key));
    }
  }
  return keys;
}

}  // namespace

Result<std::vector<Key>> public_keys(const Settings& settings, std::string_view option, const MakeContext& context, GoodKey good,
                                     std::string_view wanted) {
  return keys_of(settings, option, context, good, wanted, Key::read_public);
}

Result<std::vector<Key>> private_keys(const Settings& settings, std::string_view option, const MakeContext& context, GoodKey good,
                                      std::string_view wanted) {
  return keys_of(settings, option, context, good, wanted, one);
}

}  // namespace leat
