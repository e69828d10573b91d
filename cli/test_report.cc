#include "cli/test_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/data/json.h"

namespace leat {
namespace {

size_t failed_in(const SuiteResult& suite) {
  return static_cast<size_t>(
      std::count_if(suite.cases.begin(), suite.cases.end(), [](const TestResult& result) { return !result.faults.empty(); }));
}

std::string indented(std::string_view text) {
  std::string out = "  ";
  for (char c : text) (out += c) += c == '\n' ? "  " : "";
  return out;
}

std::string coverage_text(const SuiteResult& suite) {
  const auto reached = std::count_if(suite.coverage.begin(), suite.coverage.end(), [](const auto& port) { return port.second > 0; });
  std::string out = fmt::format("{}: {} of {} ports reached\n", suite.file, reached, suite.coverage.size());
  for (const auto& [port, records] : suite.coverage)
    if (records == 0) out += fmt::format("  never reached: {}\n", port);
  return out;
}

// What XML cannot hold, control characters and bytes that are no UTF-8, becomes U+FFFD.
std::string escaped(std::string_view text) {
  std::string clean, out;
  json::repair(text, clean);
  for (char c : clean) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t')
          out += "\xEF\xBF\xBD";
        else
          out += c;
    }
  }
  return out;
}

}  // namespace

std::string test_text(const std::vector<SuiteResult>& suites, bool coverage) {
  std::string out;
  size_t passed = 0, failed = 0;
  for (const SuiteResult& suite : suites) {
    for (const TestResult& result : suite.cases) {
      const bool good = result.faults.empty();
      (good ? passed : failed) += 1;
      out += good ? fmt::format("ok    {}: {}\n", suite.file, result.name)
                  : fmt::format("FAIL  {}:{}: {}\n", suite.file, result.mark.line, result.name);
      for (const auto& fault : result.faults) out += indented(fmt::format("{}:{}: {}", suite.file, fault.mark.line, fault.text)) + "\n";
    }
    for (const std::string& file : suite.updated) out += fmt::format("wrote {}\n", file);
  }
  if (coverage)
    for (const SuiteResult& suite : suites)
      if (!suite.coverage.empty()) out += coverage_text(suite);
  return out + fmt::format("{} passed, {} failed\n", passed, failed);
}

std::string test_junit(const std::vector<SuiteResult>& suites) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const SuiteResult& suite : suites) {
    const std::string file = escaped(suite.file);
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">\n", file, suite.cases.size(),
                       failed_in(suite));
    for (const TestResult& result : suite.cases) {
      out += fmt::format("    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"", escaped(result.name), file, file,
                         result.mark.line);
      if (result.faults.empty()) {
        out += "/>\n";
        continue;
      }
      std::string text;
      for (const auto& fault : result.faults) text += fmt::format("{}:{}: {}\n", suite.file, fault.mark.line, fault.text);
      const std::string& first = result.faults.front().text;
      out += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n", escaped(first.substr(0, first.find('\n'))),
                         escaped(text));
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace leat
