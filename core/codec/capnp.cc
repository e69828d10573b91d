#include "core/codec/capnp.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/artifact_format.h"
#include "core/codec/framing.h"
#include "core/codec/opener.h"
#include "core/data/artifact.h"

namespace leat {
namespace {

class CapnpReader final : public PayloadReader {
 public:
  using PayloadReader::PayloadReader;

 private:
  bool find(const Slab& slab, uint32_t record, artifact::View& view) override {
    const auto found = artifact::view(slab.record(record));
    if (!found) return reason_ = found.error().text, false;
    view = *found;
    return true;
  }
};

class CapnpFormat final : public Format {
 public:
  std::string_view name() const override { return "capnp"; }
  std::unique_ptr<Reader> reader(const FieldPlan& plan) const override { return std::make_unique<CapnpReader>(plan); }

  void to_json(std::string_view record, std::string& out) const override {
    if (const auto view = artifact::view(record)) payload_to_json(*view, out);
  }

  bool carries_envelope() const override { return true; }

  Done unpack(std::string_view record, Parts& parts) const override {
    auto envelope = artifact::decode(record, &parts.payload);
    if (!envelope) return envelope.error();
    parts.envelope = std::move(*envelope);
    return {};
  }
};

class CapnpFramer final : public Framer {
 public:
  explicit CapnpFramer(uint32_t max_record) : max_record_(max_record) {}

  uint32_t cut(Slab& slab, uint32_t, bool end) override {
    const std::string_view text = slab.text();
    const auto size = static_cast<uint32_t>(text.size());
    auto at = static_cast<uint32_t>(std::min<uint64_t>(skip_, size));
    skip_ -= at;
    while (at < size && !error_) {
      const uint64_t frame = artifact::frame_size(text.substr(at));
      if (frame == artifact::kNoFrame) {
        fail("corrupt segment table", slab.offset + at);
      } else if (frame > max_record_) {
        if (!end && size - at < kept()) break;
        at = refuse(slab, at, frame);
      } else if (frame == 0 || frame > size - at) {
        break;
      } else {
        slab.records.push_back({at, at + static_cast<uint32_t>(frame)});
        at += static_cast<uint32_t>(frame);
      }
    }
    if (end && !error_ && (at < size || skip_ > 0)) fail("the last message is cut short", slab.offset + at);
    return at;
  }

  void frame(Slab& slab) const override {
    slab.format = &capnp_format();
    slab.contiguous = slab.faults.empty() && !slab.records.empty() && slab.records.front().begin == 0;
  }

  const Error* broken() const override { return error_ ? &*error_ : nullptr; }

 private:
  uint32_t kept() const { return std::min(framing::kKept, max_record_); }

  // The front of a message too long stands for it; the rest is skipped. Answers where what comes next begins, as far as it has come.
  uint32_t refuse(Slab& slab, uint32_t at, uint64_t frame) {
    const auto here = static_cast<uint32_t>(std::min<uint64_t>(frame, slab.size() - at));
    slab.faults.push_back({static_cast<uint32_t>(slab.records.size()), "limit",
                           fmt::format("message of {} is longer than {}", text::size(frame), text::size(max_record_))});
    slab.records.push_back({at, at + std::min(kept(), here)});
    skip_ = frame - here;
    return at + here;
  }

  void fail(std::string_view what, uint64_t offset) {
    error_ = Error{Error::Kind::data, fmt::format("byte {}: {}", offset, what), "is it capnp-packed, or no capnp at all?"};
  }

  const uint32_t max_record_;
  uint64_t skip_ = 0;  // bytes still to come of a message too long
  std::optional<Error> error_;
};

class CapnpEncoder final : public Encoder {
 public:
  bool as_is(const Slab& slab) const override { return slab.format == &capnp_format() && slab.contiguous && slab.envelopes.empty(); }

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    opener_.begin(batch);
    batch.each([&](uint32_t record) {
      if (opener_.unchanged(slab, record, capnp_format())) {
        out += slab.record(record);
      } else if (const Parts* parts = opener_.open(slab, record, fail)) {
        if (const Done done = artifact::encode(parts->envelope, parts->payload, out); !done) fail(record, {"encode", done.error().text});
      }
    });
  }

 private:
  Opener opener_;
};

}  // namespace

const Format& capnp_format() {
  static const CapnpFormat format;
  return format;
}

std::unique_ptr<Framer> capnp_framer(const CodecOptions& options) { return std::make_unique<CapnpFramer>(options.max_record); }
std::unique_ptr<Encoder> capnp_encoder(const CodecOptions&) { return std::make_unique<CapnpEncoder>(); }

}  // namespace leat
