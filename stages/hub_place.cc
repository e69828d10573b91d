#include "stages/hub_place.h"

#include <unistd.h>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/hub/place.h"
#include "core/stage/address.h"

namespace leat {

Result<HubPlace> find_hub(const std::optional<std::string>& said, const HubPlaces* named,
                          const std::vector<std::pair<std::string, std::string>>* environment) {
  if (!said) {
    const char* runtime = nullptr;
    for (const auto& [name, value] : environment ? *environment : std::vector<std::pair<std::string, std::string>>())
      if (name == "XDG_RUNTIME_DIR") runtime = value.c_str();
    return HubPlace{"unix:" + hub::default_socket(runtime, static_cast<unsigned>(::getuid())), {}};
  }
  if (named)
    if (const auto at = named->find(*said); at != named->end()) return at->second;
  if (said->find_first_of(":/") != std::string::npos) return HubPlace{*said, {}};
  std::vector<std::string_view> known;
  if (named)
    for (const auto& [name, unused] : *named) known.push_back(name);
  const auto near = text::nearest(*said, known);
  return Error{Error::Kind::usage, fmt::format("no hub is named {} in leat.toml", text::quoted(*said)),
               near ? fmt::format("did you mean {}?", *near) : "an address is unix:PATH or tcp://HOST:PORT"};
}

Result<SocketName> socket_of(const HubPlace& place, Error::Kind kind) {
  const auto address = address_of(place.address);
  if (!address) return address.error();
  const std::string shown = "the hub at " + (address->kind == Address::Kind::tcp ? place.address : address->rest);
  if (address->kind == Address::Kind::unix_socket || address->kind == Address::Kind::file)
    return SocketName::local(address->rest, shown, kind);
  if (address->kind == Address::Kind::tcp) return SocketName::tcp(address->rest, shown, false, kind);
  return Error{Error::Kind::usage, fmt::format("{} is no address of a hub", text::quoted(place.address)),
               "it is unix:PATH or tcp://HOST:PORT"};
}

}  // namespace leat
