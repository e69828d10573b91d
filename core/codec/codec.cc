#include "core/codec/codec.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/capnp.h"
#include "core/codec/cbor.h"
#include "core/codec/csv.h"
#include "core/codec/envelope_json.h"
#include "core/codec/json_values.h"
#include "core/codec/length_prefixed.h"
#include "core/codec/lines.h"
#include "core/codec/logfmt.h"
#include "core/codec/msgpack.h"
#include "core/codec/syslog.h"

namespace leat {
namespace {

constexpr CodecSpec kCodecs[] = {
    {"ndjson", "one JSON value per line", ".ndjson .jsonl", false, ndjson_framer, ndjson_encoder},
    {"json", "JSON values one after another, in any white space", ".json", false, json_framer, json_encoder},
    {"json-array", "the elements of a JSON array", "", false, json_array_framer, json_array_encoder},
    {"csv", "rows under a header, RFC 4180", ".csv", false, csv_framer, csv_encoder},
    {"tsv", "tab-separated rows under a header, tabs and newlines in them escaped", ".tsv", false, tsv_framer, tsv_encoder},
    {"logfmt", "lines of key=value pairs", ".logfmt", false, logfmt_framer, logfmt_encoder},
    {"lines", "text lines; a record is a string", ".log .txt", false, lines_framer, lines_encoder},
    {"nul", "strings that end with a NUL byte, as find -print0 writes them", "", false, nul_framer, nul_encoder},
    {"length-prefixed", "JSON values, each after its length in four bytes, highest first", "", false, length_prefixed_framer,
     length_prefixed_encoder},
    {"capnp", "artifacts as Cap'n Proto messages, one after another", ".capnp .artifact", true, capnp_framer, capnp_encoder},
    {"capnp-packed", "artifacts as packed Cap'n Proto messages", "", true, capnp_packed_framer, capnp_packed_encoder},
    {"envelope", "artifacts as JSON objects, one per line: every field by its name", ".envelopes", true, envelope_framer, envelope_encoder},
    {"msgpack", "MessagePack values one after another; bin becomes base64, ext {ext, data}, NaN null", ".msgpack .mpk", false,
     msgpack_framer, msgpack_encoder},
    {"cbor", "CBOR values one after another, RFC 8949; byte strings become base64, tags go, NaN becomes null", ".cbor", false, cbor_framer,
     cbor_encoder},
    {"syslog", "log messages, RFC 5424 or 3164 in, 5424 out; counted or on a line each", ".syslog", false, syslog_framer, syslog_encoder},
};

}  // namespace

std::span<const CodecSpec> codecs() { return kCodecs; }

const CodecSpec* find_codec(std::string_view name) {
  const auto all = codecs();
  const auto at = std::find_if(all.begin(), all.end(), [&](const CodecSpec& codec) { return codec.name == name; });
  return at == all.end() ? nullptr : &*at;
}

Result<const CodecSpec*> codec_called(std::string_view name) {
  if (const CodecSpec* codec = find_codec(name)) return codec;
  std::vector<std::string_view> known;
  for (const CodecSpec& codec : codecs()) known.push_back(codec.name);
  const auto near = text::nearest(name, known);
  return Error{Error::Kind::usage, fmt::format("no codec is called {}", text::quoted(name)),
               near ? fmt::format("did you mean {}?", *near) : "leat list codecs names them all"};
}

const CodecSpec* codec_of_path(std::string_view path) {
  path = unpacked_path(path);
  for (const CodecSpec& codec : codecs())
    for (std::string_view extension : text::split(codec.extensions, ' '))
      if (!extension.empty() && path.ends_with(extension)) return &codec;
  return nullptr;
}

}  // namespace leat
