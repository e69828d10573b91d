// PipelineSpec: what the user asked for, as plain data. argv and YAML both become one, explain writes one as either, check judges
// one, and the graph is built from one.
// Owner:   a value; StageSpecs and Options behind the pointers are constants of the program.
// Thread:  any.   Blocks: never.
// Fails:   cannot; what is wrong with a spec is collected as Problems by whoever loads or checks it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/stage/address.h"
#include "core/stage/settings.h"
#include "core/stage/stage.h"
#include "stages/hub_place.h"

namespace leat {

// A source or sink, as written: - PATH unix:P tcp://H:P exec:CMD hub:SUBJECT stage:ID.PORT drop: ...
struct EndSpec {
  std::string url;
  std::string written;  // the url before ${...} was read, where that changed it
  Settings options;     // of source_options() or sink_options()
  Mark mark;
  bool implied = false;  // nobody wrote it: stdin or stdout by default
  // No word of a user says these:
  bool letters = false;    // a source of dead letters that are run again (replay.h)
  bool discarded = false;  // a sink that throws away what it has written (trial.h)

  std::vector<EndSpec> fallback = {};  // none or one, of a sink: takes what it cannot deliver
};

std::optional<Address> stage_of(const EndSpec& end);  // of a source: the port of a stage that it stands for; none: it is a real one

inline constexpr size_t kMaxFallbacks = 16;
std::string too_many_fallbacks();

// f(end) for a sink, and for the ends that stand in for it, in the order they are asked.
template <class End, class F>
void each_in_line(End& sink, F&& f) {
  for (End* end = &sink; end; end = end->fallback.empty() ? nullptr : &end->fallback.front()) f(*end);
}

struct StageUse {
  const StageSpec* spec = nullptr;  // null only beside a Problem that says why
  std::string name;                 // of the stage, as written
  std::string id;
  bool named = false;  // the id was given, not made from the name
  Settings settings;   // of spec->options
  Settings guards;     // of guard_options(); only a call has any
  Mark mark;
  std::string place = {};  // of middleware, where the file has it: chains[1].middleware[0].filter
};

// Does it read from within the run: a port of a stage, or events? All other sources bring data.
bool inside(const EndSpec& source);
bool brings_events(const EndSpec& source);

struct ChainSpec {
  std::vector<EndSpec> from;
  std::vector<StageUse> stages;
  std::vector<EndSpec> to;  // empty: another chain reads the last stage
  std::optional<EndSpec> dlq;
  Mark mark;
  std::string hook = {};                  // the hook that it was written as: hooks.on_error; else empty
  std::vector<StageUse> middleware = {};  // its own, as read: put_in_front() makes them its first stages
};

// A file that another one includes. Its lines count on behind those of the file read before it, so that a Mark alone says where it is.
struct IncludedFile {
  std::string name;  // as seen from the current folder
  int first_line;    // what its line 1 is called in Marks
};

struct PipelineSpec {
  Settings globals;  // of global_options()
  std::vector<ChainSpec> chains;
  std::string file;                    // empty: the command line
  std::vector<IncludedFile> included;  // in the order read
  HubPlaces hubs = {};                 // that settings files name
};

// One mistake. Loaders and checks collect them all before anything is said.
struct Problem {
  Mark mark;
  std::string path;  // chains[1].stages[0].window.every, or the stage's id on the command line
  std::string message;
  std::string hint;  // did you mean X? write ...; may be empty
};
using Problems = std::vector<Problem>;

struct Loaded {
  PipelineSpec spec;  // as much of it as could be read
  Problems problems;
};

// Each problem as a user reads it: file:line:col: path: message (hint). An expression's error has lines of its own below.
std::vector<std::string> lines_of(const PipelineSpec& spec, const Problems& problems);
// FILE:LINE:COL, or the file alone for a Mark without a line.
std::string place_in(const PipelineSpec& spec, Mark mark);
// All of them as one, under the exit status of the place they were made in.
Error to_error(const PipelineSpec& spec, const Problems& problems);

bool id_like(std::string_view id);  // small letters, digits and -

// Gives every stage without an id its name, then NAME-2 ..., and every chain that needs them its implied ends. Loaders end with it.
void settle(PipelineSpec& spec);

// Where `id` stands; nothing if no stage is called so.
struct Place {
  size_t chain, stage;
};
std::optional<Place> find_use(const PipelineSpec& spec, std::string_view id);
// Where the stage stands that a source reads; nothing for a real source, and where no stage is called so.
std::optional<Place> place_read(const PipelineSpec& spec, const EndSpec& source);

// Every port of a stage as it is set: the declared ones, then those its settings make (route's cases).
std::vector<std::string> ports_of(const StageUse& use);

// The dead-letter sink of a chain: its own, else that of the first chain it reads from which has one; null: none.
const EndSpec* dlq_of(const PipelineSpec& spec, size_t chain);

// By chain: does it read a source that is `such`, or what such a chain makes.
std::vector<bool> chains_reached(const PipelineSpec& spec, const std::function<bool(const EndSpec&)>& such);
std::vector<bool> chains_of_events(const PipelineSpec& spec);

// The same pipeline; marks, the order of settings and whether standard input and output were written out aside.
bool same(const PipelineSpec& a, const PipelineSpec& b);

}  // namespace leat
