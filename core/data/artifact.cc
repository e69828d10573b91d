#include "core/data/artifact.h"

#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/artifact_wire.h"

namespace leat::artifact {
namespace {

Error wrong(std::string text) { return {Error::Kind::data, std::move(text), {}}; }

uint32_t little(const char* at) {
  unsigned char b[4];
  std::memcpy(b, at, 4);
  return static_cast<uint32_t>(b[0]) | static_cast<uint32_t>(b[1]) << 8 | static_cast<uint32_t>(b[2]) << 16 |
         static_cast<uint32_t>(b[3]) << 24;
}

// The name of the first text that is none, or nothing.
std::string not_text(const Envelope& envelope) {
  for (const auto& [name, member] : Envelope::kTexts)
    if (!text::utf8(envelope.*member)) return std::string(name);
  for (const std::string* word : {&envelope.checksum_algorithm, &envelope.signature_algorithm, &envelope.signature_key})
    if (!text::utf8(*word)) return "the algorithm or key of the checksum or signature";
  for (const auto& [key, value] : envelope.meta) {
    if (!text::utf8(key)) return "a metadata key";
    if (const auto* words = std::get_if<std::string>(&value); words && !text::utf8(*words)) return "metadata " + text::quoted(key);
  }
  for (const Approval& approval : envelope.approvals)
    if (!text::utf8(approval.kind)) return "the kind of an approval";
  if (envelope.failure)
    for (const auto& [name, member] : Failure::kTexts)
      if (!text::utf8((*envelope.failure).*member)) return fmt::format("error.{}", name);
  return {};
}

}  // namespace

uint64_t frame_size(std::string_view bytes) {
  if (bytes.size() < 4) return 0;
  const uint64_t segments = uint64_t{little(bytes.data())} + 1;
  if (segments == 1) return bytes.size() < 8 ? 0 : 8 + uint64_t{little(bytes.data() + 4)} * 8;  // nearly always
  if (segments > kMaxSegments) return kNoFrame;
  const uint64_t table = (4 + 4 * segments + 7) / 8 * 8;
  if (bytes.size() < table) return 0;
  uint64_t words = 0;
  for (uint64_t i = 0; i < segments; ++i) words += little(bytes.data() + 4 + 4 * i);
  return table + words * 8;
}

Result<View> view(std::string_view message) {
  if (frame_size(message) != message.size()) return wrong("not one whole message");
  return wire::view(message);
}

Result<Envelope> decode(std::string_view message, std::string_view* payload) {
  if (frame_size(message) != message.size()) return wrong("not one whole message");
  auto envelope = wire::decode(message, payload);
  if (envelope)
    if (const std::string name = not_text(*envelope); !name.empty()) return wrong(name + " is not UTF-8");
  return envelope;
}

Done encode(const Envelope& envelope, std::string_view payload, std::string& out) {
  if (envelope.meta.size() > kMaxMeta) return wrong(fmt::format("more than {} metadata entries", kMaxMeta));
  if (const std::string name = not_text(envelope); !name.empty()) return wrong(name + " is not UTF-8");
  return wire::encode(envelope, payload, out);
}

}  // namespace leat::artifact
