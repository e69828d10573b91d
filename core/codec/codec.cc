#include "core/codec/codec.h"

#include <algorithm>
#include <vector>

#include "core/base/text.h"

namespace leat {

std::span<const CodecSpec> codecs() { return {}; }

const CodecSpec* find_codec(std::string_view name) {
  const auto all = codecs();
  const auto at = std::find_if(all.begin(), all.end(), [&](const CodecSpec& codec) { return codec.name == name; });
  return at == all.end() ? nullptr : &*at;
}

const CodecSpec* codec_of_path(std::string_view path) {
  for (std::string_view packed : {".gz", ".zst"})
    if (path.ends_with(packed)) path.remove_suffix(packed.size());
  for (const CodecSpec& codec : codecs())
    for (std::string_view extension : text::split(codec.extensions, ' '))
      if (!extension.empty() && path.ends_with(extension)) return &codec;
  return nullptr;
}

}  // namespace leat
