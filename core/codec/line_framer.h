// LineFramer: cuts a stream where one byte ends each record.
// Owner:   the codecs made of lines.   Thread: as codec.h.   Blocks: never.
// Fails:   a longer record than max_record is a fault that keeps its first 4 KiB; reading goes on behind it.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

struct LineStyle {
  char separator;  // a carriage return in front of a newline belongs to it
  bool raw;        // any bytes are a record; else blank lines and a byte order mark in front of all are nothing
  const Format* format;
};

std::unique_ptr<Framer> line_framer(const LineStyle& style, uint32_t max_record);

}  // namespace leat
