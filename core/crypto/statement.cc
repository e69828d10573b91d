#include "core/crypto/statement.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace leat::crypto {
namespace {

class Words {
 public:
  Words& number(uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out_ += static_cast<char>(value >> shift);
    return *this;
  }
  Words& text(std::string_view bytes) {
    number(bytes.size());
    out_ += bytes;
    return *this;
  }
  Words& value(const MetaValue& value) {
    number(value.index());
    if (const auto* words = std::get_if<std::string>(&value)) return text(*words);
    if (const auto* whole = std::get_if<int64_t>(&value)) return number(static_cast<uint64_t>(*whole));
    if (const auto* real = std::get_if<double>(&value)) return number(std::bit_cast<uint64_t>(*real));
    if (const auto* truth = std::get_if<bool>(&value)) return number(*truth ? 1 : 0);
    return text(std::get<Bytes>(value).data);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace

std::string circumstances(const Envelope& envelope) {
  Words words;
  for (const std::string* text : {&envelope.origin, &envelope.destination, &envelope.role, &envelope.scope}) words.text(*text);
  return words.number(static_cast<uint64_t>(envelope.time)).take();
}

std::string statement(const Envelope& envelope, std::string_view payload) {
  Words words;
  words.text("leat signature 1");
  for (const std::string* text : {&envelope.id, &envelope.origin, &envelope.issuer, &envelope.destination, &envelope.subject,
                                  &envelope.media_type, &envelope.role, &envelope.scope, &envelope.parent})
    words.text(*text);
  words.number(static_cast<uint64_t>(envelope.time)).number(envelope.meta.size());
  std::vector<const std::pair<std::string, MetaValue>*> entries;
  for (const auto& entry : envelope.meta) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
  for (const auto* entry : entries) words.text(entry->first).value(entry->second);
  return words.text(payload).take();
}

}  // namespace leat::crypto
