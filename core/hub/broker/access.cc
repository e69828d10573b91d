#include "core/hub/broker/access.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/sha256.h"
#include "core/hub/subject.h"

namespace leat::hub {
namespace {

// As long for any two texts of one length, so that the time it takes says nothing.
bool same(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned char difference = 0;
  for (size_t i = 0; i < one.size(); ++i) difference |= static_cast<unsigned char>(one[i] ^ other[i]);
  return difference == 0;
}

bool any_covers(const std::vector<std::string>& patterns, std::string_view what) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return covers(pattern, what); });
}

bool any_overlaps(const std::vector<std::string>& patterns, std::string_view what) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return overlaps(pattern, what); });
}

}  // namespace

std::string token_sha256(std::string_view token) {
  Sha256 hash;
  hash.add(token);
  std::string hex;
  for (const unsigned char byte : hash.end()) fmt::format_to(std::back_inserter(hex), "{:02x}", byte);
  return hex;
}

bool Principal::may_publish(std::string_view subject) const {
  return everything || (any_covers(publish, subject) && !any_covers(no_publish, subject));
}

// A pattern of which a part is not allowed is not: who asked for it would not know that it hears less.
bool Principal::may_subscribe(std::string_view pattern) const {
  return everything || (any_covers(subscribe, pattern) && !any_overlaps(no_subscribe, pattern));
}

Access::Access(Options options) : owner_user_(options.owner) {
  for (Principal& one : options.principals) principals_.push_back(std::make_shared<const Principal>(std::move(one)));
  Principal owner;
  owner.name = "owner";
  owner.admin = owner.everything = true;
  owner_ = std::make_shared<const Principal>(owner);
  if (!options.open) return;
  Principal anybody;
  anybody.name = "anybody";
  anybody.everything = true;
  anybody_ = std::make_shared<const Principal>(anybody);
}

Result<std::shared_ptr<const Principal>> Access::admit(const std::string& token, const Peer& peer) const {
  if (!token.empty()) {
    std::shared_ptr<const Principal> found;
    for (const auto& one : principals_)
      if (same(one->token_sha256, token)) found = one;
    if (found) return found;
    return Error{Error::Kind::usage, "that token is nobody's", {}};
  }
  if (peer.local && (peer.user == owner_user_ || peer.user == 0)) return owner_;
  if (peer.local)
    for (const auto& one : principals_)
      if (std::find(one->users.begin(), one->users.end(), peer.user) != one->users.end()) return one;
  if (anybody_) return anybody_;
  return Error{Error::Kind::usage, "a token is wanted", {}};
}

}  // namespace leat::hub
