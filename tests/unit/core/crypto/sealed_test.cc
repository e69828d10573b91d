// What is sealed with what, and what is signed: every field by itself.
#include "core/crypto/sealed.h"

#include <functional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "core/crypto/statement.h"
#include "tests/support/keys.h"

namespace leat::crypto {
namespace {

using test::hex_of;

Envelope full() {
  Envelope made;
  made.id = "id", made.origin = "gw", made.issuer = "me", made.destination = "you", made.subject = "orders";
  made.media_type = "text/csv", made.role = "user", made.scope = "params", made.parent = "p", made.trace = "t", made.time = 7;
  made.put("k", std::string("v")), made.put("a", int64_t{-1});
  made.put_checksum("a,b"), made.signature_algorithm = "ed25519", made.signature_key = "key", made.signature = "sig";
  made.attempt = 2;
  return made;
}

struct Change {
  std::string_view what;
  std::function<void(Envelope&)> make;
  bool seals, signs;  // is it part of what is sealed with the payload; of what is signed
};

const std::vector<Change>& changes() {
  static const std::vector<Change> all{
      {"id", [](Envelope& e) { e.id += 'x'; }, false, true},
      {"origin", [](Envelope& e) { e.origin.clear(); }, true, true},
      {"issuer", [](Envelope& e) { e.issuer += 'x'; }, false, true},
      {"destination", [](Envelope& e) { e.destination += 'x'; }, true, true},
      {"two fields", [](Envelope& e) { e.origin = "g", e.destination = "wyou"; }, true, true},
      {"subject", [](Envelope& e) { e.subject += 'x'; }, false, true},
      {"media type", [](Envelope& e) { e.media_type += 'x'; }, false, true},
      {"role", [](Envelope& e) { e.role = "User"; }, true, true},
      {"scope", [](Envelope& e) { e.scope += 'x'; }, true, true},
      {"parent", [](Envelope& e) { e.parent += 'x'; }, false, true},
      {"time", [](Envelope& e) { e.time = -e.time; }, true, true},
      {"a value", [](Envelope& e) { e.put("k", std::string("w")); }, false, true},
      {"the kind of a value", [](Envelope& e) { e.put("k", Bytes{"v"}); }, false, true},
      {"one more", [](Envelope& e) { e.put("l", true); }, false, true},
      {"a key", [](Envelope& e) { e.meta.front().first = "K"; }, false, true},
      {"the order of keys", [](Envelope& e) { std::swap(e.meta[0], e.meta[1]); }, false, false},
      {"trace", [](Envelope& e) { e.trace.clear(); }, false, false},
      {"attempt", [](Envelope& e) { ++e.attempt; }, false, false},
      {"checksum", [](Envelope& e) { e.checksum.clear(); }, false, false},
      {"signature", [](Envelope& e) { e.unsign(); }, false, false},
  };
  return all;
}

// struct.pack(">Q", ...) of python3, by hand.
TEST(Statement, IsSpelledAsItSays) {
  Envelope envelope;
  envelope.id = "i", envelope.time = 258;
  envelope.put("b", 1.5), envelope.put("a", Bytes{std::string("\0", 1)});
  const auto text = [](std::string_view words) { return std::string(7, '\0') + static_cast<char>(words.size()) + std::string(words); };
  const auto number = [](int value) { return std::string(7, '\0') + static_cast<char>(value); };
  std::string expected = text("leat signature 1") + text("i");
  for (int i = 0; i < 8; ++i) expected += text("");
  expected += std::string(6, '\0') + "\1\2" + number(2);
  expected += text("a") + number(4) + text(std::string_view("\0", 1)) + text("b") + number(2) + "\x3f\xf8" + std::string(6, '\0');
  expected += text("{}");
  EXPECT_EQ(hex_of(statement(envelope, "{}")), hex_of(expected));
  EXPECT_EQ(hex_of(circumstances(envelope)), hex_of(text("") + text("") + text("") + text("") + std::string(6, '\0') + "\1\2"));
}

TEST(Statement, HasEachFieldThatItSaysAndNoOther) {
  for (const Change& change : changes()) {
    SCOPED_TRACE(change.what);
    Envelope other = full();
    change.make(other);
    ASSERT_FALSE(other == full());
    EXPECT_EQ(statement(other, "a,b") != statement(full(), "a,b"), change.signs);
    EXPECT_EQ(circumstances(other) != circumstances(full()), change.seals);
  }
  EXPECT_NE(statement(full(), "a,c"), statement(full(), "a,b"));
}

class Sealed : public testing::TestWithParam<const std::string*> {
 protected:
  void SetUp() override {
    auto own = Key::read_private(*GetParam());
    ASSERT_TRUE(own) << own.error().text;
    keys_.push_back(*own);
    envelope_ = full();
    ASSERT_FALSE(seal(*own, envelope_, "a,b", sealed_));
  }
  std::string opened(const Envelope& as, std::string_view sealed) const {
    Envelope envelope = as;
    std::string out;
    const auto why = unseal(keys_, envelope, sealed, out);
    return why ? std::string(why->code) : out;
  }

