#include "core/codec/compress.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
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
  size_t made = 0;
  if (!broken_) {
    const size_t before = in.size();
    const std::string why = unpack(in, out, room, made);
    taken_ += before - in.size();
    made_ += made;
    if (!why.empty()) broken_ = wrong(why);
    if (made_ > limits_.free && made_ / limits_.ratio >= std::max<uint64_t>(taken_, 1))
      broken_ = wrong(fmt::format("unpacks to more than {} times its size (--max-ratio allows more)", limits_.ratio));
  }
  if (broken_ && made == 0) return *broken_;
  return made;
}

Error CountedInflate::wrong(std::string_view what) const { return {Error::Kind::data, fmt::format("byte {}: {}", taken_, what), {}}; }

std::unique_ptr<Inflate> make_inflate(Compression with, const InflateLimits& limits) {
  return with == Compression::gzip ? gzip_inflate(limits) : with == Compression::zstd ? zstd_inflate(limits) : nullptr;
}

std::unique_ptr<Deflate> make_deflate(const Packing& how) {
  return how.with == Compression::gzip ? gzip_deflate(how.level) : how.with == Compression::zstd ? zstd_deflate(how.level) : nullptr;
}

Result<Packing> packing_of(std::string_view word) {
  const size_t colon = word.find(':');
  const std::string_view name = word.substr(0, colon);
  const bool gzip = name == "gzip";
  if (name == "none" && colon == word.npos) return Packing{};
  if (!gzip && name != "zstd") return Error{Error::Kind::usage, fmt::format("wants none, gzip or zstd, not {}", text::quoted(word)), {}};
  Packing how{gzip ? Compression::gzip : Compression::zstd, 0};
  if (colon == word.npos) return how;
  const auto level = text::whole(word.substr(colon + 1));
  if (!level || *level < 1 || *level > (gzip ? 9 : 19))
    return Error{Error::Kind::usage, fmt::format("{} has no level {}", name, text::quoted(word.substr(colon + 1))),
                 gzip ? "1 to 9" : "1 to 19"};
  how.level = static_cast<int>(*level);
  return how;
}

Compression compression_of_path(std::string_view path) {
  return path.ends_with(".gz") ? Compression::gzip : path.ends_with(".zst") ? Compression::zstd : Compression::none;
}

std::string_view unpacked_path(std::string_view path) {
  return compression_of_path(path) == Compression::none ? path : path.substr(0, path.rfind('.'));
}

}  // namespace leat
