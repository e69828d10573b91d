#include "core/crypto/hpke.h"

#include "core/crypto/primitives.h"

namespace leat::crypto::hpke {
namespace {

constexpr size_t kNonce = 12;
constexpr char kBase = 0;

std::string two_bytes(uint16_t number) { return {static_cast<char>(number >> 8), static_cast<char>(number)}; }

// The RFC's LabeledExtract and LabeledExpand, for one suite.
class Labeled {
 public:
  explicit Labeled(std::string suite) : suite_(std::move(suite)) {}

  std::optional<Secret> extract(std::string_view salt, std::string_view label, std::string_view material) const {
    std::string words = words_of("", label, material);
    const auto made = crypto::extract(salt, words);
    wipe(words);
    return made;
  }
  std::optional<Secret> expand(const Secret& key, std::string_view label, std::string_view info, size_t size) const {
    return crypto::expand(key, words_of(two_bytes(static_cast<uint16_t>(size)), label, info), size);
  }

 private:
  std::string words_of(std::string_view front, std::string_view label, std::string_view rest) const {
    std::string words;
    words.reserve(front.size() + kVersion.size() + suite_.size() + label.size() + rest.size());  // of a secret there is one copy
    return words.append(front).append(kVersion).append(suite_).append(label).append(rest);
  }

  static constexpr std::string_view kVersion = "HPKE-v1";
  const std::string suite_;
};

// What the two keys have in common, bound to both of them.
std::optional<Secret> shared(const Key& own, const Key& other, Key::Kind kind, std::string_view ephemeral, std::string_view receiver) {
  const auto raw = agree(own, other);
  if (!raw) return std::nullopt;
  const Labeled kem("KEM" + two_bytes(kem_of(kind)));
  const auto extracted = kem.extract("", "eae_prk", raw->view());
  return extracted ? kem.expand(*extracted, "shared_secret", std::string(ephemeral).append(receiver), Secret::kMost) : std::nullopt;
}

struct Schedule {
  Secret key, nonce;
};

std::optional<Schedule> schedule(const Secret& shared, Key::Kind kind, const Beside& beside) {
  static constexpr uint16_t kHkdfSha256 = 1;
  const Labeled suite("HPKE" + two_bytes(kem_of(kind)) + two_bytes(kHkdfSha256) + two_bytes(static_cast<uint16_t>(beside.aead)));
  const auto psk = suite.extract("", "psk_id_hash", ""), info = suite.extract("", "info_hash", beside.info);
  const auto secret = suite.extract(shared.view(), "secret", "");
  if (!psk || !info || !secret) return std::nullopt;
  const std::string context = std::string(1, kBase).append(psk->view()).append(info->view());
  const auto key = suite.expand(*secret, "key", context, beside.aead == Aead::aes256 ? 32 : 16);
  const auto nonce = suite.expand(*secret, "base_nonce", context, kNonce);  // of the first text, and here there is no second
  if (!key || !nonce) return std::nullopt;
  return Schedule{*key, *nonce};
}

}  // namespace

bool seals(Key::Kind kind) { return kind != Key::Kind::ed25519; }
uint16_t kem_of(Key::Kind kind) { return kind == Key::Kind::p256 ? 0x0010 : 0x0020; }
size_t front_of(Key::Kind kind) { return kind == Key::Kind::p256 ? 65 : 32; }

bool seal(const Key& to, const Key& ephemeral, const Beside& beside, std::string_view text, std::string& out) {
  const std::string front = ephemeral.bytes();
  const auto common = shared(ephemeral, to, to.kind(), front, to.bytes());
  const auto how = common ? schedule(*common, to.kind(), beside) : std::nullopt;
  if (!how) return false;
  const size_t begin = out.size();
  out += front;
  return encrypt(how->key, how->nonce, beside.aside, text, out) || (out.resize(begin), false);
}

bool open(const Key& own, const Beside& beside, std::string_view sealed, std::string& out) {
  const size_t size = front_of(own.kind());
  if (sealed.size() < size + kTag) return false;
  const std::string_view front = sealed.substr(0, size);
  const auto ephemeral = Key::from_bytes(own.kind(), front);
  if (!ephemeral) return false;
  const auto common = shared(own, *ephemeral, own.kind(), front, own.bytes());
  const auto how = common ? schedule(*common, own.kind(), beside) : std::nullopt;
  return how && decrypt(how->key, how->nonce, beside.aside, sealed.substr(size), out);
}

}  // namespace leat::crypto::hpke
