// Access: who may come in, and what they may publish and subscribe to.
// Owner:   the broker; replaced as a whole when its file is read again.   Thread: the hub's loop.   Blocks: never.
// Fails:   admit: with Kind::usage and one line that gives nothing away.
//
// Over a unix socket the system says who somebody is: the hub's own user and root may do everything. Everybody else shows a token,
// of which the hub knows the SHA-256 only; tokens are random and long (leat hub token), so a slow hash would add nothing.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/hub/broker/wire.h"

namespace leat::hub {

struct Principal {
  std::string name;
  std::string token_sha256;                           // hex; empty: it has none
  std::vector<uint32_t> users;                        // of unix sockets
  std::vector<std::string> publish, subscribe;        // patterns that are allowed
  std::vector<std::string> no_publish, no_subscribe;  // and of these that are not
  bool admin = false;                                 // may ask for numbers, show others the door, drain
  bool everything = false;

  bool may_publish(std::string_view subject) const;
  bool may_subscribe(std::string_view pattern) const;
};

// What is kept of a token: its SHA-256, in small hexadecimal digits.
std::string token_sha256(std::string_view token);

class Access {
 public:
  struct Options {
    std::vector<Principal> principals;
    bool open = false;   // whoever comes may do everything but administer
    uint32_t owner = 0;  // the hub's own user
  };
  explicit Access(Options options);

  // `token`: the SHA-256 of the one that was shown; empty: none was.
  Result<std::shared_ptr<const Principal>> admit(const std::string& token, const Peer& peer) const;

 private:
  std::vector<std::shared_ptr<const Principal>> principals_;
  std::shared_ptr<const Principal> owner_, anybody_;
  uint32_t owner_user_;
};

}  // namespace leat::hub
