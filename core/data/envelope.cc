#include "core/data/envelope.h"

#include <algorithm>

namespace leat {

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
  return *this;
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
