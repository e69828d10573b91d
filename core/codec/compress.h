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

// What a stream that begins so is packed with; nothing while too few bytes are there and more may come. No stream of our codecs
// begins like that by chance, but for lines and nul, whose records may be any bytes, length-prefixed from 512 MiB a record, and bare
// numbers as msgpack or cbor.
std::optional<Compression> compression_of(std::string_view front, bool end);
Compression compression_of_path(std::string_view path);  // .gz .zst
std::string_view unpacked_path(std::string_view path);   // without them

// A small file that unpacks to terabytes must not.
struct InflateLimits {
  uint64_t ratio = 1000;      // unpacked bytes for each packed one
  uint64_t free = 64u << 20;  // unpacked bytes that are not asked about
  int window_log = 27;        // how far back a zstd frame may refer, as a power of two: so much memory it may ask for
};

// How a source's bytes come.
struct Unpacking {
  bool by_front = false;                 // as their first bytes say, and if those are too few, by `with`
  Compression with = Compression::none;  // else
  InflateLimits limits;
};

// How a sink's bytes go.
struct Packing {
  Compression with = Compression::none;
  int level = 0;  // gzip 1 to 9, zstd 1 to 19; 0 is the usual one (6 and 3)
};
Result<Packing> packing_of(std::string_view word);  // none, gzip, zstd:19

// Unpacks gzip members or zstd frames, one after another. Its memory is bounded: 32 KiB of gzip's window, of zstd's as the limits say.
class Inflate {
 public:
  virtual ~Inflate() = default;
  // Takes bytes from the front of `in` and writes at most `room` to `out`; answers how many. 0 with `in` empty: it needs more.
  // Called again with an empty `in` it gives what it still holds. It fails only when all that can be read was given, and from then on.
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
std::unique_ptr<Deflate> make_deflate(const Packing& how);  // null: with nothing

}  // namespace leat
