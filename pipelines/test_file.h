// TestFile: the cases of `leat test`: what is put into a pipeline, how time goes on, and what must come out of it.
// Owner:   a value.   Thread: any.   Blocks: on a file that a case names.
// Fails:   by Problems, all of them, with line and column.
//
// A case is a list of steps on a clock that stands still until it is told to go on. A short one, `input` and `expect`, stands for
// three: what goes in, the end of the sources, what has come out.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "pipelines/document.h"
#include "pipelines/spec.h"

namespace leat {

// Where records go in or are looked at, as written: an end by its url or by its name in the summary (source, sink-2, dlq), else
// STAGE or STAGE.PORT, with or without stage: in front. Empty: the only one there is.
struct TestPlace {
  std::string name;
  Mark mark;
};

// Records, as they are written in a case or stand in a file.
struct TestRecords {
  std::string bytes;    // a line for each that was written as a value
  bool values = false;  // they are JSON
  Mark mark;
};

struct TestInput {
  TestPlace place;
  TestRecords records;
};

struct TestExpectation {
  TestPlace place;
  std::optional<std::string> text;                  // the bytes, but for the last line end
  std::optional<std::vector<std::string>> records;  // the same values, in this order
  std::optional<uint64_t> count;
  std::string file;      // the bytes are those of this file
  std::string all, any;  // a condition that every record, or one at least, must fulfil
  Mark all_mark, any_mark;
};

// A figure of the summary: of a stage or end, or of the whole run where `id` is "run".
struct TestFigure {
  std::string id, word;
  uint64_t count = 0;
  Mark mark;
};

struct TestStep {
  struct End {
    bool drained = false;  // the run is cut short, as by a first signal; else the sources end
  };
  struct Expect {
    std::vector<TestExpectation> places;
    std::vector<TestFigure> figures;
    std::optional<uint64_t> failed;  // records that nobody took
  };
  Mark mark;
  std::variant<std::vector<TestInput>, Duration, End, Expect> what;
};

struct TestCase {
  std::string name;
  Mark mark;
  Instant start;
  std::vector<std::string> overrides;                            // PATH=VALUE, as --set
  std::vector<std::pair<std::string, std::string>> environment;  // over that of the process
  std::vector<std::pair<std::string, std::string>> mocks;        // a stage's id, and the expression in its place
  std::vector<TestStep> steps;
};

struct TestFile {
  std::string pipeline;  // the file they are about; empty: they stand in it
  std::vector<TestCase> cases;
  Problems problems;
};

// `read`: a file that a case names, by its path as written.
using ReadFile = std::function<Result<std::string>(const std::string& path)>;
TestFile read_tests(const Document& document, const ReadFile& read);

}  // namespace leat
