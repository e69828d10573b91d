// What the micro-benches share: a block of request records, framed and read as the runner does it.
// Owner:   the bench.   Thread: one.   Blocks: never.
// Fails:   a bench that cannot do its work ends the program, so that the tests, which run each bench once, see it.
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/codec/codec.h"
#include "core/data/batch.h"
#include "core/data/format.h"

namespace leat::micro {

[[noreturn]] void give_up(std::string_view bench, std::string_view why);

// About one block of NDJSON: requests with nested fields, escapes and UTF-8.
const std::string& requests();

Pool& pool();

// A slab that holds `bytes` whole, cut and framed by the codec.
SlabRef framed(const CodecSpec& codec, std::string_view bytes);

// Reads the planned columns of all records.
void read(Slab& slab, const FieldPlan& plan, Reader& reader);

// Says how many records and bytes an iteration went through.
void count(benchmark::State& state, const Slab& slab);

// Called before the benches run; each file registers its own.
void register_codecs();
void register_expressions();
void register_stages();

}  // namespace leat::micro
