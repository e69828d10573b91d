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
  // As step(), in `made` how many; answers why it cannot go on behind them, or nothing.
  virtual std::string unpack(std::string_view& in, char* out, size_t room, size_t& made) = 0;
  Error wrong(std::string_view what) const;

 private:
  const InflateLimits limits_;
  uint64_t taken_ = 0, made_ = 0;
  std::optional<Error> broken_;
};

std::unique_ptr<Inflate> gzip_inflate(const InflateLimits& limits);
std::unique_ptr<Inflate> zstd_inflate(const InflateLimits& limits);
std::unique_ptr<Deflate> gzip_deflate(int level);
std::unique_ptr<Deflate> zstd_deflate(int level);

}  // namespace leat
