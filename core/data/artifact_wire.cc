#include "core/data/artifact_wire.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <capnp/any.h>
#include <capnp/schema.h>

#include "core/data/artifact_growth.h"
#include "core/data/wire_message.h"

namespace leat::artifact::wire {
namespace {

using namespace leat::wire;
using Meta = capnp::List<Artifact::Entry>;

struct Message : WireMessage {
  explicit Message(std::string_view bytes) : WireMessage(bytes, kMaxNesting) {}
  Artifact::Reader root() { return WireMessage::root<Artifact>(); }
};

// The message without what the envelope and the payload say. A copy of a copy, as that leaves the holes behind.
std::string rest(Artifact::Reader original) {
  capnp::MallocMessageBuilder scratch, kept;
  scratch.setRoot(original);
  auto root = scratch.getRoot<Artifact>();
  root.disownId(), root.disownMediaType(), root.disownOrigin(), root.disownIssuer(), root.disownDestination(), root.disownSubject();
  root.disownRole(), root.disownScope(), root.disownTrace(), root.disownParent(), root.disownPayload();
  root.setTime(0), root.setAttempt(0);
  kept.setRoot(root.asReader());
  std::string out;
  append(kept, out);
  return out;
}

// ---- Message to envelope -------------------------------------------------------------------------------------------

MetaValue value(Artifact::Entry::Value::Reader value) {
  switch (value.which()) {
    case Artifact::Entry::Value::INT:
      return int64_t{value.getInt()};
    case Artifact::Entry::Value::FLOAT:
      return value.getFloat();
    case Artifact::Entry::Value::BOOL:
      return value.getBool();
    case Artifact::Entry::Value::BINARY:
      return Bytes{bytes(value.getBinary())};
    default:
      return text(value.getText());
  }
}

void read_meta(Artifact::Reader root, Envelope& envelope) {
  const auto entries = root.getMetadata();
  envelope.meta.reserve(entries.size());
  for (const auto entry : entries) {
    const std::string key = text(entry.getKey());
    if (known_kind(entry)) {
      envelope.put(key, value(entry.getValue()));
      continue;
    }
    const auto is_old = [&](const auto& old) { return old.first == key; };  // the last write of a key wins, of any kind
    envelope.meta.erase(std::remove_if(envelope.meta.begin(), envelope.meta.end(), is_old), envelope.meta.end());
  }
}

std::unique_ptr<Failure> read_error(Artifact::Error::Reader error) {
  auto failure = std::make_unique<Failure>();
  failure->code = text(error.getCode()), failure->message = text(error.getMessage());
  failure->stage = text(error.getStage()), failure->port = text(error.getPort()), failure->source = text(error.getSource());
  failure->offset = error.getOffset(), failure->attempts = error.getAttempts();
  failure->first = error.getFirst(), failure->last = error.getLast();
  return failure;
}

Envelope read(Artifact::Reader root) {
  Envelope e;
  e.id = text(root.getId()), e.time = root.getTime(), e.media_type = text(root.getMediaType());
  e.origin = text(root.getOrigin()), e.issuer = text(root.getIssuer()), e.destination = text(root.getDestination());
  e.subject = text(root.getSubject()), e.role = text(root.getRole()), e.scope = text(root.getScope());
  e.trace = text(root.getTrace()), e.parent = text(root.getParent()), e.attempt = root.getAttempt();
  read_meta(root, e);
  const auto checksum = root.getChecksum();
  e.checksum_algorithm = text(checksum.getAlgorithm()), e.checksum = bytes(checksum.getValue());
  const auto signature = root.getSignature();
  e.signature_algorithm = text(signature.getAlgorithm()), e.signature_key = text(signature.getKey()),
  e.signature = bytes(signature.getValue());
  if (root.hasError()) e.failure = read_error(root.getError());
  for (const auto approval : root.getApprovals()) e.approvals.push_back({text(approval.getKind()), bytes(approval.getBody())});
  if (has_unknown(root)) e.unknown = rest(root);
  return e;
}

// ---- Envelope to message -------------------------------------------------------------------------------------------

// An empty one is one that is not set.
template <class To>
void put(To to, void (To::*set)(capnp::Text::Reader), capnp::Orphan<capnp::Text> (To::*unset)(), const std::string& words) {
  if (words.empty())
    (to.*unset)();
  else
    (to.*set)(text(words));
}

void set_value(Artifact::Entry::Value::Builder to, const MetaValue& from) {
  if (const auto* words = std::get_if<std::string>(&from)) to.setText(text(*words));
  if (const auto* whole = std::get_if<int64_t>(&from)) to.setInt(*whole);
  if (const auto* number = std::get_if<double>(&from)) to.setFloat(*number);
  if (const auto* truth = std::get_if<bool>(&from)) to.setBool(*truth);
  if (const auto* blob = std::get_if<Bytes>(&from)) to.setBinary(bytes(blob->data));
}

constexpr uint32_t kMetaPointer = 8, kApprovalsPointer = 13;  // their places in the pointer section: artifact.capnp, compiled

// A list whose elements have room for all that the elements of `old` hold.
template <class T>
typename capnp::List<T>::Builder room_for(capnp::AnyPointer::Builder place, typename capnp::List<T>::Reader old, uint32_t count) {
  const auto layout = capnp::Schema::from<T>().getProto().getStruct();
  size_t words = layout.getDataWordCount(), pointers = layout.getPointerCount();
  if (old.size() > 0) {
    const auto first = capnp::toAny(old[0]);  // elements of one list have one size
    words = std::max(words, first.getDataSection().size() / sizeof(capnp::word));
    pointers = std::max<size_t>(pointers, first.getPointerSection().size());
  }
  place.initAsListOfAnyStruct(static_cast<uint16_t>(words), static_cast<uint16_t>(pointers), count);
  return place.getAs<capnp::List<T>>();
}

// The envelope's entries, on top of what the old message says about them; behind them the old ones of unknown kind.
void write_meta(Artifact::Builder root, Meta::Reader old, const Envelope& envelope) {
  std::vector<Artifact::Entry::Reader> before(envelope.meta.size()), behind;
  for (const auto entry : old) {
    const auto key = entry.getKey();
    const auto at = std::find_if(envelope.meta.begin(), envelope.meta.end(),
                                 [&](const auto& now) { return std::string_view(now.first) == std::string_view(key.begin(), key.size()); });
    if (at != envelope.meta.end())
      before[static_cast<size_t>(at - envelope.meta.begin())] = entry;
    else if (!known_kind(entry))
      behind.push_back(entry);
  }
  const auto count = static_cast<uint32_t>(envelope.meta.size() + behind.size());
  if (count == 0) return;
  auto list = room_for<Artifact::Entry>(capnp::toAny(root).getPointerSection()[kMetaPointer], old, count);
  uint32_t i = 0;
  for (const auto& [key, now] : envelope.meta) {
    list.setWithCaveats(i, before[i]);
    list[i].setKey(text(key));
    set_value(list[i].getValue(), now);
    ++i;
  }
  for (const auto& entry : behind) list.setWithCaveats(i++, entry);
}

void write_approvals(Artifact::Builder root, capnp::List<Artifact::Approval>::Reader old, const Envelope& envelope) {
  if (envelope.approvals.empty()) return;
  auto list = room_for<Artifact::Approval>(capnp::toAny(root).getPointerSection()[kApprovalsPointer], old,
                                           static_cast<uint32_t>(envelope.approvals.size()));
  uint32_t i = 0;
  for (const Approval& approval : envelope.approvals) {
    if (i < old.size()) list.setWithCaveats(i, old[i]);
    list[i].setKind(text(approval.kind));
    list[i++].setBody(bytes(approval.body));
  }
}

void write_error(Artifact::Error::Builder error, const Failure& failure) {
  using To = Artifact::Error::Builder;
  put(error, &To::setCode, &To::disownCode, failure.code);
  put(error, &To::setMessage, &To::disownMessage, failure.message);
  put(error, &To::setStage, &To::disownStage, failure.stage);
  put(error, &To::setPort, &To::disownPort, failure.port);
  put(error, &To::setSource, &To::disownSource, failure.source);
  error.setOffset(failure.offset), error.setAttempts(failure.attempts);
  error.setFirst(failure.first), error.setLast(failure.last);
}

void write_texts(Artifact::Builder root, const Envelope& e) {
  using To = Artifact::Builder;
  put(root, &To::setId, &To::disownId, e.id);
  put(root, &To::setMediaType, &To::disownMediaType, e.media_type);
  put(root, &To::setOrigin, &To::disownOrigin, e.origin);
  put(root, &To::setIssuer, &To::disownIssuer, e.issuer);
  put(root, &To::setDestination, &To::disownDestination, e.destination);
  put(root, &To::setSubject, &To::disownSubject, e.subject);
  put(root, &To::setRole, &To::disownRole, e.role);
  put(root, &To::setScope, &To::disownScope, e.scope);
  put(root, &To::setTrace, &To::disownTrace, e.trace);
  put(root, &To::setParent, &To::disownParent, e.parent);
}

void write_proofs(Artifact::Builder root, const Envelope& e) {
  if (root.hasChecksum() || !e.checksum_algorithm.empty() || !e.checksum.empty()) {
    auto checksum = root.getChecksum();
    put(checksum, &Artifact::Checksum::Builder::setAlgorithm, &Artifact::Checksum::Builder::disownAlgorithm, e.checksum_algorithm);
    checksum.setValue(bytes(e.checksum));
  }
  if (root.hasSignature() || !e.signature_algorithm.empty() || !e.signature_key.empty() || !e.signature.empty()) {
    auto signature = root.getSignature();
    put(signature, &Artifact::Signature::Builder::setAlgorithm, &Artifact::Signature::Builder::disownAlgorithm, e.signature_algorithm);
    put(signature, &Artifact::Signature::Builder::setKey, &Artifact::Signature::Builder::disownKey, e.signature_key);
    signature.setValue(bytes(e.signature));
  }
}

// `root` is empty, or what rest() kept; `old` is the same message, to read from while root is rewritten.
void write(Artifact::Builder root, Artifact::Reader old, const Envelope& e, std::string_view payload) {
  root.setVersion(kVersion), root.setTime(e.time), root.setAttempt(e.attempt);
  write_texts(root, e);
  root.disownMetadata(), write_meta(root, old.getMetadata(), e);
  root.disownApprovals(), write_approvals(root, old.getApprovals(), e);
  write_proofs(root, e);
  if (e.failure)
    write_error(root.getError(), *e.failure);
  else
    root.disownError();
  if (!payload.empty()) root.setPayload(bytes(payload));
}

// Words that surely hold the message, so that it has one segment and no second allocation.
size_t estimate(const Envelope& e, std::string_view payload) {
  size_t count = 96 + payload.size() / 8 + e.checksum.size() / 8 + e.signature.size() / 8;
  for (const auto& [name, member] : Envelope::kTexts) count += (e.*member).size() / 8 + 1;
  for (const std::string* word : {&e.checksum_algorithm, &e.signature_algorithm, &e.signature_key}) count += word->size() / 8 + 1;
  for (const auto& [key, entry] : e.meta) {
    count += key.size() / 8 + 8;
    if (const auto* words = std::get_if<std::string>(&entry)) count += words->size() / 8;
    if (const auto* blob = std::get_if<Bytes>(&entry)) count += blob->data.size() / 8;
  }
  for (const Approval& approval : e.approvals) count += approval.kind.size() / 8 + approval.body.size() / 8 + 4;
  if (e.failure)
    for (const auto& [name, member] : Failure::kTexts) count += ((*e.failure).*member).size() / 8 + 1;
  return count;
}

}  // namespace

Result<View> view(std::string_view message) try {
  Message in(message);
  const auto root = in.root();
  if (root.getVersion() != kVersion) return wrong("envelope v" + std::to_string(root.getVersion()) + " unsupported");
  return View{in.there(root.getMediaType()), in.there(root.getPayload())};
} catch (const kj::Exception& exception) {
  return wrong(exception);
}

Result<Envelope> decode(std::string_view message, std::string_view* payload) try {
  Message in(message);
  const auto root = in.root();
  if (root.getVersion() != kVersion) return wrong("envelope v" + std::to_string(root.getVersion()) + " unsupported");
  if (root.getMetadata().size() > kMaxMeta) return wrong("more than " + std::to_string(kMaxMeta) + " metadata entries");
  if (payload) *payload = in.there(root.getPayload());
  return read(root);
} catch (const kj::Exception& exception) {
  return wrong(exception);
}

Done encode(const Envelope& envelope, std::string_view payload, std::string& out) try {
  capnp::MallocMessageBuilder message(static_cast<uint32_t>(estimate(envelope, payload)));
  if (envelope.unknown.empty()) {
    write(message.initRoot<Artifact>(), {}, envelope, payload);
    append(message, out);
    return {};
  }
  Message known(envelope.unknown);
  const auto old = known.root();
  message.setRoot(old);
  write(message.getRoot<Artifact>(), old, envelope, payload);
  if (message.getRoot<Artifact>().getMetadata().size() > kMaxMeta)
    return wrong("more than " + std::to_string(kMaxMeta) + " metadata entries");
  capnp::MallocMessageBuilder tidy(static_cast<uint32_t>(message.sizeInWords()));  // without the holes that rewriting left
  tidy.setRoot(message.getRoot<Artifact>().asReader());
  append(tidy, out);
  return {};
} catch (const kj::Exception& exception) {
  return wrong(exception);
}

}  // namespace leat::artifact::wire
