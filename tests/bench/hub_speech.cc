#include "tests/bench/hub_speech.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "core/data/artifact.h"
#include "core/hub/frame.h"
#include "core/hub/message.h"

namespace leat::bench {
namespace {

Speech::Count marks(std::string_view heard, char mark) {
  return {static_cast<uint64_t>(std::count(heard.begin(), heard.end(), mark)), heard.size()};
}

size_t behind(std::string_view heard, std::string_view answer) {
  const size_t at = heard.find(answer);
  return at == heard.npos ? 0 : at + answer.size();
}

class Leat final : public Speech {
 public:
  std::string hello(const std::string& name) override {
    const char* const token = std::getenv("LEAT_TOKEN");
    return said(hub::Hello{hub::kVersion, name, token ? token : "", 0});
  }
  std::string subscribe(const std::string& subject) override { return said(subscription(subject)); }
  std::string replay(const std::string& subject) override {
    hub::Subscribe asked = subscription(subject);
    asked.start.kind = hub::Start::Kind::all;
    return said(asked);
  }
  std::string message(const std::string& subject, const std::string& payload) override {
    std::string out;
    hub::write(hub::Publish{.subject = subject, .payload = payload}, out);
    size_ = out.size();
    return out;
  }
  std::string kept(const std::string& subject, const std::string& payload, uint64_t number) override {
    if (template_.empty()) {
      hub::write(hub::Publish{.number = 1, .ack = hub::Level::synced, .subject = subject, .payload = payload}, template_);
      hub::Message read;
      hub::Message::read(template_, read);
      place_ = static_cast<size_t>(read.fields - template_.data()) + 16;  // of the number: hub.capnp
    }
    std::memcpy(template_.data() + place_, &number, sizeof number);
    size_ = template_.size();
    return template_;
  }
  std::string sync() override { return said(hub::Ping{1}); }
  size_t answered(std::string_view heard) const override {
    size_t used = 0, answer = 0;
    each(heard, [&](std::string_view bytes) {
      used += bytes.size();
      const auto frame = hub::decode(bytes);
      if (answer == 0 && frame && std::holds_alternative<hub::Pong>(*frame)) answer = used;
    });
    return answer;
  }
  Count messages(std::string_view heard) override {
    uint64_t count = 0;
    const size_t used = each(heard, [&](std::string_view frame) { count += frame.size() == size_; });
    return {count, used};
  }
  Count acknowledged(std::string_view heard) override {
    const uint64_t before = upto_;
    const size_t used = each(heard, [&](std::string_view bytes) {
      const auto frame = hub::decode(bytes);
      if (!frame) return;
      if (const auto* ack = std::get_if<hub::PubAck>(&*frame); ack && ack->refused.empty()) upto_ = ack->number;
    });
    return {upto_ - before, used};
  }

 private:
  static std::string said(const hub::Frame& frame) {
    std::string out;
    encode(frame, out);
    return out;
  }
  static hub::Subscribe subscription(const std::string& subject) {
    return {.id = 1, .pattern = subject, .messages = hub::kEndless, .bytes = hub::kEndless};
  }
  // f(frame) for each that is whole; answers how many bytes they are.
  template <class F>
  static size_t each(std::string_view heard, F&& f) {
    size_t used = 0;
    for (uint64_t size; (size = artifact::frame_size(heard)) > 0 && size <= heard.size(); heard.remove_prefix(size), used += size)
      f(heard.substr(0, size));
    return used;
  }

  size_t size_ = 0, place_ = 0;
  uint64_t upto_ = 0;
  std::string template_;
};

class Nats : public Speech {
 public:
  std::string hello(const std::string&) override { return "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n"; }
  std::string subscribe(const std::string& subject) override { return "SUB " + subject + " 1\r\n"; }
  std::string replay(const std::string&) override { return {}; }
  std::string message(const std::string& subject, const std::string& payload) override { return put(subject, {}, payload); }
  std::string kept(const std::string&, const std::string&, uint64_t) override { return {}; }
  std::string sync() override { return "PING\r\n"; }
  size_t answered(std::string_view heard) const override { return behind(heard, "PONG\r\n"); }
  Count messages(std::string_view heard) override { return marks(heard, kMark); }
  Count acknowledged(std::string_view heard) override { return {0, heard.size()}; }

