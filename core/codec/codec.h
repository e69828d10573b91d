// Codec: how a stream of bytes falls into records, and how records become bytes again.
// Owner:   a source owns its Framer, a sink its Encoder.
// Thread:  cut() under the source's read token; frame() in any lane, also while cut() works on the next slab,
//          so what it needs must be constant; encode() under the turn.
// Blocks:  never.
// Fails:   a record that framing refuses is a Slab::Fault; a stream that cannot go on answers broken().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/codec/compress.h"
#include "core/data/batch.h"
#include "core/data/format.h"
#include "core/stage/stage.h"

namespace leat {

struct CodecOptions {
  uint32_t max_record = 16u << 20;  // bytes; a longer one is a fault and reading goes on behind it
  bool infer = true;                // csv, tsv, logfmt: canonical JSON numbers and true/false are not strings
  bool header = true;               // csv, tsv: the first row names the fields; else they are "1", "2" ...
  char separator = 0;               // csv: 0 is the codec's own
  bool datagram = false;            // syslog: what comes or goes at a time is one message
  const Clock* clock = nullptr;     // syslog: of dates without a year; null: they stay as they are
  Unpacking unpack;                 // of a source's bytes, in front of the framer
  Packing pack;                     // of a sink's, behind the encoder
};

class Framer {
 public:
  virtual ~Framer() = default;
  // slab.text() begins at a record; [0, seen) was looked at by the last call. Answers how many leading bytes are whole
  // records (their separators included); the source carries the rest to the front of its next slab, where seen is the
  // length carried. `end`: no byte will follow, so a last record without a separator is whole. It may append to the slab
  // (a missing last newline) and may fill slab.records itself, where framing and cutting are one pass.
  // slab.offset is set before the call.
  virtual uint32_t cut(Slab& slab, uint32_t seen, bool end) = 0;
  // Of a slab that ends where cut() said: fills records, faults, format and contiguous, if cut() has not.
  virtual void frame(Slab& slab) const = 0;
  // Why nothing behind the last cut can be read, with the byte offset; asked after each cut().
  virtual const Error* broken() const { return nullptr; }
};

class Encoder {
 public:
  using Fail = std::function<void(uint32_t record, Reason)>;
  virtual ~Encoder() = default;
  // slab.text() is already what this codec would write for all its records: the sink sends the slab itself.
  virtual bool as_is(const Slab& slab) const = 0;
  // Appends the chosen records; one that cannot be written is reported and left out whole.
  virtual void encode(const Batch& batch, std::string& out, const Fail& fail) = 0;
  virtual void finish(std::string&) {}  // the closing bytes, once: json-array's ]
};

struct CodecSpec {
  std::string_view name;
  std::string_view summary;
  std::string_view extensions;                               // words: .ndjson .jsonl
  bool envelope;                                             // writes or reads the whole envelope, so records must have one
  std::unique_ptr<Framer> (*framer)(const CodecOptions&);    // null: cannot be read
  std::unique_ptr<Encoder> (*encoder)(const CodecOptions&);  // null: cannot be written
};

std::span<const CodecSpec> codecs();
const CodecSpec* find_codec(std::string_view name);
Result<const CodecSpec*> codec_called(std::string_view name);  // the same, or an error that knows the nearest name
const CodecSpec* codec_of_path(std::string_view path);         // by the extension, .gz and .zst aside; null: unknown

}  // namespace leat
