#include "core/expr/sieve.h"

#include <algorithm>
#include <string_view>

#include "core/codec/json_format.h"
#include "core/codec/lines.h"

namespace leat::expr {
namespace {

constexpr uint32_t kRest = 64;  // batches; one in 64 is looked at again, which costs under 1 % where nothing is taken out

// Where the next of something is, for records asked about in the order of their bytes.
template <class Find>
class Next {
 public:
  Next(std::string_view text, Find find) : text_(text), find_(std::move(find)) {}
  bool within(Span record) {
    if (at_ < record.begin || first_) at_ = find_(text_, record.begin), first_ = false;
    return at_ < record.end;
  }

 private:
  const std::string_view text_;
  const Find find_;
  size_t at_ = 0;
  bool first_ = true;
};

}  // namespace

Sieve::Sieve(const Needle& needle) {
  if (!needle.in_field) text_.emplace(needle.text);
  const auto as_it_stands = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
  if (needle.in_field && std::all_of(needle.text.begin(), needle.text.end(), as_it_stands))
    json_.emplace(needle.whole ? '"' + needle.text + '"' : needle.text);
}

void Sieve::keep(Batch& batch, bool trusted) {
  const Slab& slab = batch.slab();
  const bool text = text_ && (slab.format == &lines_format() || slab.format == &nul_format());
  const bool json = json_ && trusted && slab.format == &json_format();
  if (!text && !json) return;
  if (rest_ > 0) return static_cast<void>(--rest_);
  const size_t came = batch.size();
  if (came == 0) return;
  // No further than the batch: there may be thousands of batches in one slab.
  const std::string_view all = slab.text().substr(0, slab.records[batch.index(came - 1)].end);
  const auto next = [&](const Probe& probe) {
    return Next(all, [&probe](std::string_view bytes, size_t from) { return probe.find(bytes, from); });
  };
  auto wanted = next(text ? *text_ : *json_);
  if (text) {
    batch.keep_if([&](uint32_t i) { return wanted.within(slab.records[i]); });
  } else {
    // \u0020 to \u007f; other codes are no ASCII that can be printed.
    Next code(all, [this](std::string_view bytes, size_t from) {
      for (size_t at = code_.find(bytes, from); at < bytes.size(); at = code_.find(bytes, at + 1))
        if (at + 4 < bytes.size() && bytes[at + 4] >= '2' && bytes[at + 4] <= '7') return at;
      return std::string_view::npos;
    });
    auto slash = next(slash_);
    batch.keep_if([&](uint32_t i) {
      const Span record = slab.records[i];
      return wanted.within(record) || code.within(record) || slash.within(record);
    });
  }
  if (batch.size() > came / 4) rest_ = kRest;
}

}  // namespace leat::expr
