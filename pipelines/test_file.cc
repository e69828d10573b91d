#include "pipelines/test_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Node::Kind;
using Words = std::span<const std::string_view>;

constexpr std::string_view kFileKeys[] = {"pipeline", "tests"};
constexpr std::string_view kCaseKeys[] = {"name", "start", "set", "environment", "mock", "input", "expect", "steps"};
constexpr std::string_view kStepKeys[] = {"input", "wait", "expect"};
constexpr std::string_view kInputKeys[] = {"file", "text", "base64"};
constexpr std::string_view kExpectKeys[] = {"file", "text", "records", "count", "all", "any"};
constexpr std::string_view kStart = "2000-01-01T00:00:00Z";

class TestReader {
 public:
  TestReader(const ReadFile& read, TestFile& file) : read_(read), file_(file) {}

  void run(const Node& root) {
    if (const Node* pipeline = root.find("pipeline")) {
      file_.pipeline = text(*pipeline, "pipeline");
      for (const auto& entry : root.entries) known(entry.key, {}, "a test file", kFileKeys);
    }
    const Node* tests = root.find("tests");
    if (!tests) return report(root, {}, "there are no tests here", "tests: is a list of cases");
    if (tests->kind != Kind::list) return report(*tests, "tests", fmt::format("wants a list of cases, here is {}", name_of(*tests)));
    for (size_t i = 0; i < tests->items.size(); ++i) test(tests->items[i], fmt::format("tests[{}]", i));
  }

 private:
  void report(const Node& node, std::string path, std::string message, std::string hint = {}) {
    file_.problems.push_back({node.mark, std::move(path), std::move(message), std::move(hint)});
  }

  bool known(const Node& key, const std::string& path, std::string_view where, Words words) {
    if (std::find(words.begin(), words.end(), key.text) != words.end()) return true;
    report(key, path, fmt::format("{} has no {}", where, text::quoted(key.text)), did_you_mean(key.text, words));
    return false;
  }

  // It says how, and not where: it is about the only end there is. A stage of such a name is called stage:NAME.
  static bool all_of(const Node& map, Words words) {
    return !map.entries.empty() && std::all_of(map.entries.begin(), map.entries.end(), [&](const Node::Entry& entry) {
      return std::find(words.begin(), words.end(), entry.key.text) != words.end();
    });
  }

  std::string text(const Node& node, const std::string& path) {
    if (node.kind == Kind::scalar) return node.text;
    report(node, path, fmt::format("wants a text, here is {}", name_of(node)));
    return {};
  }

  std::optional<uint64_t> whole(const Node& node, const std::string& path) {
    const auto number = node.kind == Kind::scalar ? text::whole(node.text) : std::nullopt;
    if (!number) report(node, path, "wants a whole number");
    return number;
  }

  // f(entry, path) for each entry of a map.
  template <class F>
  void each(const Node& node, const std::string& path, F&& f) {
    if (node.kind != Kind::map) return report(node, path, fmt::format("wants a map, here is {}", name_of(node)));
    for (const auto& entry : node.entries) f(entry, fmt::format("{}.{}", path, entry.key.text));
  }

  void test(const Node& node, const std::string& path) {
    if (node.kind != Kind::map) return report(node, path, fmt::format("a case is a map, here is {}", name_of(node)));
    TestCase made;
    made.mark = node.mark;
    made.start = *text::rfc3339(kStart);
    for (const auto& [key, value] : node.entries) {
      const std::string here = fmt::format("{}.{}", path, key.text);
      if (!known(key, path, "a case", kCaseKeys)) continue;
      if (key.text == "name") made.name = text(value, here);
      if (key.text == "start") start(made, value, here);
      if (key.text == "set") settings(made, value, here);
      if (key.text == "environment") pairs(made.environment, value, here);
      if (key.text == "mock") pairs(made.mocks, value, here);
      if (key.text == "steps") steps(made, value, here);
    }
    if (made.name.empty()) report(node, path, "a case has a name");
    short_form(made, node, path);
    file_.cases.push_back(std::move(made));
  }

