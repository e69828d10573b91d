#include "cli/hub_dump.h"

#include <unistd.h>

#include <variant>

#include <fmt/format.h>

#include "cli/report.h"
#include "core/base/text.h"
#include "core/codec/envelope_json.h"
#include "core/codec/json_text.h"
#include "core/data/artifact.h"
#include "core/hub/broker/folder.h"
#include "core/hub/frame.h"
#include "core/hub/subject.h"

namespace leat {
namespace {

constexpr std::string_view kReasons[] = {"were dropped, as they were to be", "were never given to anybody", "are damaged"};

// Of bytes of which nobody has said what they are.
std::string_view media_type_of(std::string_view payload) {
  if (!json::fault(payload)) return "application/json";
  return text::utf8(payload) ? "text/plain" : "application/octet-stream";
}

// The message as a source at the hub would give it, but that its subject is the hub's: an artifact brings its own envelope.
Envelope envelope_of(const hub::Publish& message, std::string_view& payload) {
  Envelope made;
  payload = message.payload;
  if (message.flags & hub::Publish::kArtifact)
    if (auto own = artifact::decode(message.payload, &payload)) made = std::move(*own);
  if (!made.subject.empty() && made.subject != message.subject) made.put("artifact_subject", made.subject);
  made.subject = message.subject;
  if (made.media_type.empty()) made.media_type = media_type_of(payload);
  if (made.time == 0) made.time = message.time;
  for (const auto& [name, value] : message.headers) made.put(name, value);
  if (!message.key.empty())
    made.put("key", text::utf8(message.key) ? MetaValue(std::string(message.key)) : MetaValue(Bytes{std::string(message.key)}));
  if (!message.reply_to.empty()) made.put("reply_to", std::string(message.reply_to));
  return made;
}

}  // namespace

Done HubDump::run(const std::string& history, const std::string& folder, uint64_t from) {
  const Done read = hub::log::dump(
      disk_, folder, hub::frame_length, from, [&](uint64_t number, std::string_view frame) { return put(history, number, frame); },
      [&](const hub::log::Gap& gap) { miss(history, gap); });
  return written_ ? read : written_;
}

// False: nobody takes it.
bool HubDump::put(const std::string& history, uint64_t number, std::string_view frame) {
  const auto read = hub::decode(frame);
  const auto* message = read ? std::get_if<hub::Publish>(&*read) : nullptr;
  if (message && !pattern_.empty() && !hub::matches(pattern_, message->subject)) return true;
  Envelope envelope;
  std::string_view payload = frame;
  if (message) envelope = envelope_of(*message, payload);
  envelope.put("history", history);
  envelope.put("seq", static_cast<int64_t>(number));
  envelope_json::write(envelope, payload, envelope_json::Spell::exact, out_.text);
  out_.text += '\n';
  written_ = out_.flush(false);
  return static_cast<bool>(written_);
}

void HubDump::miss(const std::string& history, const hub::log::Gap& gap) {
  if (gap.why == hub::log::Gap::Why::damaged) damaged_ = true;
  write_all(STDERR_FILENO,
            fmt::format("leat: {}: the numbers {} to {} {}\n", history, gap.from, gap.to - 1, kReasons[static_cast<size_t>(gap.why)]));
}

}  // namespace leat
