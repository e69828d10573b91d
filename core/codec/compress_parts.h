// Compress parts: what gzip and zstd share, and what they make. Only compress*.cc include this.
// Owner, Thread, Blocks, Fails: as compress.h.
#pragma once

#include "core/codec/compress.h"

namespace leat {

// Counts both sides, so that every message has its byte and no stream unpacks without bound.
class CountedInflate : public Inflate {
 public:
  explicit CountedInflate(const InflateLimits& limits) : limits_(limits) {}
  Result<size_t> step(std::string_view& in, char* out, size_t room) final;

 protected:
  virtual Result<size_t> unpack(std::string_view& in, char* out, size_t room) = 0;
  Error wrong(std::string_view what) const;

 private:
  const InflateLimits limits_;
  uint64_t taken_ = 0, made_ = 0;
};

std::unique_ptr<Inflate> gzip_inflate(const InflateLimits& limits);
std::unique_ptr<Inflate> zstd_inflate(const InflateLimits& limits);
std::unique_ptr<Deflate> gzip_deflate(int level);
std::unique_ptr<Deflate> zstd_deflate(int level);

}  // namespace leat