 protected:
  static std::string put(const std::string& subject, const std::string& reply, const std::string& payload) {
    return "PUB " + subject + (reply.empty() ? "" : " " + reply) + " " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n";
  }
};

// Streams on the disk, which it does not sync before it acknowledges; read by an ordered consumer: without acknowledgements, but asked now
// and then whether the reader still follows.
class JetStream final : public Nats {
 public:
  std::string hello(const std::string&) override { return "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true}\r\n"; }
  std::string prepare(const std::string& subject) override {
    asked_ = true;
    return "SUB made." + subject + " 8\r\n" +
           put("$JS.API.STREAM.CREATE." + name(subject), "made." + subject,
               "{\"name\":\"" + name(subject) + "\",\"subjects\":[\"" + subject +
                   "\"],\"storage\":\"file\",\"retention\":\"limits\",\"num_replicas\":1,"
                   "\"max_bytes\":1073741824,\"discard\":\"old\"}");
  }
  std::string replay(const std::string& subject) override {
    return "SUB replayed 1\r\n" + put("$JS.API.CONSUMER.CREATE." + name(subject), "made.consumer",
                                      "{\"stream_name\":\"" + name(subject) +
                                          "\",\"config\":{\"deliver_subject\":\"replayed\",\"deliver_policy\":\"all\","
                                          "\"ack_policy\":\"none\",\"replay_policy\":\"instant\",\"mem_storage\":true,"
                                          "\"max_deliver\":1,\"flow_control\":true,\"idle_heartbeat\":5000000000}}");
  }
  std::string kept(const std::string& subject, const std::string& payload, uint64_t number) override {
    if (template_.empty()) template_ = put(subject, "acks", payload);
    return number == 1 ? "SUB acks 9\r\n" + template_ : template_;
  }
  size_t answered(std::string_view heard) const override {
    const size_t pong = Nats::answered(heard);
    if (!asked_ || pong == 0) return pong;
    const size_t made = heard.find("stream_create_response");  // may come on either side of the other; its braces are no acknowledgements
    const size_t end = made == heard.npos ? made : heard.find("\r\n", made);
    return end == heard.npos ? 0 : std::max(pong, end + 2);
  }
  Count acknowledged(std::string_view heard) override { return marks(heard, '{'); }
  // Whole lines, and none of a question without the others.
  Count messages(std::string_view heard) override {
    heard = heard.substr(0, heard.rfind('\n') + 1);
    const size_t before = heard.size() - std::min<size_t>(heard.size(), 512);  // no question is longer
    const size_t question = heard.substr(before).rfind(kQuestion);
    if (question != heard.npos && heard.find("\r\n\r\n", before + question) == heard.npos) heard = heard.substr(0, before + question);
    return marks(heard, kMark);
  }
  std::string owed(std::string_view heard) override {
    std::string out;
    for (size_t at = 0; (at = heard.find(kAsked, at)) != heard.npos; at += kAsked.size()) {
      std::istringstream line(std::string(heard.substr(heard.rfind(kQuestion, at), 512)));  // HMSG SUBJECT ID REPLY ...
      std::string subject, id, reply;
      line >> subject >> subject >> id >> reply;
      out += put(reply, {}, {});
    }
    return out;
  }

 private:
  static constexpr std::string_view kQuestion = "HMSG ", kAsked = "FlowControl Request";
  static std::string name(std::string subject) {
    std::replace(subject.begin(), subject.end(), '.', '_');
    return subject;
  }
  bool asked_ = false;
  std::string template_;
};

class Redis final : public Speech {
 public:
  std::string hello(const std::string&) override { return {}; }
  std::string subscribe(const std::string& subject) override { return command({"SUBSCRIBE", subject}); }
  std::string replay(const std::string&) override { return {}; }
  std::string message(const std::string& subject, const std::string& payload) override { return command({"PUBLISH", subject, payload}); }
  std::string kept(const std::string& subject, const std::string& payload, uint64_t) override {
    if (template_.empty()) template_ = command({"XADD", subject, "MAXLEN", "~", "100000", "*", "p", payload});
    return template_;
  }
  std::string sync() override { return command({"PING", "sync"}); }
  size_t answered(std::string_view heard) const override { return behind(heard, "sync\r\n"); }
  Count messages(std::string_view heard) override { return marks(heard, kMark); }
  Count acknowledged(std::string_view heard) override { return marks(heard, '$'); }

 private:
  static std::string command(std::initializer_list<std::string> words) {
    std::string out = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words) out += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    return out;
  }
  std::string template_;
};

// MQTT 3.1.1, quality of service 0.
class Mqtt final : public Speech {
 public:
  std::string hello(const std::string& name) override {
    return packet('\x10', text("MQTT") + std::string("\x04\x02\x00\x00", 4) + text(name));
  }
  std::string subscribe(const std::string& subject) override {
    return packet('\x82', std::string("\x00\x01", 2) + text(subject) + std::string(1, '\0'));
  }
  std::string replay(const std::string&) override { return {}; }
  std::string message(const std::string& subject, const std::string& payload) override { return packet('\x30', text(subject) + payload); }
  std::string kept(const std::string&, const std::string&, uint64_t) override { return {}; }
  std::string sync() override { return packet('\xc0', {}); }
  size_t answered(std::string_view heard) const override { return behind(heard, std::string_view("\xd0\x00", 2)); }
  Count messages(std::string_view heard) override { return marks(heard, kMark); }
  Count acknowledged(std::string_view heard) override { return {0, heard.size()}; }

 private:
  static std::string text(const std::string& of) {
    return {std::string{static_cast<char>(of.size() >> 8), static_cast<char>(of.size())} + of};
  }
  static std::string packet(char kind, const std::string& body) {
    std::string out(1, kind);
    size_t left = body.size();
    do {
      out += static_cast<char>((left & 127) | (left > 127 ? 128 : 0));
      left >>= 7;
    } while (left > 0);
    return out + body;
  }
};

}  // namespace

std::unique_ptr<Speech> Speech::make(std::string_view which) {
  if (which == "leat") return std::make_unique<Leat>();
  if (which == "nats") return std::make_unique<Nats>();
  if (which == "jetstream") return std::make_unique<JetStream>();
  if (which == "redis") return std::make_unique<Redis>();
  if (which == "mqtt") return std::make_unique<Mqtt>();
  return nullptr;
}

}  // namespace leat::bench
