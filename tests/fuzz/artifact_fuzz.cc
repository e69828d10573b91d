// Any bytes as a stream of artifacts, packed or not: framed in pieces, read as values and as envelopes, written again.
// Held: no crash, no more memory than a bounded multiple; pieces do not matter; what is read is written and read the
// same; unpacking is what the library's does, wherever the library accepts the stream.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <capnp/serialize-packed.h>
#include <kj/io.h>

#include "core/codec/capnp.h"
#include "core/data/artifact.h"
#include "core/data/envelopes.h"
#include "tests/support/feed.h"

using namespace leat;

namespace {

void hold(bool truth) {
  if (!truth) std::abort();
}

void read_values(const test::Fed& fed) {
  FieldPlan plan;
  plan.slot({}), plan.slot({"a"}), plan.slot({"a", "b"});
  Column row[3];
  std::string text;
  for (const SlabRef& slab : fed.slabs) {
    const auto reader = slab->format->reader(plan);
    reader->prepare(*slab, slab->records.size());
    for (uint32_t i = 0; i < slab->records.size(); ++i) {
      if (!reader->read(*slab, i, row)) {
        hold(!reader->reason().empty());
        continue;
      }
      for (const Column& column : row)
        if (column.kind != Column::Kind::missing && column.kind != Column::Kind::wrong)
          hold(uint64_t{column.begin} + column.size <= slab->size());
      slab->format->to_json(slab->record(i), text);
    }
  }
}

void read_envelopes(const std::string& record) {
  std::string_view payload;
  auto envelope = artifact::decode(record, &payload);
  if (!envelope) return;
  std::string again;
  if (!artifact::encode(*envelope, payload, again)) std::abort();
  std::string_view payload_again;
  auto once_more = artifact::decode(again, &payload_again);
  hold(static_cast<bool>(once_more) && payload == payload_again);
  envelope->unknown.clear(), once_more->unknown.clear();  // what is in it may change places
  hold(*envelope == *once_more);
}

// The segments of the stream's next message as the library unpacks them. False: it does not take the stream any further;
// it is stricter than we are about where runs may end.
bool unpack_by_library(kj::ArrayInputStream& stream, uint32_t segments, uint32_t max_record, std::string& out) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = max_record / 8;
  return kj::runCatchingExceptions([&] {
           capnp::PackedMessageReader message(stream, options);
           for (uint32_t i = 0; i < segments; ++i) {
             const auto segment = message.getSegment(i);
             out.append(reinterpret_cast<const char*>(segment.begin()), segment.size() * sizeof(capnp::word));
           }
         }) == nullptr;
}

void compare_with_library(std::string_view stream, const std::vector<std::string>& ours, uint32_t max_record) {
  kj::ArrayInputStream bytes({reinterpret_cast<const kj::byte*>(stream.data()), stream.size()});
  for (const std::string& record : ours) {
    const uint32_t segments = 1u + static_cast<unsigned char>(record[0]) + 256u * static_cast<unsigned char>(record[1]);
    std::string theirs;
    if (!unpack_by_library(bytes, segments, max_record, theirs)) return;
    hold(record.substr((4 + 4 * segments + 7) / 8 * 8) == theirs);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const bool packed = data[0] & 1;
  const size_t piece = 1 + data[1];
  const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
  CodecOptions options;
  options.max_record = 1 << 16;
  const auto make = [&] { return packed ? capnp_packed_framer(options) : capnp_framer(options); };
  Pool pool;
  const auto whole = test::feed(*make(), stream, stream.size() + 1, pool);
  const auto pieces = test::feed(*make(), stream, piece, pool);
  for (const SlabRef& slab : whole.slabs) hold(slab->size() <= 129 * stream.size() + 8 * slab->records.size());
  hold(whole.faults.size() == pieces.faults.size());
  hold(whole.broken.has_value() == pieces.broken.has_value());
  if (whole.faults.empty()) hold(whole.records == pieces.records);
  read_values(whole);
  for (const std::string& record : whole.records) read_envelopes(record);
  if (packed && whole.faults.empty()) compare_with_library(stream, whole.records, options.max_record);
  return 0;
}
