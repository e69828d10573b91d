#include "core/data/envelope.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <tuple>

#include "core/data/checksum.h"

namespace leat {
namespace {

auto words(const Failure& f) { return std::tie(f.code, f.message, f.stage, f.port, f.source, f.offset, f.attempts, f.first, f.last); }

auto words(const Envelope& e) {
  return std::tie(e.id, e.time, e.origin, e.issuer, e.destination, e.subject, e.media_type, e.role, e.scope, e.checksum_algorithm,
                  e.checksum, e.signature_algorithm, e.signature_key, e.signature, e.trace, e.parent, e.attempt, e.approvals, e.unknown);
}

// As carried, not as numbers: a NaN is the NaN it was, and 0 is not -0.
bool same(const MetaValue& a, const MetaValue& b) {
  const auto* x = std::get_if<double>(&a);
  const auto* y = std::get_if<double>(&b);
  return x && y ? std::bit_cast<uint64_t>(*x) == std::bit_cast<uint64_t>(*y) : a == b;
}

bool same(const Envelope& a, const Envelope& b) {
  return std::equal(a.meta.begin(), a.meta.end(), b.meta.begin(), b.meta.end(),
                    [](const auto& x, const auto& y) { return x.first == y.first && same(x.second, y.second); });
}

}  // namespace

const std::array<Failure::Text, 5> Failure::kTexts{{{"code", &Failure::code},
                                                    {"message", &Failure::message},
                                                    {"stage", &Failure::stage},
                                                    {"port", &Failure::port},
                                                    {"source", &Failure::source}}};

const std::array<Envelope::Text, 10> Envelope::kTexts{{{"id", &Envelope::id},
                                                       {"origin", &Envelope::origin},
                                                       {"issuer", &Envelope::issuer},
                                                       {"destination", &Envelope::destination},
                                                       {"subject", &Envelope::subject},
                                                       {"media_type", &Envelope::media_type},
                                                       {"role", &Envelope::role},
                                                       {"scope", &Envelope::scope},
                                                       {"trace", &Envelope::trace},
                                                       {"parent", &Envelope::parent}}};

bool Failure::operator==(const Failure& other) const { return words(*this) == words(other); }

bool Envelope::operator==(const Envelope& other) const {
  const bool same_failure = failure && other.failure ? *failure == *other.failure : !failure && !other.failure;
  return same_failure && words(*this) == words(other) && same(*this, other);
}

Envelope& Envelope::operator=(const Envelope& other) {
  if (this == &other) return *this;
  id = other.id, time = other.time;
  origin = other.origin, issuer = other.issuer, destination = other.destination, subject = other.subject;
  media_type = other.media_type, role = other.role, scope = other.scope;
  meta = other.meta;
  checksum_algorithm = other.checksum_algorithm, checksum = other.checksum;
  signature_algorithm = other.signature_algorithm, signature_key = other.signature_key, signature = other.signature;
  trace = other.trace, parent = other.parent, attempt = other.attempt;
  failure = other.failure ? std::make_unique<Failure>(*other.failure) : nullptr;
  first_failed = other.first_failed, approvals = other.approvals, unknown = other.unknown;
  return *this;
}

void Envelope::put_checksum(std::string_view payload) { checksum_algorithm = kChecksum, checksum = checksum_of(kChecksum, payload); }

bool Envelope::has_checksum_of(std::string_view payload) const {
  return checksum_algorithm == kChecksum && checksum == checksum_of(kChecksum, payload);
}

const MetaValue* Envelope::find(std::string_view key) const {
  const auto at = std::find_if(meta.begin(), meta.end(), [&](const auto& entry) { return entry.first == key; });
  return at == meta.end() ? nullptr : &at->second;
}

void Envelope::put(std::string_view key, MetaValue value) {
  const auto at = std::find_if(meta.begin(), meta.end(), [&](const auto& entry) { return entry.first == key; });
  if (at == meta.end())
    meta.emplace_back(key, std::move(value));
  else
    at->second = std::move(value);
}

}  // namespace leat
