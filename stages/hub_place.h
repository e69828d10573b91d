// HubPlace: where the hub of an end is, by what was said of it: nothing, an address, or a name that a settings file knows.
// Owner:   a value.   Thread: any.
// Blocks:  socket_of as SocketName.
// Fails:   a name nobody knows, an address that is none.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/io/socket.h"

namespace leat {

struct HubPlace {
  std::string address;  // unix:PATH, a path, or tcp://HOST:PORT
  std::string token;    // empty: none
};
using HubPlaces = std::map<std::string, HubPlace>;  // by the name in leat.toml

// Without a word about it: the socket of the user's own hub.
Result<HubPlace> find_hub(const std::optional<std::string>& said, const HubPlaces* named,
                          const std::vector<std::pair<std::string, std::string>>* environment);

Result<SocketName> socket_of(const HubPlace& place, Error::Kind kind);

}  // namespace leat
