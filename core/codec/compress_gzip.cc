#include <algorithm>
#include <climits>
#include <new>

#include <zlib.h>

#include "core/codec/compress_parts.h"

namespace leat {
namespace {

constexpr int kGzip = 16;            // added to the window bits: gzip's header and trailer, not zlib's
constexpr size_t kRoom = 64 * 1024;  // of output, each time the packer asks for some

uInt piece(size_t size) { return static_cast<uInt>(std::min<size_t>(size, INT_MAX)); }

class GzipInflate final : public CountedInflate {
 public:
  explicit GzipInflate(const InflateLimits& limits) : CountedInflate(limits) {
    if (inflateInit2(&stream_, MAX_WBITS + kGzip) != Z_OK) throw std::bad_alloc();
  }
  ~GzipInflate() override { inflateEnd(&stream_); }

  Done finish() const override {
    if (at_ == At::inside) return wrong("the gzip data ends too early");
    return {};
  }

 private:
  enum class At { front, inside, between };  // nothing has come yet; in a member; behind one

  std::string unpack(std::string_view& in, char* out, size_t room, size_t& made) override {
    while (made < room) {
      if (at_ == At::between && !next_member(in)) break;
      if (in.empty() && at_ == At::front) break;
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
      stream_.avail_in = piece(in.size());
      stream_.next_out = reinterpret_cast<Bytef*>(out + made);
      stream_.avail_out = piece(room - made);
      const uInt had = stream_.avail_in, empty = stream_.avail_out;
      at_ = At::inside;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      in.remove_prefix(had - stream_.avail_in);
      made += empty - stream_.avail_out;
      if (result == Z_STREAM_END) {
        at_ = At::between;
      } else if (result == Z_BUF_ERROR || (result == Z_OK && in.empty() && stream_.avail_out > 0)) {
        break;
      } else if (result == Z_MEM_ERROR) {
        throw std::bad_alloc();
      } else if (result != Z_OK) {
        return std::string("the gzip data is corrupt: ") + (stream_.msg ? stream_.msg : "it wants a dictionary");
      }
    }
    return {};
  }

  // Another member may follow, and zeros that fill up a block. What else follows is taken for a member and found corrupt.
  bool next_member(std::string_view& in) {
    in.remove_prefix(std::min(in.find_first_not_of('\0'), in.size()));
    if (in.empty()) return false;
    at_ = At::front;
    return inflateReset(&stream_) == Z_OK;
  }

  z_stream stream_{};
  At at_ = At::front;
};

class GzipDeflate final : public Deflate {
 public:
  explicit GzipDeflate(int level) {
    if (deflateInit2(&stream_, level == 0 ? Z_DEFAULT_COMPRESSION : level, Z_DEFLATED, MAX_WBITS + kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  ~GzipDeflate() override { deflateEnd(&stream_); }

  void feed(std::string_view in, std::string& out) override {
    while (!in.empty()) {
      const std::string_view part = in.substr(0, INT_MAX);
      run(part, Z_NO_FLUSH, out);
      in.remove_prefix(part.size());
    }
  }
  void flush(std::string& out) override { run({}, Z_SYNC_FLUSH, out); }
  void finish(std::string& out) override { run({}, Z_FINISH, out); }

 private:
  void run(std::string_view in, int flush, std::string& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = piece(in.size());
    do {
      const size_t size = out.size();
      out.resize(size + kRoom);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + size);
      stream_.avail_out = kRoom;
      deflate(&stream_, flush);
      out.resize(size + kRoom - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
};

}  // namespace

std::unique_ptr<Inflate> gzip_inflate(const InflateLimits& limits) { return std::make_unique<GzipInflate>(limits); }
std::unique_ptr<Deflate> gzip_deflate(int level) { return std::make_unique<GzipDeflate>(level); }

}  // namespace leat
