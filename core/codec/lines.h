// lines, nul, ndjson: records that end with one byte. An empty line is a record of `lines` and nothing in ndjson; a carriage
// return before a newline belongs to the separator; a byte order mark before the first JSON text is skipped. Of `lines` nothing
// else is lost: a mark is text, and a line that ends in a carriage return of its own is written with CRLF behind it.
// Owner:   as codec.h.   Thread: as codec.h.   Blocks: never.
// Fails:   a longer record than max_record is a fault that keeps its first 4 KiB; reading goes on behind it.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

const Format& lines_format();  // a record is a string
const Format& nul_format();

std::unique_ptr<Framer> lines_framer(const CodecOptions& options);
std::unique_ptr<Framer> nul_framer(const CodecOptions& options);
std::unique_ptr<Framer> ndjson_framer(const CodecOptions& options);

std::unique_ptr<Encoder> lines_encoder(const CodecOptions& options);
std::unique_ptr<Encoder> nul_encoder(const CodecOptions& options);
std::unique_ptr<Encoder> ndjson_encoder(const CodecOptions& options);

}  // namespace leat
