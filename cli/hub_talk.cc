#include "cli/hub_talk.h"

#include <csignal>
#include <utility>

#include <fmt/format.h>

#include "cli/run.h"
#include "pipelines/host_settings.h"

namespace leat {
namespace {

hub::client::Connection::Options options(std::string token, Duration patience) {
  hub::client::Connection::Options made;
  made.session.token = std::move(token);
  made.session.patience = made.timeout.emplace(patience);
  return made;
}

}  // namespace

HubFound hub_of(const Settings& own, const Outside& outside) {
  const HostFiles host = find_host_settings(outside);
  if (!host.mistakes.empty()) return {{}, Answer{78, {}, fmt::format("{}\n", fmt::join(host.mistakes, "\n"))}};
  const auto environment = RealEnvironment::all();
  auto place = find_hub(own.text("hub"), &host.settings.hubs, &environment);
  if (!place) return {{}, refusal(place.error())};
  return {std::move(*place), {}};
}

HubTalk::HubTalk(SocketName place, std::string token, Duration patience, std::string about, std::string late)
    : time_(patience),
      about_(std::move(about)),
      loop_(clock_),
      connection_(loop_, std::move(place), options(std::move(token), patience), *this),
      patience_(loop_.timer([this, late = std::move(late)] { fail(late); })) {}

Answer HubTalk::run() {
  std::signal(SIGPIPE, SIG_IGN);
  connection_.open();
  loop_.run();
  connection_.close();
  std::signal(SIGPIPE, SIG_DFL);  // a reader of standard output that has left is met as ever
  return std::move(answer_);
}

void HubTalk::heard() {
  const auto events = connection_.with([](Session& session) { return session.events(); });
  for (const Session::Event& event : events) {
    if (const auto* fault = std::get_if<hub::Fault>(&event)) fail(fmt::format("the hub says: {} ({})", fault->text, fault->code));
    told(event);
  }
  while (const auto piece = connection_.with([](Session& session) { return session.take(); })) delivered(piece->frames);
}

void HubTalk::gave_up(Error error, std::string, uint64_t, Instant, Instant) {
  answer_.status = status_of(error.kind);
  answer_.err = fmt::format("leat: {}\n", error.text);
  loop_.stop();
}

void HubTalk::fail(std::string_view why) {
  if (answer_.status == 0) answer_.err = fmt::format("leat: {}: {}\n", about_, why);
  answer_.status = 1;
  loop_.stop();
}

}  // namespace leat
