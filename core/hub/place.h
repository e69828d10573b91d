// Where a hub is when nobody has said: the socket its clients and it agree on.
// Owner:   pure.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>

namespace leat::hub {

// The path of the unix socket: $XDG_RUNTIME_DIR/leat/hub.sock, or below /tmp in a folder of the user's own.
std::string default_socket(const char* runtime_dir, unsigned user);

}  // namespace leat::hub
