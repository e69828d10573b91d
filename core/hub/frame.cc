#include "core/hub/frame.h"

#include "core/base/text.h"
#include "core/data/artifact.h"
#include "core/hub/frame_wire.h"

namespace leat::hub {
namespace {

Error wrong(std::string text) { return {Error::Kind::data, std::move(text), {}}; }

bool all_texts(const Hello& f) { return text::utf8(f.name); }
bool all_texts(const Welcome& f) {
  for (const std::string& word : f.capabilities)
    if (!text::utf8(word)) return false;
  return text::utf8(f.name);
}
bool all_texts(const Publish& f) {
  for (const auto& [name, value] : f.headers)
    if (!text::utf8(name) || !text::utf8(value)) return false;
  return text::utf8(f.subject) && text::utf8(f.reply_to);
}
bool all_texts(const PubAck& f) {
  for (const PubAck::Refused& one : f.refused)
    if (!text::utf8(one.code) || !text::utf8(one.text)) return false;
  return true;
}
bool all_texts(const Subscribe& f) { return text::utf8(f.pattern) && text::utf8(f.filter) && text::utf8(f.group) && text::utf8(f.durable); }
bool all_texts(const Subscribed& f) { return text::utf8(f.history); }
bool all_texts(const Fault& f) { return text::utf8(f.code) && text::utf8(f.text); }
bool all_texts(const Drain& f) { return text::utf8(f.reason); }
bool all_texts(const Control& f) { return text::utf8(f.verb) && text::utf8(f.argument); }
bool all_texts(const Report& f) { return text::utf8(f.text); }
template <class Other>
bool all_texts(const Other&) {
  return true;
}

}  // namespace

Result<Frame> decode(std::string_view bytes) {
  if (bytes.empty() || artifact::frame_size(bytes) != bytes.size()) return wrong("not one whole frame");
  auto frame = wire::decode(bytes);
  if (frame && !std::visit([](const auto& one) { return all_texts(one); }, *frame)) return wrong("a text that is not UTF-8");
  return frame;
}

void encode(const Frame& frame, std::string& out) { wire::encode(frame, out); }

}  // namespace leat::hub
