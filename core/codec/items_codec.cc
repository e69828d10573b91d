#include "core/codec/items_codec.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/codec/as_json.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"
#include "core/codec/transcribe.h"

namespace leat::items {
namespace {

class ItemFramer final : public Framer {
 public:
  ItemFramer(const Codec& codec, uint32_t max_record) : codec_(codec), max_record_(max_record), scanner_(codec.dialect) {}

  // Fills slab.records with the values as they came; frame() writes their JSON.
  uint32_t cut(Slab& slab, uint32_t, bool end) override {
    uint32_t begin = 0, at = scanned_;
    while (at < slab.size() && !error_) {
      if (begin == at && !skipping_) begin_ = slab.offset + begin;
      const Scanner::Step step = scanner_.scan(slab.data(), at, slab.size());
      const bool whole = step == Scanner::Step::whole, broken = step == Scanner::Step::broken;
      // By what has been scanned: what the rest of the slab would say may go on to the next one, and the record must not.
      if (!skipping_ && at - begin > max_record_) refuse(slab, begin);
      if (broken) fail(slab.offset + at, scanner_.why());
      if (!whole) break;
      if (!std::exchange(skipping_, false)) slab.records.push_back({begin, at});
      begin = at;
      scanner_ = Scanner(codec_.dialect);
    }
    if (skipping_) begin = at;
    scanned_ = at - begin;
    if (end && !error_ && (begin < slab.size() || skipping_)) fail(begin_, "the value that begins here is cut short");
    return begin;
  }

  void frame(Slab& slab) const override {
    transcribe(slab, codec_.original,
               [this](std::string_view value, std::string& json) { return to_json(codec_.dialect, value, max_record_, json); });
  }

  const Error* broken() const override { return error_ ? &*error_ : nullptr; }

 private:
  void refuse(Slab& slab, uint32_t begin) {
    framing::refuse(slab, begin, max_record_);
    skipping_ = true;
  }
  void fail(uint64_t offset, std::string_view what) { error_ = Error{Error::Kind::data, fmt::format("byte {}: {}", offset, what), {}}; }

  const Codec& codec_;
  const uint32_t max_record_;
  Scanner scanner_;
  uint32_t scanned_ = 0;   // bytes of the value that begins the next slab
  uint64_t begin_ = 0;     // of that value, in the stream
  bool skipping_ = false;  // it is too long
  std::optional<Error> error_;
};

class ItemEncoder final : public Encoder {
 public:
  explicit ItemEncoder(const Codec& codec) : codec_(codec) {}

  bool as_is(const Slab&) const override { return false; }  // a slab holds JSON beside the values

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    if (slab.original == &codec_.original) return batch.each([&](uint32_t record) { out += slab.original_of(record); });
    json_.begin(batch);
    const bool raw = is_json(slab.format);
    batch.each([&](uint32_t record) {
      const std::string* made = nullptr;
      if (raw ? !json_.check(slab, record, fail) : !(made = json_.text(slab, record, fail))) return;
      const size_t begin = out.size();
      std::string why = from_json(codec_.spelling, raw ? slab.record(record) : std::string_view(*made), out);
      if (why.empty()) return;
      out.resize(begin);
      fail(record, {"encode", std::move(why)});
    });
  }

 private:
  const Codec& codec_;
  AsJson json_;
};

}  // namespace

std::unique_ptr<Framer> framer(const Codec& codec, const CodecOptions& options) {
  return std::make_unique<ItemFramer>(codec, options.max_record);
}
std::unique_ptr<Encoder> encoder(const Codec& codec) { return std::make_unique<ItemEncoder>(codec); }

}  // namespace leat::items
