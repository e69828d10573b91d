#include "core/codec/syslog.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/as_json.h"
#include "core/codec/framing.h"
#include "core/codec/json_format.h"
#include "core/codec/syslog_parts.h"
#include "core/codec/transcribe.h"

namespace leat {
namespace {

constexpr Original kSyslog{"syslog", "text/syslog"};

// What a message that is counted begins with.
struct Count {
  uint64_t size = 0;
  uint32_t digits = 0;  // 0: it is not counted
  bool more = false;    // that cannot be told yet
};

Count count_of(std::string_view text) {
  constexpr uint32_t kDigits = 10;
  Count count;
  uint32_t at = 0;
  if (text.empty() || text[0] < '1' || text[0] > '9') return count;
  for (; at < text.size() && at <= kDigits && text[at] >= '0' && text[at] <= '9'; ++at)
    count.size = count.size * 10 + static_cast<uint64_t>(text[at] - '0');
  if (at > kDigits) return count;
  if (at == text.size()) return count.more = true, count;
  if (text[at] == ' ') count.digits = at;
  return count;
}

class SyslogFramer final : public Framer {
 public:
  explicit SyslogFramer(const CodecOptions& options) : options_(options), max_record_(options.max_record) {}

  uint32_t cut(Slab& slab, uint32_t seen, bool end) override {
    if (options_.datagram) {
      if (slab.size() > max_record_)
        framing::refuse(slab, 0, max_record_);
      else
        add(slab, 0, slab.size());
      return slab.size();
    }
    uint32_t at = 0;
    while (at < slab.size() && !error_) {
      const uint32_t before = at;
      if (skip_ > 0) {
        const auto skipped = static_cast<uint32_t>(std::min<uint64_t>(skip_, slab.size() - at));
        at += skipped, skip_ -= skipped;
      } else if (skipping_line_) {
        const size_t newline = slab.text().find('\n', at);
        skipping_line_ = newline == std::string_view::npos;
        at = skipping_line_ ? slab.size() : static_cast<uint32_t>(newline) + 1;
      } else if (const Count count = count_of(slab.text().substr(at)); count.more && !end) {
        break;
      } else if (count.digits > 0) {
        if (!counted(slab, at, count, end)) break;
      } else if (!line(slab, at, before == 0 ? seen : at, end)) {
        break;
      }
    }
    if (end && !error_ && skip_ > 0) fail(slab.offset + at, skip_, "bytes of a message are missing");
    return at;
  }

  void frame(Slab& slab) const override {
    transcribe(slab, kSyslog,
               [this](std::string_view message, std::string& json) { return syslog::read(message, options_.infer, options_.clock, json); });
  }

  const Error* broken() const override { return error_ ? &*error_ : nullptr; }

 private:
  // False: more of it must come.
  bool counted(Slab& slab, uint32_t& at, const Count& count, bool end) {
    const uint32_t begin = at + count.digits + 1, left = slab.size() - begin;
    const bool fits = count.size <= max_record_;
    const auto kept = static_cast<uint32_t>(fits ? count.size : std::min(framing::kKept, max_record_));
    if (left < kept) {
      if (end) fail(slab.offset + at, count.size - left, "bytes of the message that begins here are missing");
      return false;
    }
    const auto taken = static_cast<uint32_t>(std::min<uint64_t>(count.size, left));
    if (fits)
      add(slab, begin, begin + taken);
    else
      framing::refuse(slab, begin, max_record_);
    skip_ = count.size - taken;
    at = begin + taken;
    return true;
  }

  bool line(Slab& slab, uint32_t& at, uint32_t from, bool end) {
    const size_t newline = slab.text().find('\n', from);
    if (newline != std::string_view::npos || end) {
      const uint32_t upto = newline == std::string_view::npos ? slab.size() : static_cast<uint32_t>(newline) + 1;
      if (upto - (newline != std::string_view::npos) - at > max_record_)
        framing::refuse(slab, at, max_record_);
      else
        add(slab, at, upto);
      at = upto;
      return true;
    }
    if (slab.size() - at <= max_record_) return false;
    framing::refuse(slab, at, max_record_);
    skipping_line_ = true;
    at = slab.size();
    return false;
  }

  // Without the newline or NUL at its end, which some senders count too. A message of nothing is none.
  static void add(Slab& slab, uint32_t begin, uint32_t end) {
    const auto ends_in = [&](char c) { return end > begin && slab.data()[end - 1] == c; };
    if (ends_in('\n')) {
      --end;
      if (ends_in('\r')) --end;
    } else if (ends_in('\0')) {
      --end;
    }
    if (end > begin) slab.records.push_back({begin, end});
  }

  void fail(uint64_t offset, uint64_t missing, std::string_view what) {
    error_ = Error{Error::Kind::data, fmt::format("byte {}: {} {}", offset, missing, what), {}};
  }

  const CodecOptions options_;
  const uint32_t max_record_;
  uint64_t skip_ = 0;           // bytes still to come of a counted message that is too long
  bool skipping_line_ = false;  // inside one that ends in a newline and is too long
  std::optional<Error> error_;
};

class SyslogEncoder final : public Encoder {
 public:
  explicit SyslogEncoder(const CodecOptions& options) : datagram_(options.datagram) {}

  bool as_is(const Slab&) const override { return false; }  // a slab holds JSON beside the messages

  void encode(const Batch& batch, std::string& out, const Fail& fail) override {
    const Slab& slab = batch.slab();
    json_.begin(batch);
    const bool raw = is_json(slab.format);
    batch.each([&](uint32_t record) {
      const std::string* made = nullptr;
      if (raw ? !json_.check(slab, record, fail) : !(made = json_.text(slab, record, fail))) return;
      message_.clear();
      std::string why = syslog::write(raw ? slab.record(record) : std::string_view(*made), message_);
      if (!why.empty()) return fail(record, {"encode", std::move(why)});
      put(out);
    });
  }

 private:
  void put(std::string& out) {
    if (datagram_) {
      out += message_;
    } else if (message_.find('\n') == message_.npos) {
      framing::end_line(message_);
      out += message_;
    } else {
      framing::end_line(message_);
      fmt::format_to(std::back_inserter(out), "{} {}", message_.size(), message_);
    }
  }

  const bool datagram_;
  AsJson json_;
  std::string message_;
};

}  // namespace

std::unique_ptr<Framer> syslog_framer(const CodecOptions& options) { return std::make_unique<SyslogFramer>(options); }
std::unique_ptr<Encoder> syslog_encoder(const CodecOptions& options) { return std::make_unique<SyslogEncoder>(options); }

}  // namespace leat
