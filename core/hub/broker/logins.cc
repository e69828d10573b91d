#include "core/hub/broker/logins.h"

#include <algorithm>
#include <utility>

namespace leat::hub {

std::string Logins::origin(const Peer& peer) { return peer.local ? peer.address : peer.address.substr(0, peer.address.rfind(':')); }

bool Logins::welcome(const Peer& peer, Instant now) const {
  if (places_.empty()) return true;
  const auto known = places_.find(origin(peer));
  return known == places_.end() || known->second.until <= now;
}

bool Logins::failed(const Peer& peer, Instant now) {
  Place& place = place_of(origin(peer), now);
  if (now - place.since >= kSpan) place = {0, now, {}};
  if (++place.failed < most_) return false;
  place = {0, now, now + kSpan};
  return true;
}

Logins::Place& Logins::place_of(std::string origin, Instant now) {
  if (places_.size() >= kKnown && !places_.count(origin)) {
    std::erase_if(places_, [&](const auto& one) { return one.second.until <= now && now - one.second.since >= kSpan; });
    const auto quiet =
        std::min_element(places_.begin(), places_.end(), [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
    if (places_.size() >= kKnown) places_.erase(quiet);
  }
  return places_.try_emplace(std::move(origin), Place{0, now, {}}).first->second;
}

}  // namespace leat::hub