  void start(TestCase& made, const Node& node, const std::string& path) {
    if (const auto at = text::rfc3339(text(node, path)))
      made.start = *at;
    else
      report(node, path, "wants a time such as 2026-03-01T12:00:00Z");
  }

  void settings(TestCase& made, const Node& node, const std::string& path) {
    each(node, path, [&](const Node::Entry& entry, const std::string& here) {
      made.overrides.push_back(fmt::format("{}={}", entry.key.text, text(entry.value, here)));
    });
  }

  void pairs(std::vector<std::pair<std::string, std::string>>& into, const Node& node, const std::string& path) {
    each(node, path,
         [&](const Node::Entry& entry, const std::string& here) { into.emplace_back(entry.key.text, text(entry.value, here)); });
  }

  void short_form(TestCase& made, const Node& node, const std::string& path) {
    const Node *in = node.find("input"), *out = node.find("expect");
    if (node.find("steps")) {
      if (in || out) report(in ? *in : *out, path, "a case has steps, or input and expect", "put it among the steps");
      return;
    }
    if (!out) return report(node, path, "a case without expect can never fail", "expect: {PLACE: RECORDS}, or steps:");
    if (in) made.steps.push_back({in->mark, inputs(*in, path + ".input")});
    made.steps.push_back({node.mark, TestStep::End{}});
    made.steps.push_back({out->mark, expect(*out, path + ".expect")});
  }

  void steps(TestCase& made, const Node& node, const std::string& path) {
    if (node.kind != Kind::list) return report(node, path, fmt::format("wants a list of steps, here is {}", name_of(node)));
    for (size_t i = 0; i < node.items.size(); ++i) step(made, node.items[i], fmt::format("{}[{}]", path, i));
    const auto is = [](const auto& tag) { return [&](const TestStep& step) { return step.what.index() == tag; }; };
    const size_t end = 2, looks = 3;
    if (std::none_of(made.steps.begin(), made.steps.end(), is(looks)) && file_.problems.empty())
      report(node, path, "a case without expect can never fail");
    const auto ends = std::find_if(made.steps.begin(), made.steps.end(), is(end));
    for (auto at = ends; at != made.steps.end(); ++at)
      if (at != ends && at->what.index() != looks)
        file_.problems.push_back({at->mark, path, "the run has ended: nothing but expect may follow", {}});
  }

  void step(TestCase& made, const Node& node, const std::string& path) {
    if (node.kind == Kind::scalar && (node.text == "end" || node.text == "drain"))
      return made.steps.push_back({node.mark, TestStep::End{node.text == "drain"}});
    if (node.kind != Kind::map || node.entries.size() != 1)
      return report(node, path, "a step is one of input:, wait: and expect:, or the word end or drain");
    const auto& [key, value] = node.entries.front();
    if (!known(key, path, "a step", kStepKeys)) return;
    const std::string here = fmt::format("{}.{}", path, key.text);
    if (key.text == "input") made.steps.push_back({node.mark, inputs(value, here)});
    if (key.text == "expect") made.steps.push_back({node.mark, expect(value, here)});
    if (key.text != "wait") return;
    if (const auto time = text::duration(text(value, here)))
      made.steps.push_back({node.mark, *time});
    else
      report(value, here, "wants a duration such as 30s");
  }

  std::vector<TestInput> inputs(const Node& node, const std::string& path) {
    std::vector<TestInput> made;
    if (node.kind != Kind::map || all_of(node, kInputKeys)) return made.push_back({{{}, node.mark}, records(node, path)}), made;
    each(node, path, [&](const Node::Entry& entry, const std::string& here) {
      made.push_back({{entry.key.text, entry.key.mark}, records(entry.value, here)});
    });
    return made;
  }

