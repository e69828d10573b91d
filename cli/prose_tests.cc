// Prose of leat-tests(5).
#include "cli/prose.h"

namespace leat::prose {

const std::string_view kTests =
    "leat test runs a pipeline without its ends: what its sources bring and when stands in a case, and what must come out of it. Cases "
    "stand under the key tests of the pipeline's own file, or in another one, NAME_test.yaml by custom, beside the key pipeline, which "
    "names the file they are about. Paths in a file are meant from where the file is.\n"
    "\n"
    "A case runs on one thread with one seed, on a clock that begins at start and stands still until the case says wait; so it gives the "
    "same bytes each time. Whatever else a run would check is checked. A stage that calls a command or a server does so, unless mock puts "
    "an expression in its place.";

const std::string_view kTestInput =
    "input is what goes in: a text, as the source would read it in its codec; a list of records, each a text or, for a source of JSON, a "
    "value; or a map with one of the keys text, file and base64. input: {PLACE: ...} says where it goes in, if there are several sources "
    "or if it is to go into a stage, as JSON: a source is called by its url, or source, source-2 as in the summary; - is stdin too. A "
    "stage is called by its id.";

const std::string_view kTestExpect =
    "expect is what has come out: a text, byte for byte but for the last line end; a list of records, which are compared as values and in "
    "order; or a map of any of the keys below. expect: {PLACE: ...} says where: a sink by its url, or sink, sink-2; dlq; or what left a "
    "stage by a port, STAGE.PORT (STAGE alone is its out), whether or not the pipeline reads it. An expectation is about what came since "
    "the one before it at the same place. Of a dead letter the record is compared; its reason is $error in a condition.";

const std::string_view kTestSteps =
    "steps is a list, for what input and expect alone cannot say: input: ..., wait: DURATION, expect: ..., in any order, and the word end, "
    "with which the sources end, as they do behind the last step if no step says so, or drain, with which the run is cut short as by a "
    "first signal. What is due while the clock goes on happens at its "
    "time. A short case is input, end, expect.\n"
    "\n"
    "A case also fails if a record fails and nothing takes it (unless failed: says how many), if there are dead letters and no expectation "
    "of them, and if more comes at a sink after the last expectation of it.";

const std::string_view kTestExample =
    "  from: '-'\n"
    "  stages:\n"
    "    - filter: '.status >= 500'\n"
    "    - window: {size: 1m, by: ['.host'], emit: '{n: count}'}\n"
    "  to: '-'\n"
    "  dlq: dead.ndjson\n"
    "  tests:\n"
    "    - name: what is no JSON is kept\n"
    "      input: |\n"
    "        {\"status\": 200, \"host\": \"web-1\"}\n"
    "        {\"status\": 5\n"
    "      expect:\n"
    "        stdout: {count: 0}\n"
    "        dlq: {count: 1, all: '$error.code == \"malformed\"'}\n"
    "    - name: a window closes by the clock\n"
    "      start: 2026-03-01T12:00:00Z\n"
    "      steps:\n"
    "        - input: [{status: 500, host: web-1}, {status: 503, host: web-1}]\n"
    "        - wait: 1m\n"
    "        - expect: {stdout: {count: 1, all: '.n == 2'}}";

std::vector<Page::Entry> case_keys() {
  return {
      {"name", "what it is about; every case has one"},
      {"input, expect", "what goes in and what must come out; or"},
      {"steps", "the same in several steps"},
      {"start", "what the clock says at first, in RFC 3339; 2000-01-01T00:00:00Z"},
      {"set", "a map of places of the pipeline file and values, as --set of leat run"},
      {"environment", "a map of variables, over those of the process"},
      {"mock", "a map of stages and expressions: each is a map of that expression in this case"},
  };
}

std::vector<Page::Entry> expectation_keys() {
  return {
      {"records", "a list of values"},
      {"text", "the bytes a sink has written, but for the last line end; of a port, a line of JSON for each record"},
      {"file", "the same bytes as this file holds; leat test --update writes it"},
      {"count", "how many records"},
      {"all, any", "a condition that every record fulfils, or one at least"},
      {"summary",
       "beside the places: {ID: {WORD: N}}, figures of --summary so far: of a stage or end its in, out, filtered, absorbed, "
       "failed, dropped, delivered, or a reason; of run the totals"},
      {"failed", "beside the places: how many records failed and nobody took"},
  };
}

}  // namespace leat::prose
