#include "cli/hub_http.h"

#include <fmt/format.h>

#include "core/hub/broker/openmetrics.h"

namespace leat {

Result<std::unique_ptr<HttpServer>> hub_http(Loop& loop, hub::Broker& broker, const std::string& place, const hub::Broker::Note& note) {
  auto name = SocketName::tcp(place, fmt::format("--http {}", place), true, Error::Kind::io);
  if (!name) return name.error();
  using Answer = HttpServer::Answer;
  const auto words = [](int status, std::string_view text) { return Answer{status, std::string(HttpServer::kText), std::string(text)}; };
  HttpServer::Pages pages;
  pages["/metrics"] = [&broker] { return Answer{200, std::string(hub::OpenMetrics::kType), broker.metrics_text()}; };
  pages["/live"] = [words] { return words(200, "live\n"); };
  pages["/ready"] = [words, &broker] { return broker.ready() ? words(200, "ready\n") : words(503, "not ready\n"); };
  auto made = std::make_unique<HttpServer>(loop, std::move(*name), std::move(pages), note);
  if (Done opened = made->open(); !opened) return opened.error();
  return made;
}

}  // namespace leat
