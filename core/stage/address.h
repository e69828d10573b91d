// Address: where the url of an end points.
// Owner:   a value.   Thread: any.   Blocks: never.
// Fails:   an unknown scheme or a scheme without a place, with a hint.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace leat {

struct Address {
  enum class Kind : uint8_t {
    stdio,
    file,
    unix_socket,
    unix_listen,
    tcp,
    tcp_listen,
    udp,
    exec,
    hub,
    stage,
    sqlite,
    generate,
    events,
    drop
  };
  Kind kind;
  std::string rest;           // the path, HOST:PORT, command, subject, ID.PORT, database, expression or names behind the scheme
  std::string stage() const;  // stage: the ID
  std::string port() const;   // stage: the PORT, out if none is written
};
Result<Address> address_of(std::string_view url);

}  // namespace leat
