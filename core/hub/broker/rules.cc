// Who is let in, and what becomes of those who are here when the rules have changed.
#include <fmt/format.h>

#include "core/hub/broker/broker.h"
#include "core/hub/subject.h"

namespace leat::hub {

void Broker::access(Access::Options options) {
  access_ = Access(std::move(options));
  now_ = clock_.now();
  std::vector<uint32_t> all;
  for (const auto& [number, session] : sessions_) all.push_back(number);
  for (const uint32_t number : all) sessions_.at(number)->rules_changed();
  wake_();
}

bool Broker::lets_try(const Peer& peer) {
  const bool may = logins_.welcome(peer, clock_.now());
  if (!may) ++totals_.refused_logins;
  return may;
}

void Broker::failed_login(const Session& session) {
  if (!logins_.failed(session.peer(), now_)) return;
  note_(fmt::format("{}: {} logins have failed within a minute: for the next one nobody from there is let in",
                    Logins::origin(session.peer()), options_.max_failed_logins));
}

// By what it showed when it came, it would be let in as somebody now, or not at all.
void Session::rules_changed() {
  if (over_ || !admitted()) return;
  auto principal = broker_.access().admit(token_, peer_);
  if (!principal) return fault("denied", fmt::format("{} is not to be here any more", name_));
  principal_ = std::move(*principal);
  route_ = nullptr;  // whether it may publish there is asked again
  std::vector<uint32_t> denied;
  for (const auto& [id, subscription] : subscriptions_)
    if (!may_hear(subscription->how.pattern)) denied.push_back(id);
  for (const uint32_t id : denied) {
    fault("denied", fmt::format("{} may not subscribe to {} any more", name_, subscriptions_.at(id)->how.pattern), id, false);
    unsubscribe(id);
  }
}

// What is below its own name is for it alone, and all else that begins with $ for those who administer.
bool Session::may_hear(const std::string& pattern) const {
  const std::string own = fmt::format("{}{}", kClients, name_);
  if (pattern == own || pattern.starts_with(own + ".")) return true;
  if (pattern.starts_with('$') && pattern != kAll && !pattern.starts_with(kDead)) return principal_->admin;
  return principal_->may_subscribe(pattern);
}

}  // namespace leat::hub
