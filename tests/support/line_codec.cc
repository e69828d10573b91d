#include "tests/support/line_codec.h"

#include <cstring>

#include "core/codec/json_format.h"

namespace leat::test {
namespace {

class Lines final : public Framer {
 public:
  uint32_t cut(Slab& slab, uint32_t, bool end) override {
    const auto text = slab.text();
    if (end && !text.empty() && text.back() != '\n') slab.append("\n");
    const size_t last = slab.text().rfind('\n');
    return last == std::string_view::npos ? 0 : static_cast<uint32_t>(last + 1);
  }

  void frame(Slab& slab) const override {
    for (uint32_t begin = 0; begin < slab.size();) {
      const auto end = static_cast<uint32_t>(slab.text().find('\n', begin));
      slab.records.push_back({begin, end});
      begin = end + 1;
    }
    slab.format = &json_format();
  }
};

class Writer final : public Encoder {
 public:
  bool as_is(const Slab&) const override { return false; }
  void encode(const Batch& batch, std::string& out, const Fail&) override {
    batch.each([&](uint32_t i) { out.append(batch.slab().record(i)) += '\n'; });
  }
};

std::unique_ptr<Framer> framer(const CodecOptions&) { return std::make_unique<Lines>(); }
std::unique_ptr<Encoder> encoder(const CodecOptions&) { return std::make_unique<Writer>(); }

}  // namespace

const CodecSpec& line_codec() {
  static constexpr CodecSpec kSpec{"lines", "", "", false, framer, encoder};
  return kSpec;
}

}  // namespace leat::test
