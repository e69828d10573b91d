// The cases of a file: what can be written, and how every mistake is told.
#include "pipelines/test_file.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "pipelines/load_yaml.h"

namespace leat {
namespace {

using namespace std::chrono_literals;

TestFile read(std::string yaml) {
  return read_tests(load_yaml(std::move(yaml)), [](const std::string& path) -> Result<std::string> {
    if (path == "there") return std::string("what it holds");
    return Error{Error::Kind::no_input, path + ": not there", {}};
  });
}

std::string mistakes(std::string yaml) {
  std::string said;
  for (const Problem& problem : read(std::move(yaml)).problems)
    said += fmt::format("{}:{}: {}: {}{}\n", problem.mark.line, problem.mark.column, problem.path, problem.message,
                        problem.hint.empty() ? "" : " (" + problem.hint + ")");
  return said;
}

const TestStep::Expect& expect_of(const TestStep& step) { return std::get<TestStep::Expect>(step.what); }

TEST(TestFile, AShortCaseIsThreeSteps) {
  const TestFile file = read("tests:\n- name: n\n  input: [{a: 1, b: [x, 'y', '2', null, true]}]\n  expect: |\n    one\n");
  ASSERT_TRUE(file.problems.empty());
  ASSERT_EQ(file.cases.size(), 1u);
  const auto& steps = file.cases[0].steps;
  ASSERT_EQ(steps.size(), 3u);
  const auto& inputs = std::get<std::vector<TestInput>>(steps[0].what);
  EXPECT_EQ(inputs.at(0).records.bytes, "{\"a\":1,\"b\":[\"x\",\"y\",\"2\",null,true]}\n");
  EXPECT_TRUE(inputs[0].records.values);
  EXPECT_TRUE(std::holds_alternative<TestStep::End>(steps[1].what));
  EXPECT_EQ(expect_of(steps[2]).places.at(0).text, "one\n");
  EXPECT_EQ(file.cases[0].start, Instant() + std::chrono::seconds(946684800)) << "2000-01-01 UTC";
}

TEST(TestFile, TextIsBytesAndEndsItsLine) {
  const auto bytes = [](std::string_view input) {
    const TestFile file = read(fmt::format("tests:\n- name: n\n  input: {}\n  expect: x\n", input));
    EXPECT_TRUE(file.problems.empty());
    return std::get<std::vector<TestInput>>(file.cases.at(0).steps.at(0).what).at(0).records.bytes;
  };
  EXPECT_EQ(bytes("abc"), "abc\n");
  EXPECT_EQ(bytes("[1, 'no json {', [2]]"), "1\nno json {\n[2]\n");
  EXPECT_EQ(bytes("{text: abc}"), "abc") << "as it is, for who says so";
  EXPECT_EQ(bytes("{base64: AAE=}"), std::string("\0\1", 2));
  EXPECT_EQ(bytes("{file: there}"), "what it holds");
  EXPECT_EQ(bytes("''"), "");
}

TEST(TestFile, StepsAndPlaces) {
  const TestFile file = read(
      "pipeline: p.yaml\ntests:\n- name: n\n  start: 2026-03-01T12:00:00Z\n  set: {a.b: 3}\n  environment: {K: v}\n  mock: {call: '.x'}\n  "
      "steps:\n"
      "  - input: {source-2: abc, map: [1]}\n  - wait: 1m\n  - expect: {dlq: {count: 0}, m.err: [x], failed: 2, summary: {take: {in: 5}}}\n"
      "  - end\n  - expect: {stdout: {all: '.a', any: '.b', file: there}}\n");
  ASSERT_TRUE(file.problems.empty()) << file.problems[0].message;
  EXPECT_EQ(file.pipeline, "p.yaml");
  const TestCase& test = file.cases.at(0);
  EXPECT_EQ(test.overrides, std::vector<std::string>{"a.b=3"});
  EXPECT_EQ(test.environment.at(0), (std::pair<std::string, std::string>("K", "v")));
  EXPECT_EQ(test.mocks.at(0).second, ".x");
  EXPECT_EQ(std::get<std::vector<TestInput>>(test.steps.at(0).what).at(0).place.name, "source-2");
  EXPECT_EQ(std::get<Duration>(test.steps.at(1).what), 1min);
  const auto& first = expect_of(test.steps.at(2));
  EXPECT_EQ(first.places.at(0).count, 0u);
  EXPECT_EQ(first.places.at(1).records, std::vector<std::string>{"\"x\""});
  EXPECT_EQ(first.failed, 2u);
  EXPECT_EQ(first.figures.at(0).word, "in");
  EXPECT_EQ(expect_of(test.steps.at(4)).places.at(0).any, ".b");
}

TEST(TestFile, EveryMistakeIsTold) {
  EXPECT_EQ(mistakes("pipeline: p\n"), "1:1: : there are no tests here (tests: is a list of cases)\n");
  EXPECT_EQ(mistakes("tests: 3\n"), "1:8: tests: wants a list of cases, here is a single value\n");
  EXPECT_EQ(mistakes("tests:\n- nme: x\n  expect: y\n"),
            "2:3: tests[0]: a case has no 'nme' (did you mean name?)\n2:3: tests[0]: a case has a name\n");
  EXPECT_EQ(mistakes("tests:\n- name: n\n"), "2:3: tests[0]: a case without expect can never fail (expect: {PLACE: RECORDS}, or steps:)\n");
  EXPECT_EQ(mistakes("tests:\n- name: n\n  steps:\n  - end\n  - input: x\n  - expect: y\n"),
            "5:5: tests[0].steps: the run has ended: nothing but expect may follow\n");
  EXPECT_EQ(mistakes("tests:\n- name: n\n  steps: [{wait: soon}, {expect: y}]\n"),
            "3:18: tests[0].steps[0].wait: wants a duration such as 30s\n");
  EXPECT_EQ(mistakes("tests:\n- name: n\n  expect: {sink: {cuont: 1}}\n"),
            "3:19: tests[0].expect.sink: an expectation has no 'cuont' (did you mean count?)\n");
  EXPECT_EQ(mistakes("tests:\n- name: n\n  expect: {sink: }\n"),
            "3:18: tests[0].expect.sink: expects nothing of it (count: 0 says that nothing comes)\n");
  EXPECT_EQ(mistakes("tests:\n- name: n\n  input: {file: gone}\n  expect: x\n"), "3:17: tests[0].input.file: gone: not there\n");
}

}  // namespace
}  // namespace leat
