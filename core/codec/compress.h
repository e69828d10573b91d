// Compress: gzip and zstd streams in and out, in any pieces.
// Owner:   a source owns its Inflate, a sink its Deflate.
// Thread:  one at a time.   Blocks: never.
// Fails:   step() and finish() answer what is wrong with the stream, at which byte of the packed one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace leat {

enum class Compression : uint8_t { none, gzip, zstd };

// What a stream that begins so is packed with; nothing while too few bytes are there and more may come.
std::optional<Compression> compression_of(std::string_view front, bool end);
Compression compression_of_path(std::string_view path);  // .gz .zst

// A small file that unpacks to terabytes must not.
struct InflateLimits {
  uint64_t ratio = 1000;      // unpacked bytes for each packed one
  uint64_t free = 64u << 20;  // unpacked bytes that are not asked about
};

// Unpacks gzip members or zstd frames, one after another. Its memory is bounded: 32 KiB of gzip's window, 128 MiB of zstd's.
class Inflate {
 public:
  virtual ~Inflate() = default;
  // Takes bytes from the front of `in` and writes at most `room` to `out`; answers how many. 0 with `in` empty: it needs more.
  // Called again with an empty `in` it gives what it still holds.
  virtual Result<size_t> step(std::string_view& in, char* out, size_t room) = 0;
  // Nothing more will come: was the stream whole?
  virtual Done finish() const = 0;
};

// Packs. What was fed and flushed can be unpacked by a reader that has seen no more.
class Deflate {
 public:
  virtual ~Deflate() = default;
  virtual void feed(std::string_view in, std::string& out) = 0;
  virtual void flush(std::string& out) = 0;
  virtual void finish(std::string& out) = 0;  // once; an empty stream too becomes a whole one
};

std::unique_ptr<Inflate> make_inflate(Compression with, const InflateLimits& limits = {});
// Level: gzip 1 to 9, zstd 1 to 19; 0 is the usual one (6 and 3).
Result<std::unique_ptr<Deflate>> make_deflate(Compression with, int level = 0);

}  // namespace leat
