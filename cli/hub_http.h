// hub_http: what a hub answers over HTTP to what watches it: /metrics, /live and /ready.
// Owner:   the hub command; gone before its broker.   Thread: the loop's.   Blocks: looking up the host.
// Fails:   as HttpServer::open, and for a place that is none.
#pragma once

#include <memory>
#include <string>

#include "core/hub/broker/broker.h"
#include "core/io/http_server.h"

namespace leat {

// `place`: HOST:PORT of this machine. Open already.
Result<std::unique_ptr<HttpServer>> hub_http(Loop& loop, hub::Broker& broker, const std::string& place, const hub::Broker::Note& note);

}  // namespace leat
