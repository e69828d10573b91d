#include "core/codec/compress.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/codec/compress_parts.h"

namespace leat {

std::optional<Compression> compression_of(std::string_view front, bool end) {
  constexpr std::string_view kGzip = "\x1F\x8B", kZstd = "\x28\xB5\x2F\xFD";
  if (front.starts_with(kGzip)) return Compression::gzip;
  if (front.starts_with(kZstd)) return Compression::zstd;
  // Zstd's skippable frames, as pzstd and seekable files put in front: 0x184D2A5? little end first.
  if (front.size() >= 4 && (front[0] & 0xF0) == 0x50 && front.substr(1, 3) == "\x2A\x4D\x18") return Compression::zstd;
  const bool could = front.empty() || kGzip.starts_with(front) || kZstd.starts_with(front) ||
                     ((front[0] & 0xF0) == 0x50 && std::string_view("\x2A\x4D\x18").starts_with(front.substr(1, 3)));
  if (could && !end && front.size() < 4) return std::nullopt;
  return Compression::none;
}

Result<size_t> CountedInflate::step(std::string_view& in, char* out, size_t room) {
  const size_t before = in.size();
  auto made = unpack(in, out, room);
  taken_ += before - in.size();
  if (!made) return made;
  made_ += *made;
  if (made_ > limits_.free && made_ / limits_.ratio >= std::max<uint64_t>(taken_, 1))
    return wrong(fmt::format("unpacks to more than {} times its size", limits_.ratio));
  return made;
}

Error CountedInflate::wrong(std::string_view what) const { return {Error::Kind::data, fmt::format("byte {}: {}", taken_, what), {}}; }

std::unique_ptr<Inflate> make_inflate(Compression with, const InflateLimits& limits) {
  return with == Compression::gzip ? gzip_inflate(limits) : with == Compression::zstd ? zstd_inflate(limits) : nullptr;
}

Result<std::unique_ptr<Deflate>> make_deflate(Compression with, int level) {
  const bool gzip = with == Compression::gzip;
  if (level < 0 || level > (gzip ? 9 : 19))
    return Error{Error::Kind::usage, fmt::format("{} has no level {}", gzip ? "gzip" : "zstd", level), gzip ? "1 to 9" : "1 to 19"};
  return gzip ? gzip_deflate(level) : zstd_deflate(level);
}

Compression compression_of_path(std::string_view path) {
  return path.ends_with(".gz") ? Compression::gzip : path.ends_with(".zst") ? Compression::zstd : Compression::none;
}

}  // namespace leat
