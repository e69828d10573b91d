#include <algorithm>
#include <new>
#include <string>

#include <zstd.h>

#include "core/codec/compress_parts.h"

namespace leat {
namespace {

constexpr size_t kRoom = 64 * 1024;  // of output, each time the packer asks for some

struct Free {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

class ZstdInflate final : public CountedInflate {
 public:
  explicit ZstdInflate(const InflateLimits& limits) : CountedInflate(limits), context_(ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, limits.window_log);
  }

  Done finish() const override {
    if (!front_.empty()) return wrong("the zstd data ends too early");
    return {};
  }

 private:
  // The library must not see the front of a frame in pieces, nor one that is none: when it refuses a front it looks again, for
  // formats of before 1.0, at the piece alone. And a call that fails does not say what it made before. It is therefore given one
  // block at a time, and the header of the next apart from it, so that nothing is made by a call that fails.
  std::string unpack(std::string_view& in, char* out, size_t room, size_t& made) override {
    ZSTD_outBuffer to{out, room, 0};
    while (to.pos < room) {
      if (front_.size() < kFront) {
        if (in.empty()) break;
        front_ += in.front();
        in.remove_prefix(1);
        const auto kind = compression_of(front_, front_.size() == kFront);
        if (kind && *kind != Compression::zstd) return "the zstd data is corrupt: no frame begins like this";
        if (front_.size() < kFront) continue;
        ZSTD_inBuffer from{front_.data(), kFront, 0};
        wanted_ = ZSTD_decompressStream(context_.get(), &to, &from);  // cannot fail yet
      }
      ZSTD_inBuffer from{in.data(), std::min(in.size(), wanted_ > kBlockHeader ? wanted_ - kBlockHeader : wanted_), 0};
      const size_t result = ZSTD_decompressStream(context_.get(), &to, &from);
      const bool failed = ZSTD_isError(result);
      in.remove_prefix(failed ? from.size : from.pos);
      if (failed) return std::string("the zstd data is corrupt: ") + ZSTD_getErrorName(result);
      if (from.pos == 0 && to.pos == made) break;
      made = to.pos;
      wanted_ = result;
      if (result == 0) front_.clear();
    }
    return {};
  }

  static constexpr size_t kFront = 4;        // bytes of a frame that say what it is
  static constexpr size_t kBlockHeader = 3;  // what is wanted next includes that of the block behind it

  std::unique_ptr<ZSTD_DCtx, Free> context_;
  std::string front_;  // of the frame that is open, if one is
  size_t wanted_ = 0;
};

class ZstdDeflate final : public Deflate {
 public:
  explicit ZstdDeflate(int level) : context_(ZSTD_createCCtx()) {
    if (!context_) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level == 0 ? ZSTD_CLEVEL_DEFAULT : level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

  void feed(std::string_view in, std::string& out) override { run(in, ZSTD_e_continue, out); }
  void flush(std::string& out) override { run({}, ZSTD_e_flush, out); }
  void finish(std::string& out) override { run({}, ZSTD_e_end, out); }

 private:
  void run(std::string_view in, ZSTD_EndDirective how, std::string& out) {
    ZSTD_inBuffer from{in.data(), in.size(), 0};
    size_t left;
    do {
      const size_t size = out.size();
      out.resize(size + kRoom);
      ZSTD_outBuffer to{out.data() + size, kRoom, 0};
      left = ZSTD_compressStream2(context_.get(), &to, &from, how);
      out.resize(size + to.pos);
      if (ZSTD_isError(left)) throw std::bad_alloc();  // there is no other way for it to fail
    } while (how == ZSTD_e_continue ? from.pos < from.size : left > 0);
  }

  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

}  // namespace

std::unique_ptr<Inflate> zstd_inflate(const InflateLimits& limits) { return std::make_unique<ZstdInflate>(limits); }
std::unique_ptr<Deflate> zstd_deflate(int level) { return std::make_unique<ZstdDeflate>(level); }

}  // namespace leat
