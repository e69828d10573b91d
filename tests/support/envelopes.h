// Envelopes for tests: one with every field set, and random ones.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "core/data/envelope.h"

namespace leat::test {

inline Envelope full_envelope() {
  Envelope e;
  e.id = "018f3b1c-7e2a-7cde-8123-456789abcdef", e.time = 1700000000123456789;
  e.origin = "gw1", e.issuer = "ca", e.destination = "sink", e.subject = "orders.eu", e.media_type = "application/json";
  e.role = "user", e.scope = "params", e.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", e.parent = "p1", e.attempt = 2;
  e.put("tenant", std::string("a"));
  e.put("retries", int64_t{-3});
  e.put("ratio", 0.5);
  e.put("sampled", true);
  e.put("blob", Bytes{std::string("\0\xff", 2)});
  e.checksum_algorithm = "crc32c", e.checksum = "\x12\x34";
  e.signature_algorithm = "ed25519", e.signature_key = "k1", e.signature = "sig";
  e.failure = std::make_unique<Failure>();
  *e.failure = {"malformed", "no value", "filter", "out", "a.ndjson", 77, 3, 5, 9};
  e.approvals = {{"zk", std::string("\0\1", 2)}};
  return e;
}

inline std::string random_bytes(std::mt19937& random, uint32_t most) {
  std::string out(random() % (most + 1), '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

inline std::string random_words(std::mt19937& random) {
  static const char* const kPieces[] = {"a", "b", " ", "\"", "\\", "\n", "\x01", "\xc3\xa9", "\xf0\x9f\x98\x80", ".", "/", "5"};
  std::string out;
  for (uint32_t n = random() % 3 ? random() % 8 : 0; n > 0; --n) out += kPieces[random() % std::size(kPieces)];
  return out;
}

inline MetaValue random_value(std::mt19937& random) {
  const double numbers[] = {0.0, -0.0, 5.0, 0.1, 1e300, -2.5e-7, std::nan(""), HUGE_VAL, -HUGE_VAL};
  const int64_t wholes[] = {0, -1, 9007199254740993, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  switch (random() % 5) {
    case 0:
      return random_words(random);
    case 1:
      return wholes[random() % std::size(wholes)];
    case 2:
      return numbers[random() % std::size(numbers)];
    case 3:
      return random() % 2 == 0;
    default:
      return Bytes{random_bytes(random, 9)};
  }
}

inline Envelope random_envelope(std::mt19937& random) {
  Envelope e;
  for (const auto& [name, member] : Envelope::kTexts) e.*member = random_words(random);
  for (std::string* word : {&e.checksum_algorithm, &e.signature_algorithm, &e.signature_key}) *word = random_words(random);
  e.time = static_cast<int64_t>((uint64_t{random()} << 32) | random());
  e.attempt = static_cast<uint32_t>(random());
  for (uint32_t n = random() % 6; n > 0; --n) e.put("k" + random_words(random), random_value(random));
  e.checksum = random_bytes(random, 9), e.signature = random_bytes(random, 9);
  if (random() % 2) {
    e.failure = std::make_unique<Failure>();
    for (const auto& [name, member] : Failure::kTexts) (*e.failure).*member = random_words(random);
    e.failure->offset = (uint64_t{random()} << 32) | random(), e.failure->attempts = static_cast<uint32_t>(random());
    e.failure->first = random() % 2, e.failure->last = -static_cast<int64_t>(random());
  }
  for (uint32_t n = random() % 3; n > 0; --n) e.approvals.push_back({random_words(random), random_bytes(random, 9)});
  return e;
}

}  // namespace leat::test
