#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/capnp.h"
#include "core/codec/opener.h"
#include "core/codec/packing.h"
#include "core/data/artifact.h"

namespace leat {
namespace {

// A run of zeros packs a thousand to one: without this a stream could ask for a thousand times its size.
constexpr uint64_t kMaxRatio = 128;

class PackedFramer final : public Framer {
 public:
  explicit PackedFramer(uint32_t max_record) : max_record_(max_record) {}

  // Fills slab.records with the messages as they came; frame() unpacks them.
  uint32_t cut(Slab& slab, uint32_t, bool end) override {
    const std::string_view text = slab.text();
    uint32_t at = 0;
    while (at < text.size() && !error_) {
      const auto step = skim_.next(text.substr(at));
      const auto next = at + static_cast<uint32_t>(skim_.taken());
      if (step == packing::Skim::Step::broken) {
        fail("not a packed message", slab.offset + next);
        if (refused_ || skim_.unpacked() <= max_record_) break;
        const uint32_t begin = std::exchange(at, at + static_cast<uint32_t>(skim_.head()));
        refuse(slab, begin, at);
      } else if (step == packing::Skim::Step::message) {
        close(slab, at, next);
        at = next;
      } else {
        if (skim_.unpacked() > max_record_) {
          refuse(slab, at, at + static_cast<uint32_t>(skim_.head()));
          skim_.forget();
          at = next;
        }
        break;
      }
    }
    if (end && !error_ && (at < text.size() || skim_.inside())) fail("the last message is cut short", slab.offset + at);
    return at;
  }

  void frame(Slab& slab) const override {
    slab.format = &capnp_format();
    slab.packed = slab.records;
    auto fault = slab.faults.begin();
    for (uint32_t i = 0; i < slab.records.size(); ++i) {
      if (fault != slab.faults.end() && fault->record == i) {
        ++fault;
        continue;
      }
      const Span from = slab.packed[i];
      const auto size = static_cast<uint32_t>(packing::unpacked_size(slab.text().substr(from.begin, from.end - from.begin)));
      const uint32_t begin = (slab.size() + 7) / 8 * 8;  // messages are read in place, as words
      slab.grow(begin - slab.size() + size);
      packing::unpack(slab.text().substr(from.begin, from.end - from.begin), slab.data() + begin);
      slab.resize(begin + size);
      slab.records[i] = {begin, begin + size};
    }
  }

  const Error* broken() const override { return error_ ? &*error_ : nullptr; }

 private:
  void close(Slab& slab, uint32_t at, uint32_t next) {
    // Of one that is too long the same is kept, whether it comes whole or in pieces.
    if (skim_.unpacked() > max_record_)
      refuse(slab, at, at + static_cast<uint32_t>(skim_.head()));
    else if (skim_.unpacked() > kMaxRatio * (next - at))
      refuse(slab, at, next);
    else
      slab.records.push_back({at, next});
    refused_ = false;
    skim_.restart();
  }

  void refuse(Slab& slab, uint32_t at, uint32_t next) {
    if (std::exchange(refused_, true)) return;
    const std::string size = text::size(skim_.unpacked());
    slab.faults.push_back({static_cast<uint32_t>(slab.records.size()), "limit",
                           skim_.unpacked() > max_record_
                               ? fmt::format("message of {} is longer than {}", size, text::size(max_record_))
                               : fmt::format("unpacks from {} bytes to {}, more than {} to 1", next - at, size, kMaxRatio)});
    slab.records.push_back({at, next});
  }

  void fail(std::string_view what, uint64_t offset) {
    error_ = Error{Error::Kind::data, fmt::format("byte {}: {}", offset, what), "is it capnp, not packed, or no capnp at all?"};
  }

  const uint32_t max_record_;
  packing::Skim skim_;
  bool refused_ = false;  // the message at hand has its fault already
  std::optional<Error> error_;
};

class PackedEncoder final : public Encoder {
 public:
  bool as_is(const Slab&) const override { return false; }  // a slab holds the unpacked messages beside the packed ones

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    opener_.begin(batch);
    batch.each([&](uint32_t record) {
      if (!opener_.unchanged(slab, record, capnp_format())) {
        const Parts* parts = opener_.open(slab, record, fail);
        if (!parts) return;
        message_.clear();
        if (const Done done = artifact::encode(parts->envelope, parts->payload, message_); !done)
          return fail(record, {"encode", done.error().text});
        packing::pack(message_, out);
      } else if (slab.packed.empty()) {
        packing::pack(slab.record(record), out);
      } else {
        const Span own = slab.packed[record];
        out += slab.text().substr(own.begin, own.end - own.begin);
      }
    });
  }

 private:
  Opener opener_;
  std::string message_;
};

}  // namespace

std::unique_ptr<Framer> capnp_packed_framer(const CodecOptions& options) { return std::make_unique<PackedFramer>(options.max_record); }
std::unique_ptr<Encoder> capnp_packed_encoder(const CodecOptions&) { return std::make_unique<PackedEncoder>(); }

}  // namespace leat
