// Codec laws: what holds for every codec, whatever its records are.
// Owner:   the test.   Thread: one.   Blocks: never.
// Fails:   as test expectations.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "core/codec/codec.h"
#include "tests/support/feed.h"

namespace leat::test {

inline const CodecSpec& codec(std::string_view name) {
  const CodecSpec* spec = find_codec(name);
  if (!spec) throw std::invalid_argument(std::string(name));
  return *spec;
}

// A stream read, with what its slabs need to stay readable.
struct Stream : Fed {
  std::shared_ptr<Framer> framer;
};

// The stream in pieces of every size gives the same records, faults and end; answers them.
inline Stream feed_in_pieces(const CodecSpec& spec, std::string_view bytes, Pool& pool, const CodecOptions& options = {}) {
  const auto all = [&](size_t piece) {
    std::shared_ptr<Framer> framer = spec.framer(options);
    Fed fed = feed(*framer, bytes, piece, pool);
    return Stream{std::move(fed), std::move(framer)};
  };
  Stream whole = all(std::max<size_t>(bytes.size(), 1));
  for (const size_t piece : {size_t{1}, size_t{2}, size_t{7}, size_t{65536}}) {
    const Stream fed = all(piece);
    EXPECT_EQ(fed.records, whole.records) << spec.name << " in pieces of " << piece;
    EXPECT_EQ(fed.faults.size(), whole.faults.size()) << spec.name << " in pieces of " << piece;
    for (size_t i = 0; i < std::min(fed.faults.size(), whole.faults.size()); ++i) {
      EXPECT_EQ(fed.faults[i].record, whole.faults[i].record);
      EXPECT_EQ(fed.faults[i].code, whole.faults[i].code);
      EXPECT_EQ(fed.faults[i].message, whole.faults[i].message);
    }
    EXPECT_EQ(fed.broken ? fed.broken->text : "", whole.broken ? whole.broken->text : "") << spec.name << " in pieces of " << piece;
  }
  return whole;
}

struct Written {
  std::string bytes;
  std::vector<std::string> failed;  // code: message
};

// What the slabs' records are as `out` writes them; faults are left out as the runner does.
inline Written write(const CodecSpec& out, const Fed& fed, const CodecOptions& options = {}) {
  Written written;
  const auto encoder = out.encoder(options);
  for (const SlabRef& slab : fed.slabs) {
    std::string encoded;
    Batch batch(slab, {}, 0);
    size_t fault = 0;
    batch.keep_if([&](uint32_t i) { return fault >= slab->faults.size() || slab->faults[fault].record != i || (++fault, false); });
    encoder->encode(batch, encoded,
                    [&](uint32_t, Reason reason) { written.failed.push_back(std::string(reason.code) + ": " + reason.message); });
    if (encoder->as_is(*slab)) {
      EXPECT_EQ(encoded, slab->text()) << out.name;
    }
    written.bytes += encoded;
    batch.let_go();
  }
  encoder->finish(written.bytes);
  return written;
}

// Reads every record that is no fault as its format says, in one pass; what failed is left out and told.
inline Written read_as_json(const Fed& fed) {
  Written written;
  const FieldPlan nothing;
  for (const SlabRef& slab : fed.slabs) {
    const auto reader = slab->format->reader(nothing);
    reader->prepare(*slab, slab->records.size());
    size_t fault = 0;
    for (uint32_t i = 0; i < slab->records.size(); ++i) {
      if (fault < slab->faults.size() && slab->faults[fault].record == i) {
        ++fault;
      } else if (reader->read(*slab, i, nullptr)) {
        slab->format->to_json(slab->record(i), written.bytes);
        written.bytes += '\n';
      } else {
        written.failed.push_back(std::string(reader->code()) + ": " + reader->reason());
      }
    }
  }
  return written;
}

// From one codec to another, or the same: the pieces law on the way in.
inline Written convert(std::string_view in, std::string_view out, std::string_view bytes, const CodecOptions& options = {}) {
  Pool pool;
  return write(codec(out), feed_in_pieces(codec(in), bytes, pool, options), options);
}

}  // namespace leat::test
