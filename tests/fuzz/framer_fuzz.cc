// Any bytes through any codec: however the stream is split, the records, faults and the end are the same; what reads well
// is JSON as JSON; unchanged records come back and read the same again.
#include <cstdlib>
#include <memory>
#include <vector>

#include "core/codec/codec.h"
#include "core/codec/json_text.h"
#include "tests/support/feed.h"

namespace {

using leat::test::Fed;

bool same(const Fed& a, const Fed& b) {
  if (a.records != b.records || a.faults.size() != b.faults.size() || a.broken.has_value() != b.broken.has_value()) return false;
  for (size_t i = 0; i < a.faults.size(); ++i)
    if (a.faults[i].record != b.faults[i].record || a.faults[i].message != b.faults[i].message) return false;
  return !a.broken || a.broken->text == b.broken->text;
}

// f(record) for every record of the slab that reads well.
template <class F>
void each_good(const leat::Slab& slab, F&& f) {
  static const leat::FieldPlan nothing;
  const auto reader = slab.format->reader(nothing);
  reader->prepare(slab, slab.records.size());
  size_t fault = 0;
  for (uint32_t i = 0; i < slab.records.size(); ++i) {
    if (fault < slab.faults.size() && slab.faults[fault].record == i && ++fault) continue;
    if (reader->read(slab, i, nullptr))
      f(i);
    else if (reader->reason().empty() || reader->reason().find('\n') != std::string::npos)
      std::abort();
  }
}

// Those, as one line of JSON each.
std::string as_json(const Fed& fed) {
  std::string all;
  for (const auto& slab : fed.slabs) {
    each_good(*slab, [&](uint32_t i) {
      std::string line;
      slab->format->to_json(slab->record(i), line);
      if (leat::json::fault(line) || line.find('\n') != std::string::npos) std::abort();
      all += line + '\n';
    });
  }
  return all;
}

// Those, as the codec writes them.
std::string encoded(const leat::CodecSpec& codec, const leat::CodecOptions& options, const Fed& fed) {
  const auto encoder = codec.encoder(options);
  std::string out;
  for (const auto& slab : fed.slabs) {
    const bool as_is = encoder->as_is(*slab);
    const size_t begin = out.size();
    std::vector<bool> good(slab->records.size());
    each_good(*slab, [&](uint32_t i) { good[i] = true; });
    leat::Batch batch(slab, {}, 0);
    batch.keep_if([&](uint32_t i) { return good[i]; });
    const bool whole = batch.whole();
    encoder->encode(batch, out, [](uint32_t, const leat::Reason& reason) {
      if (reason.code.empty() || reason.message.empty()) std::abort();
    });
    batch.let_go();
    if (as_is && whole && out.compare(begin, std::string::npos, slab->text()) != 0) std::abort();
  }
  encoder->finish(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static leat::Pool pool;
  if (size < 3) return 0;
  const auto codecs = leat::codecs();
  const leat::CodecSpec& codec = codecs[data[0] % codecs.size()];
  leat::CodecOptions options;
  if (data[1] & 1) options.max_record = 1 + data[1] / 4;
  options.infer = !(data[1] & 2);
  options.header = !(data[2] & 128);
  const std::string_view text(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::shared_ptr<leat::Framer> framer = codec.framer(options), other = codec.framer(options);
  const Fed whole = leat::test::feed(*framer, text, text.size() + 1, pool);
  const Fed pieces = leat::test::feed(*other, text, 1 + data[2] % 64, pool);
  if (!same(whole, pieces)) std::abort();
  const std::string json = as_json(whole);
  if (codec.encoder && !whole.broken) {
    const std::string bytes = encoded(codec, options, whole);
    const std::shared_ptr<leat::Framer> again = codec.framer(options);
    const Fed reread = leat::test::feed(*again, bytes, bytes.size() + 1, pool);
    if (codec.name == "syslog") return 0;                         // what RFC 5424 cannot say is left out, and dates of 3164 become its own
    if (!options.header && codec.name.ends_with("sv")) return 0;  // without a header the first row is one
    if (reread.faults.empty() && as_json(reread) != json) std::abort();
  }
  for (const leat::CodecSpec& out : codecs)
    if (out.encoder) encoded(out, options, whole);
  return 0;
}
