#include "cli/hub_request.h"

#include <csignal>

#include <fmt/format.h>

#include "cli/run.h"
#include "cli/world.h"
#include "core/base/text.h"
#include "core/data/artifact.h"
#include "core/hub/client/connection.h"
#include "core/hub/message.h"
#include "core/hub/subject.h"
#include "core/io/loop.h"

namespace leat {
namespace {

using hub::client::Connection;
using hub::client::Session;

class Asking final : public Connection::Owner {
 public:
  Asking(const HubRequest& request, SocketName place, const Clock& clock)
      : request_(request),
        loop_(clock),
        connection_(loop_, std::move(place), options(request), *this),
        patience_(loop_.timer([this] { fail(fmt::format("nobody has answered within {}", text::duration(request_.timeout))); })) {}

  Answer run() {
    connection_.open();
    loop_.run();
    connection_.close();
    return std::move(answer_);
  }

  void heard() override {
    const auto events = connection_.with([](Session& session) { return session.events(); });
    for (const Session::Event& event : events) {
      if (const auto* welcome = std::get_if<hub::Welcome>(&event)) subscribe(welcome->name);
      if (std::holds_alternative<hub::Subscribed>(event)) next();
      if (const auto* fault = std::get_if<hub::Fault>(&event)) fail(fmt::format("the hub says: {} ({})", fault->text, fault->code));
      if (const auto* ack = std::get_if<hub::PubAck>(&event); ack && !ack->refused.empty())
        fail(fmt::format("{} ({})", ack->refused.front().text, ack->refused.front().code));
    }
    while (const auto piece = connection_.with([](Session& session) { return session.take(); })) answers(piece->frames);
  }
  void note(std::string) override {}
  void gave_up(Error error, std::string, uint64_t, Instant, Instant) override {
    answer_.status = status_of(error.kind);
    answer_.err = fmt::format("leat: {}\n", error.text);
    loop_.stop();
  }

 private:
  static Connection::Options options(const HubRequest& request) {
    Connection::Options made;
    made.session.token = request.place.token;
    made.session.patience = made.timeout.emplace(request.timeout);
    return made;
  }

  void subscribe(const std::string& name) {
    box_ = fmt::format("{}{}.r.", hub::kClients, name);
    hub::Subscribe wanted;
    wanted.pattern = box_ + "*";
    wanted.messages = wanted.bytes = hub::kEndless;
    connection_.with([&](Session& session) { session.subscribe(wanted); });
  }

  void next() {
    if (asked_ == request_.payloads.size()) return loop_.stop();
    const std::string reply_to = box_ + std::to_string(asked_ + 1);
    hub::Publish message;
    message.subject = request_.subject, message.payload = request_.payloads[asked_], message.reply_to = reply_to;
    message.flags = hub::Publish::kWanted;
    message.ack = hub::Level::best;
    ++asked_;
    connection_.with([&](Session& session) { session.publish(message); });
    patience_->start(request_.timeout);
  }

  void answers(std::string_view frames) {
    while (!frames.empty()) {
      const std::string_view frame = frames.substr(0, artifact::frame_size(frames));
      frames.remove_prefix(frame.size());
      const auto read = hub::decode(frame);
      const auto* message = read ? std::get_if<hub::Publish>(&*read) : nullptr;
      if (message && message->subject == box_ + std::to_string(asked_)) answer(*message);  // one that comes too late is nobody's
    }
  }

  void answer(const hub::Publish& message) {
    std::string_view payload = message.payload;
    if (message.flags & hub::Publish::kArtifact) {
      const auto view = artifact::view(payload);
      if (!view) return fail(fmt::format("the answer is no artifact: {}", view.error().text));
      payload = view->payload;
    }
    answer_.out += payload;
    if (!payload.ends_with('\n')) answer_.out += '\n';
    patience_->stop();
    next();
  }

  void fail(const std::string& why) {
    if (answer_.status == 0) answer_.err = fmt::format("leat: {}: {}\n", request_.subject, why);
    answer_.status = 1;
    loop_.stop();
  }

  const HubRequest& request_;
  Loop loop_;
  Connection connection_;
  const std::unique_ptr<Timer> patience_;
  std::string box_;  // subjects of answers begin so
  size_t asked_ = 0;
  Answer answer_;
};

}  // namespace

Answer ask(const HubRequest& request) {
  if (Done good = hub::check_subject(request.subject); !good) return refusal(good.error());
  auto place = socket_of(request.place, Error::Kind::io);
  if (!place) return refusal(place.error());
  std::signal(SIGPIPE, SIG_IGN);
  const RealClock clock;
  return Asking(request, std::move(*place), clock).run();
}

}  // namespace leat
