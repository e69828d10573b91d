#include "cli/hub_request.h"

#include <fmt/format.h>

#include "cli/hub_talk.h"
#include "core/base/text.h"
#include "core/data/artifact.h"
#include "core/hub/message.h"
#include "core/hub/subject.h"

namespace leat {
namespace {

class Asking final : public HubTalk {
 public:
  Asking(const HubRequest& request, SocketName place)
      : HubTalk(std::move(place), request.place.token, request.timeout, request.subject,
                fmt::format("nobody has answered within {}", text::duration(request.timeout))),
        request_(request) {}

 private:
  void told(const Session::Event& event) override {
    if (const auto* welcome = std::get_if<hub::Welcome>(&event)) subscribe(welcome->name);
    if (std::holds_alternative<hub::Subscribed>(event)) next();
    if (const auto* ack = std::get_if<hub::PubAck>(&event); ack && !ack->refused.empty())
      fail(fmt::format("{} ({})", ack->refused.front().text, ack->refused.front().code));
  }

  void subscribe(const std::string& name) {
    box_ = fmt::format("{}{}.r.", hub::kClients, name);
    hub::Subscribe wanted;
    wanted.pattern = box_ + "*";
    wanted.messages = wanted.bytes = hub::kEndless;
    with([&](Session& session) { session.subscribe(wanted); });
  }

  void next() {
    if (asked_ == request_.payloads.size()) return end();
    const std::string reply_to = box_ + std::to_string(asked_ + 1);
    hub::Publish message;
    message.subject = request_.subject, message.payload = request_.payloads[asked_], message.reply_to = reply_to;
    message.flags = hub::Publish::kWanted;
    message.ack = hub::Level::best;
    ++asked_;
    with([&](Session& session) { session.publish(message); });
    await();
  }

  void delivered(std::string_view frames) override {
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
    next();
  }

  const HubRequest& request_;
  std::string box_;  // subjects of answers begin so
  size_t asked_ = 0;
};

}  // namespace

Answer ask(const HubRequest& request) {
  if (Done good = hub::check_subject(request.subject); !good) return refusal(good.error());
  auto place = socket_of(request.place, Error::Kind::io);
  if (!place) return refusal(place.error());
  return Asking(request, std::move(*place)).run();
}

}  // namespace leat
