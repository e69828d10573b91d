#include "core/hub/frame_wire.h"

#include <capnp/message.h>

#include "core/data/wire_message.h"
#include "core/hub/hub.capnp.h"

namespace leat::hub::wire {
namespace {

using namespace leat::wire;
using Root = ::Frame;

// An enum's value that this version has no name for means what its zero means.
template <class Ours, class Theirs>
Ours known(Theirs value, Ours last) {
  const auto number = static_cast<uint16_t>(value);
  return number <= static_cast<uint16_t>(last) ? static_cast<Ours>(number) : Ours{};
}

// ---- Message to frame ----------------------------------------------------------------------------------------------

Hello read(::Hello::Reader in) { return {in.getVersion(), text(in.getName()), bytes(in.getToken()), in.getProducer()}; }

Welcome read(::Welcome::Reader in) {
  Welcome out{in.getVersion(), in.getHub(), in.getSession(), text(in.getName()), in.getMaxFrame(), in.getHeartbeatMs(), in.getWindow(), {}};
  for (const auto word : in.getCapabilities()) out.capabilities.push_back(text(word));
  return out;
}

Publish read(::Publish::Reader in, const WireMessage& message) {
  Publish out;
  out.seq = in.getSeq(), out.time = in.getTime(), out.number = in.getNumber();
  out.from = in.getFrom(), out.flags = in.getFlags(), out.ttl_ms = in.getTtlMs();
  out.ack = known(in.getAck(), Level::synced);
  out.subject = message.there(in.getSubject()), out.payload = message.there(in.getPayload());
  out.producer = in.getProducer();
  out.key = message.there(in.getKey()), out.reply_to = message.there(in.getReplyTo());
  for (const auto header : in.getHeaders()) out.headers.emplace_back(text(header.getName()), text(header.getValue()));
  return out;
}

PubAck read(::PubAck::Reader in) {
  PubAck out{in.getNumber(), known(in.getLevel(), Level::synced), in.getSeq(), {}};
  for (const auto one : in.getRefused()) out.refused.push_back({one.getNumber(), text(one.getCode()), text(one.getText())});
  return out;
}

Start read(::Subscribe::Start::Reader in) {
  switch (in.which()) {
    case ::Subscribe::Start::SEQ:
      return {Start::Kind::seq, in.getSeq(), 0};
    case ::Subscribe::Start::TIME:
      return {Start::Kind::time, 0, in.getTime()};
    case ::Subscribe::Start::LAST:
      return {Start::Kind::last, in.getLast(), 0};
    case ::Subscribe::Start::ALL:
      return {Start::Kind::all, 0, 0};
    case ::Subscribe::Start::LAST_PER_SUBJECT:
      return {Start::Kind::last_per_subject, 0, 0};
    default:
      return {};
  }
}

Subscribe read(::Subscribe::Reader in) {
  Subscribe out;
  out.id = in.getId(), out.pattern = text(in.getPattern()), out.filter = text(in.getFilter());
  out.start = read(in.getStart());
  out.group = text(in.getGroup()), out.durable = text(in.getDurable());
  out.acks = in.getAcks(), out.ack_wait_ms = in.getAckWaitMs(), out.max_pending = in.getMaxPending(), out.max_deliver = in.getMaxDeliver();
  out.messages = in.getMessages(), out.bytes = in.getBytes();
  out.slow = known(in.getSlow(), Slow::disconnect);
  out.echo = in.getEcho();
  return out;
}

Ack read(::Ack::Reader in) {
  Ack out{in.getId(), known(in.getKind(), Ack::Kind::terminate), in.getUpTo(), {}, in.getDelayMs()};
  for (const auto range : in.getRanges()) out.ranges.emplace_back(range.getFirst(), range.getLast());
  return out;
}

::leat::hub::Frame read(Root::Reader in, const WireMessage& message) {
  switch (in.which()) {
    case Root::HELLO:
      return read(in.getHello());
    case Root::WELCOME:
      return read(in.getWelcome());
    case Root::PUBLISH:
      return read(in.getPublish(), message);
    case Root::PUB_ACK:
      return read(in.getPubAck());
    case Root::SUBSCRIBE:
      return read(in.getSubscribe());
    case Root::SUBSCRIBED:
      return Subscribed{in.getSubscribed().getId(), text(in.getSubscribed().getHistory()), in.getSubscribed().getNext()};
    case Root::UNSUBSCRIBE:
      return Unsubscribe{in.getUnsubscribe().getId()};
    case Root::DELIVER: {
      const auto one = in.getDeliver();
      return Deliver{one.getId(), one.getCount(), one.getBytes(), one.getAttempt()};
    }
    case Root::CREDIT:
      return Credit{in.getCredit().getId(), in.getCredit().getMessages(), in.getCredit().getBytes()};
    case Root::ACK:
      return read(in.getAck());
    case Root::GAP: {
      const auto one = in.getGap();
      return Gap{one.getId(), one.getFirst(), one.getLast(), one.getCount(), known(one.getReason(), Gap::Reason::damaged)};
    }
    case Root::PING:
      return Ping{in.getPing().getToken()};
    case Root::PONG:
      return Pong{in.getPong().getToken()};
    case Root::ERROR: {
      const auto one = in.getError();
      return Fault{text(one.getCode()), text(one.getText()), one.getId(), one.getFatal()};
    }
    case Root::DRAIN:
      return Drain{in.getDrain().getGraceMs(), text(in.getDrain().getReason())};
    case Root::CONTROL:
      return Control{text(in.getControl().getVerb()), text(in.getControl().getArgument())};
    case Root::REPORT:
      return Report{text(in.getReport().getText()), in.getReport().getFailed()};
  }
  return Unknown{};
}

// ---- Frame to message ----------------------------------------------------------------------------------------------

void write(const Hello& f, Root::Builder root) {
  auto out = root.initHello();
  out.setVersion(f.version), out.setName(text(f.name)), out.setToken(bytes(f.token)), out.setProducer(f.producer);
}

void write(const Welcome& f, Root::Builder root) {
  auto out = root.initWelcome();
  out.setVersion(f.version), out.setHub(f.hub), out.setSession(f.session), out.setName(text(f.name));
  out.setMaxFrame(f.max_frame), out.setHeartbeatMs(f.heartbeat_ms), out.setWindow(f.window);
  auto words = out.initCapabilities(static_cast<unsigned>(f.capabilities.size()));
  for (unsigned i = 0; i < words.size(); ++i) words.set(i, text(f.capabilities[i]));
}

void write(const Publish& f, Root::Builder root) {
  auto out = root.initPublish();
  out.setSeq(f.seq), out.setTime(f.time), out.setNumber(f.number), out.setFrom(f.from), out.setFlags(f.flags), out.setTtlMs(f.ttl_ms);
  out.setAck(static_cast<::Level>(f.ack));
  out.setSubject(text(std::string(f.subject))), out.setPayload(bytes(f.payload)), out.setKey(bytes(f.key));
  out.setReplyTo(text(std::string(f.reply_to))), out.setProducer(f.producer);
  auto headers = out.initHeaders(static_cast<unsigned>(f.headers.size()));
  for (unsigned i = 0; i < headers.size(); ++i)
    headers[i].setName(text(f.headers[i].first)), headers[i].setValue(text(f.headers[i].second));
}

void write(const PubAck& f, Root::Builder root) {
  auto out = root.initPubAck();
  out.setNumber(f.number), out.setLevel(static_cast<::Level>(f.level)), out.setSeq(f.seq);
  auto refused = out.initRefused(static_cast<unsigned>(f.refused.size()));
  for (unsigned i = 0; i < refused.size(); ++i)
    refused[i].setNumber(f.refused[i].number), refused[i].setCode(text(f.refused[i].code)), refused[i].setText(text(f.refused[i].text));
}

void write(const Start& f, ::Subscribe::Start::Builder out) {
  switch (f.kind) {
    case Start::Kind::live:
      return out.setLive();
    case Start::Kind::seq:
      return out.setSeq(f.number);
    case Start::Kind::time:
      return out.setTime(f.time);
    case Start::Kind::last:
      return out.setLast(static_cast<uint32_t>(f.number));
    case Start::Kind::all:
      return out.setAll();
    case Start::Kind::last_per_subject:
      return out.setLastPerSubject();
  }
}

void write(const Subscribe& f, Root::Builder root) {
  auto out = root.initSubscribe();
  out.setId(f.id), out.setPattern(text(f.pattern)), out.setFilter(text(f.filter));
  write(f.start, out.getStart());
  out.setGroup(text(f.group)), out.setDurable(text(f.durable));
  out.setAcks(f.acks), out.setAckWaitMs(f.ack_wait_ms), out.setMaxPending(f.max_pending), out.setMaxDeliver(f.max_deliver);
  out.setMessages(f.messages), out.setBytes(f.bytes), out.setSlow(static_cast<::Slow>(f.slow)), out.setEcho(f.echo);
}

void write(const Subscribed& f, Root::Builder root) {
  auto out = root.initSubscribed();
  out.setId(f.id), out.setHistory(text(f.history)), out.setNext(f.next);
}

void write(const Unsubscribe& f, Root::Builder root) { root.initUnsubscribe().setId(f.id); }

void write(const Deliver& f, Root::Builder root) {
  auto out = root.initDeliver();
  out.setId(f.id), out.setCount(f.count), out.setBytes(f.bytes), out.setAttempt(f.attempt);
}

void write(const Credit& f, Root::Builder root) {
  auto out = root.initCredit();
  out.setId(f.id), out.setMessages(f.messages), out.setBytes(f.bytes);
}

void write(const Ack& f, Root::Builder root) {
  auto out = root.initAck();
  out.setId(f.id), out.setKind(static_cast<::Ack::Kind>(f.kind)), out.setUpTo(f.up_to), out.setDelayMs(f.delay_ms);
  auto ranges = out.initRanges(static_cast<unsigned>(f.ranges.size()));
  for (unsigned i = 0; i < ranges.size(); ++i) ranges[i].setFirst(f.ranges[i].first), ranges[i].setLast(f.ranges[i].second);
}

void write(const Gap& f, Root::Builder root) {
  auto out = root.initGap();
  out.setId(f.id), out.setFirst(f.first), out.setLast(f.last), out.setCount(f.count);
  out.setReason(static_cast<::Gap::Reason>(f.reason));
}

void write(const Ping& f, Root::Builder root) { root.initPing().setToken(f.token); }
void write(const Pong& f, Root::Builder root) { root.initPong().setToken(f.token); }

void write(const Fault& f, Root::Builder root) {
  auto out = root.initError();
  out.setCode(text(f.code)), out.setText(text(f.text)), out.setId(f.id), out.setFatal(f.fatal);
}

void write(const Drain& f, Root::Builder root) {
  auto out = root.initDrain();
  out.setGraceMs(f.grace_ms), out.setReason(text(f.reason));
}

void write(const Control& f, Root::Builder root) {
  auto out = root.initControl();
  out.setVerb(text(f.verb)), out.setArgument(text(f.argument));
}

void write(const Report& f, Root::Builder root) {
  auto out = root.initReport();
  out.setText(text(f.text)), out.setFailed(f.failed);
}

// Words that hold most frames, so that they have one segment: the broker's fast reader takes no other.
size_t first_segment(const ::leat::hub::Frame& frame) {
  constexpr size_t kUsual = 128;
  if (const auto* f = std::get_if<Publish>(&frame)) {
    size_t words = kUsual + (f->payload.size() + f->subject.size() + f->key.size() + f->reply_to.size()) / 8;
    for (const auto& [name, value] : f->headers) words += (name.size() + value.size()) / 8 + 6;
    return words;
  }
  if (const auto* f = std::get_if<Report>(&frame)) return kUsual + f->text.size() / 8;
  return kUsual;
}

}  // namespace

Result<::leat::hub::Frame> decode(std::string_view bytes) try {
  WireMessage message(bytes, kMaxNesting);
  return read(message.root<Root>(), message);
} catch (const kj::Exception& exception) {
  return wrong(exception);
}

void encode(const ::leat::hub::Frame& frame, std::string& out) {
  if (std::holds_alternative<Unknown>(frame)) return;
  capnp::MallocMessageBuilder message(static_cast<uint32_t>(first_segment(frame)));
  auto root = message.initRoot<Root>();
  std::visit(
      [&](const auto& one) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, Unknown>) write(one, root);
      },
      frame);
  append(message, out);
}

}  // namespace leat::hub::wire