  // A text as it is; a list of records; or a map that says where they stand.
  TestRecords records(const Node& node, const std::string& path) {
    TestRecords made;
    made.mark = node.mark;
    if (node.kind == Kind::scalar) {
      made.bytes = node.text;
    } else if (node.kind == Kind::list) {
      for (const Node& item : node.items) {
        if (item.kind == Kind::scalar) {
          made.bytes += item.text;
        } else {
          made.values = true;
          to_json(item, made.bytes);
        }
        made.bytes += '\n';
      }
    } else if (node.kind == Kind::map && node.entries.size() == 1) {
      const auto& [key, value] = node.entries.front();
      if (known(key, path, "an input", kInputKeys)) made.bytes = bytes(key.text, value, fmt::format("{}.{}", path, key.text));
      return made;
    } else {
      report(node, path, "wants a text, a list of records, or one of file:, text: and base64:");
    }
    if (!made.bytes.empty() && made.bytes.back() != '\n') made.bytes += '\n';
    return made;
  }

  std::string bytes(std::string_view how, const Node& node, const std::string& path) {
    const std::string word = text(node, path);
    if (how == "text") return word;
    if (how == "file") {
      auto read = read_(word);
      if (!read) return report(node, path, read.error().text), std::string();
      return std::move(*read);
    }
    auto decoded = base64::decode(word);
    if (!decoded) return report(node, path, "is no base64"), std::string();
    return std::move(*decoded);
  }

  TestStep::Expect expect(const Node& node, const std::string& path) {
    TestStep::Expect made;
    if (node.kind != Kind::map || all_of(node, kExpectKeys)) return made.places.push_back(place({}, node, path)), made;
    each(node, path, [&](const Node::Entry& entry, const std::string& here) {
      if (entry.key.text == "failed")
        made.failed = whole(entry.value, here);
      else if (entry.key.text == "summary")
        figures(made.figures, entry.value, here);
      else
        made.places.push_back(place({entry.key.text, entry.key.mark}, entry.value, here));
    });
    return made;
  }

  void figures(std::vector<TestFigure>& into, const Node& node, const std::string& path) {
    each(node, path, [&](const Node::Entry& of, const std::string& here) {
      each(of.value, here, [&](const Node::Entry& figure, const std::string& there) {
        if (const auto count = whole(figure.value, there)) into.push_back({of.key.text, figure.key.text, *count, figure.key.mark});
      });
    });
  }

  TestExpectation place(TestPlace at, const Node& node, const std::string& path) {
    TestExpectation made;
    if (at.name.empty()) at.mark = node.mark;
    made.place = std::move(at);
    if (node.kind == Kind::scalar) made.text = node.text;
    if (node.kind == Kind::list) made.records = values(node);
    if (node.kind == Kind::null || (node.kind == Kind::map && node.entries.empty()))
      report(node, path, "expects nothing of it", "count: 0 says that nothing comes");
    if (node.kind != Kind::map) return made;
    each(node, path, [&](const Node::Entry& entry, const std::string& here) {
      const auto& [key, value] = entry;
      if (!known(key, path, "an expectation", kExpectKeys)) return;
      if (key.text == "file") made.file = text(value, here);
      if (key.text == "text") made.text = text(value, here);
      if (key.text == "count") made.count = whole(value, here);
      if (key.text == "all") made.all = text(value, here), made.all_mark = value.mark;
      if (key.text == "any") made.any = text(value, here), made.any_mark = value.mark;
      if (key.text != "records") return;
      if (value.kind == Kind::list)
        made.records = values(value);
      else
        report(value, here, fmt::format("wants a list, here is {}", name_of(value)));
    });
    return made;
  }

  std::vector<std::string> values(const Node& list) {
    std::vector<std::string> made;
    for (const Node& item : list.items) to_json(item, made.emplace_back());
    return made;
  }

  const ReadFile& read_;
  TestFile& file_;
};

}  // namespace

TestFile read_tests(const Document& document, const ReadFile& read) {
  TestFile file;
  file.problems = document.problems;
  if (document.root.kind != Kind::null) TestReader(read, file).run(document.root);
  return file;
}

}  // namespace leat
