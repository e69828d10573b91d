#include "core/codec/length_prefixed.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/as_json.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"

namespace leat {
namespace {

constexpr uint32_t kPrefix = 4;

uint32_t length_at(const char* text) {
  uint32_t length = 0;
  for (uint32_t i = 0; i < kPrefix; ++i) length = length << 8 | static_cast<unsigned char>(text[i]);
  return length;
}

class LengthPrefixedFramer final : public Framer {
 public:
  explicit LengthPrefixedFramer(uint32_t max_record) : max_record_(max_record) {}

  uint32_t cut(Slab& slab, uint32_t, bool end) override {
    slab.format = &json_prefixed_format();
    uint32_t at = std::min(skip_, slab.size());
    slab.contiguous = at == 0;
    skip_ -= at;
    while (skip_ == 0 && slab.size() - at >= kPrefix) {
      const uint32_t length = length_at(slab.data() + at), left = slab.size() - at - kPrefix;
      const bool fits = length <= max_record_;
      const uint32_t kept = fits ? length : std::min(framing::kKept, max_record_);
      if (left < kept) break;
      if (!fits) refuse(slab, length);
      const uint32_t begin = at + kPrefix;
      slab.records.push_back({begin, begin + kept});
      skip_ = length - std::min(length, left);
      at = begin + std::min(length, left);
    }
    if (end && skip_ > 0) fail(slab.offset + at, skip_, "bytes of a record are missing");
    if (end && skip_ == 0 && at < slab.size()) cut_short(slab, at);
    return at;
  }
  void frame(Slab&) const override {}
  const Error* broken() const override { return error_ ? &*error_ : nullptr; }

 private:
  void refuse(Slab& slab, uint32_t length) const {
    slab.contiguous = false;
    slab.faults.push_back({static_cast<uint32_t>(slab.records.size()), "limit",
                           fmt::format("{} long, longer than {}", text::size(length), text::size(max_record_))});
  }

  void cut_short(const Slab& slab, uint32_t at) {
    const uint32_t left = slab.size() - at;
    if (left < kPrefix) return fail(slab.offset + at, kPrefix - left, "bytes of a length are missing");
    fail(slab.offset + at, length_at(slab.data() + at) - (left - kPrefix), "bytes of the record that begins here are missing");
  }

  void fail(uint64_t offset, uint64_t missing, std::string_view what) {
    error_ = Error{Error::Kind::data, fmt::format("byte {}: {} {}", offset, missing, what), {}};
  }

  const uint32_t max_record_;
  uint32_t skip_ = 0;  // bytes still to come of a record that is too long
  std::optional<Error> error_;
};

class LengthPrefixedEncoder final : public Encoder {
 public:
  bool as_is(const Slab& slab) const override { return slab.contiguous && slab.format == &json_prefixed_format(); }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    const bool raw = is_json(slab.format);
    if (!raw) json_.begin(batch);
    batch.each([&](uint32_t record) {
      const std::string* text = raw ? nullptr : json_.text(slab, record, fail);
      if (raw || text) put(raw ? slab.record(record) : std::string_view(*text), out);
    });
  }

 private:
  static void put(std::string_view record, std::string& out) {
    const auto length = static_cast<uint32_t>(record.size());
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift & 0xFF);
    out += record;
  }

  AsJson json_;
};

}  // namespace

std::unique_ptr<Framer> length_prefixed_framer(const CodecOptions& options) {
  return std::make_unique<LengthPrefixedFramer>(options.max_record);
}
std::unique_ptr<Encoder> length_prefixed_encoder(const CodecOptions&) { return std::make_unique<LengthPrefixedEncoder>(); }

}  // namespace leat
