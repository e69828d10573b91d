// Any bytes as gzip or zstd: in pieces of any size they unpack to the same or fail; what is packed here unpacks to itself.
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/codec/compress.h"

namespace {

constexpr leat::InflateLimits kLimits{50, 1 << 16};

// Unpacked so far, and whether the stream was whole.
bool unpack(leat::Compression with, std::string_view packed, size_t piece, size_t room, std::string& out) {
  const auto inflate = leat::make_inflate(with, kLimits);
  std::string buffer(room, '\0');
  for (size_t at = 0; at < packed.size(); at += piece) {
    std::string_view in = packed.substr(at, piece);
    for (;;) {
      const auto made = inflate->step(in, buffer.data(), room);
      if (!made) return false;
      if (*made > room) std::abort();
      out.append(buffer, 0, *made);
      if (*made == 0 && in.empty()) break;
    }
    if (out.size() > kLimits.free + kLimits.ratio * packed.size() + room) std::abort();
  }
  return static_cast<bool>(inflate->finish());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const auto with = data[0] & 1 ? leat::Compression::gzip : leat::Compression::zstd;
  const size_t piece = 1 + data[0] / 2, room = 1 + data[1];
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);

  std::string whole, pieces;
  const bool good = unpack(with, text, text.size() + 1, 1 << 16, whole);
  if (unpack(with, text, piece, room, pieces) != good || (good && whole != pieces)) std::abort();

  std::string packed, unpacked;
  const auto deflate = leat::make_deflate({with, 1});
  for (size_t at = 0; at < text.size(); at += piece) {
    deflate->feed(text.substr(at, piece), packed);
    if (at % 3 == 0) deflate->flush(packed);
  }
  deflate->finish(packed);
  const auto inflate = leat::make_inflate(with);
  std::string buffer(4096, '\0');
  for (std::string_view in = packed;;) {
    const auto made = inflate->step(in, buffer.data(), buffer.size());
    if (!made) std::abort();
    unpacked.append(buffer, 0, *made);
    if (*made == 0 && in.empty()) break;
  }
  if (!inflate->finish() || unpacked != text) std::abort();
  return 0;
}
