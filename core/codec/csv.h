// csv and tsv: rows under a header. Empty lines are no rows, but in TSV under a header of one name.
// Owner:   as codec.h; the framer owns the format its slabs name, so it outlives them.
// Thread:  as codec.h.   Blocks: never.
// Fails:   reading: a longer row than max_record is a fault; a header that is none, and a stream that ends inside quotes,
//          break it at a named byte. Writing: a record that is no object, and a field the header lacks, fail as `encode`.
//
// The first record written decides the header; a field it lacks later is empty. A CSV row that nobody changed keeps its bytes.
// A byte order mark in front of all is skipped. A row that ends in a carriage return of its own is written with CRLF behind it,
// and a first name that begins with a mark of its own behind another one, so that both are read again.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> csv_framer(const CodecOptions& options);
std::unique_ptr<Framer> tsv_framer(const CodecOptions& options);
std::unique_ptr<Encoder> csv_encoder(const CodecOptions& options);
std::unique_ptr<Encoder> tsv_encoder(const CodecOptions& options);

}  // namespace leat
