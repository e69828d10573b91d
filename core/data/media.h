// Media: how the bytes of a media type read as a value.
// Owner:   pure function.   Thread: any.   Blocks: never.   Fails: cannot; what it does not know is `other`.
#pragma once

#include <cstdint>
#include <string_view>

namespace leat {

enum class Media : uint8_t {
  json,   // one JSON value: application/json, application/x-ndjson, text/json, anything +json, and no media type at all
  text,   // a string: text/*
  other,  // a string of base64: the rest
};

Media media_of(std::string_view type);  // parameters and letter case do not count

}  // namespace leat
