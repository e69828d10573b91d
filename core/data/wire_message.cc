#include "core/data/wire_message.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace leat::wire {

Error wrong(std::string text) { return {Error::Kind::data, std::move(text), {}}; }

// The library's sentence may be long and have lines, and bytes of the message in it.
Error wrong(const kj::Exception& exception) {
  std::string_view words(exception.getDescription().cStr());
  if (const size_t colon = words.rfind("; "); colon != std::string_view::npos && words.substr(0, 8) == "expected")
    words.remove_prefix(colon + 2);
  std::string line(words.substr(0, std::min(words.find('\n'), size_t{160})));
  for (char& c : line)
    if (c < ' ' || c > '~') c = '?';
  return wrong(std::move(line));
}

capnp::ReaderOptions WireMessage::limits(size_t words, int nesting) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = words * 4 + 64;
  options.nestingLimit = nesting;
  return options;
}

kj::ArrayPtr<const capnp::word> WireMessage::place(std::string_view bytes) {
  const size_t words = bytes.size() / sizeof(capnp::word);
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignof(capnp::word) == 0)
    return {reinterpret_cast<const capnp::word*>(bytes.data()), words};
  copy_ = kj::heapArray<capnp::word>(words);
  std::memcpy(copy_.begin(), bytes.data(), words * sizeof(capnp::word));
  return copy_;
}

void append(capnp::MessageBuilder& message, std::string& out) {
  const auto segments = message.getSegmentsForOutput();
  std::vector<uint32_t> table(segments.size() / 2 * 2 + 2);
  table[0] = static_cast<uint32_t>(segments.size() - 1);
  for (size_t i = 0; i < segments.size(); ++i) table[i + 1] = static_cast<uint32_t>(segments[i].size());
  for (const uint32_t count : table)
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(count >> shift);
  for (const auto& segment : segments) out.append(reinterpret_cast<const char*>(segment.begin()), segment.size() * sizeof(capnp::word));
}

}  // namespace leat::wire
