// WireMessage: one Cap'n Proto message that the library may read, and how one is written. Behind the door: C++17.
// Owner:   the part that reads; the bytes are lent.   Thread: any.   Blocks: never.
// Fails:   as the library does, by exception, to the wire file that includes this; wrong() makes an error of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include "core/base/result.h"

namespace leat::wire {

Error wrong(std::string text);
Error wrong(const kj::Exception& exception);  // the library's sentence without its lists of values and hints

// Its words aligned, and no more work in it than a few times its length.
class WireMessage {
 public:
  WireMessage(std::string_view bytes, int nesting)
      : origin_(bytes.data()), words_(place(bytes)), reader_(words_, limits(words_.size(), nesting)) {}

  template <class Root>
  typename Root::Reader root() {
    return reader_.getRoot<Root>();
  }

  // Where a part of the read words lies in the bytes we were given.
  template <class Part>
  std::string_view there(Part part) const {
    if (part.size() == 0) return {};
    return {origin_ + (reinterpret_cast<const char*>(part.begin()) - reinterpret_cast<const char*>(words_.begin())), part.size()};
  }

 private:
  static capnp::ReaderOptions limits(size_t words, int nesting);
  kj::ArrayPtr<const capnp::word> place(std::string_view bytes);

  const char* origin_;
  kj::Array<capnp::word> copy_;  // stays empty for aligned bytes
  kj::ArrayPtr<const capnp::word> words_;
  capnp::FlatArrayMessageReader reader_;
};

inline std::string text(capnp::Text::Reader words) { return {words.begin(), words.size()}; }
inline std::string bytes(capnp::Data::Reader data) { return {reinterpret_cast<const char*>(data.begin()), data.size()}; }
inline capnp::Text::Reader text(const std::string& words) { return {words.c_str(), words.size()}; }
inline capnp::Data::Reader bytes(std::string_view data) { return {reinterpret_cast<const kj::byte*>(data.data()), data.size()}; }

void append(capnp::MessageBuilder& message, std::string& out);  // as one frame

}  // namespace leat::wire
