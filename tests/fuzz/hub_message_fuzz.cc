// The hub's own reader of publish frames against the library's: where both read one they read the same, and neither leaves the frame.
#include <cstdlib>
#include <string>
#include <vector>

#include "core/hub/frame.h"
#include "core/hub/message.h"

using namespace leat;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<char> bytes(data, data + size);
  const std::string_view frame(bytes.data(), bytes.size());
  hub::Message ours;
  const auto how = hub::Message::read(frame, ours);
  const auto theirs = hub::decode(frame);
  if (theirs) {
    std::string again;
    hub::encode(*theirs, again);  // whatever was read can be written
  }
  if (how != hub::Message::Read::publish || !theirs) return 0;
  const auto* publish = std::get_if<hub::Publish>(&*theirs);
  expect(publish != nullptr);
  expect(ours.subject == publish->subject && ours.payload == publish->payload);
  expect(ours.key == publish->key && ours.reply_to == publish->reply_to);
  expect(ours.seq == publish->seq && ours.time == publish->time && ours.number == publish->number);
  expect(ours.from == publish->from && ours.flags == publish->flags && ours.ttl_ms == publish->ttl_ms && ours.ack == publish->ack);
  std::string stamped(frame);
  ours.stamp(stamped.data(), bytes.data(), 1, 2, {3, 4});
  hub::Message after;
  expect(hub::Message::read(stamped, after) == hub::Message::Read::publish);
  expect(after.subject == ours.subject && after.payload == ours.payload && after.key == ours.key && after.reply_to == ours.reply_to);
  expect(after.seq == 1 && after.time == 2 && after.from == 3 && after.producer == 4);
  return 0;
}