  std::vector<Key> keys_;
  Envelope envelope_;
  std::string sealed_;
};

TEST_P(Sealed, ComesBackWithAllThatBelongsToIt) {
  EXPECT_EQ(envelope_.media_type, kSealedType);
  EXPECT_EQ(envelope_.checksum + envelope_.checksum_algorithm, "") << "it would tell of the payload";
  EXPECT_EQ(envelope_.signature + envelope_.signature_algorithm + envelope_.signature_key, "");
  EXPECT_EQ(sealed_.find("a,b"), sealed_.npos);
  EXPECT_EQ(sealed_.find("text/csv"), sealed_.npos);
  Envelope back = envelope_;
  std::string out;
  EXPECT_FALSE(unseal(keys_, back, sealed_, out));
  EXPECT_EQ(out, "a,b");
  EXPECT_TRUE(back == full());
}

TEST_P(Sealed, DoesNotOpenInOtherCircumstances) {
  for (const Change& change : changes()) {
    if (change.what == "media type") continue;  // that it is sealed at all
    SCOPED_TRACE(change.what);
    Envelope other = envelope_;
    change.make(other);
    EXPECT_EQ(opened(other, sealed_), change.seals ? "seal" : "a,b");
  }
  EXPECT_EQ(opened(full(), sealed_), "unsealed");
}

TEST_P(Sealed, DoesNotOpenWithAnyByteChangedOrGone) {
  for (size_t at = 0; at < sealed_.size(); ++at)
    for (const char bit : {'\x01', '\x80'}) {
      std::string changed = sealed_;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      const std::string got = opened(envelope_, changed);
      EXPECT_TRUE(got == "seal" || got == "malformed") << "byte " << at << ": " << got;
      EXPECT_TRUE(at < 3 || got == "seal") << "only the front says what it is";
    }
  for (size_t size = 0; size < sealed_.size(); ++size) {
    const std::string got = opened(envelope_, std::string_view(sealed_).substr(0, size));
    EXPECT_TRUE(got == "seal" || got == "malformed") << size << ": " << got;
  }
  EXPECT_EQ(opened(envelope_, sealed_ + "x"), "seal");
}

TEST_P(Sealed, OpensWithWhicheverKeyItIsFor) {
  const auto other = Key::fresh(keys_.front().kind()),
             kind = Key::fresh(keys_.front().kind() == Key::Kind::p256 ? Key::Kind::x25519 : Key::Kind::p256);
  ASSERT_TRUE(other && kind);
  const Key own = keys_.front();
  keys_ = {*other};
  EXPECT_EQ(opened(envelope_, sealed_), "seal");
  keys_ = {*kind};
  EXPECT_EQ(opened(envelope_, sealed_), "seal");
  keys_ = {*kind, *other, own, *other};
  EXPECT_EQ(opened(envelope_, sealed_), "a,b");
}

INSTANTIATE_TEST_SUITE_P(Kems, Sealed, testing::Values(&test::kX25519Private, &test::kP256Private),
                         [](const auto& key) { return key.index == 0 ? "X25519" : "P256"; });

}  // namespace
}  // namespace leat::crypto
