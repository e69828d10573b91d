#include "pipelines/test_compare.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_format.h"
#include "core/data/json.h"
#include "core/data/order.h"
#include "core/expr/program.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

constexpr size_t kShown = 400;  // bytes of a line

std::string cut(std::string_view line) {
  return line.size() <= kShown ? std::string(line) : fmt::format("{}... ({} bytes)", line.substr(0, kShown), line.size());
}

std::string two(std::string_view want, std::string_view got) { return fmt::format("\n  want {}\n  got  {}", cut(want), cut(got)); }

std::string_view without_last_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

bool same_value(std::string_view a, std::string_view b) {
  Value left, right;
  json::Mistake mistake;
  return json::parse(a, json::Keep::copied, left, mistake) && json::parse(b, json::Keep::copied, right, mistake) && equal(left, right);
}

std::optional<std::string> compare_records(const std::vector<std::string>& want, const Caught::Part& came) {
  constexpr std::string_view kNothing = "nothing";
  for (size_t i = 0; i < std::max(want.size(), came.size()); ++i) {
    const std::string_view expected = i < want.size() ? std::string_view(want[i]) : kNothing;
    const std::string_view got = i < came.size() ? came.record(i) : kNothing;
    if (i < want.size() && i < came.size() && same_value(expected, got)) continue;
    return fmt::format("record {} of {} differs{}", i + 1, std::max(want.size(), came.size()), two(expected, got));
  }
  return std::nullopt;
}

// Which of the records fulfil a condition.
class Condition {
 public:
  static Result<Condition> compile(const std::string& text) {
    Condition made;
    auto program = expr::Program::compile(text, *made.plan_, {.variables = {}, .environment = nullptr, .condition = true});
    if (!program) return program.error();
    made.program_ = std::move(*program);
    made.reader_ = json_format().reader(*made.plan_);
    return made;
  }

  // Before the records of a slab.
  void prepare(Slab& slab) {
    slab.width = plan_->width();
    slab.columns.resize(slab.records.size() * slab.width);
    reader_->prepare(slab, 1);
  }
  bool holds(Slab& slab, uint32_t record) {
    return reader_->read(slab, record, slab.columns.data() + size_t{record} * slab.width) &&
           machine_->test(*program_, {&slab, record}) == expr::Machine::Truth::yes;
  }

 private:
  std::unique_ptr<FieldPlan> plan_ = std::make_unique<FieldPlan>();
  std::shared_ptr<const expr::Program> program_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<expr::Machine> machine_ = std::make_unique<expr::Machine>();
};

std::optional<std::string> compare_condition(const std::string& text, bool all, const Caught::Part& came) {
  auto condition = Condition::compile(text);
  if (!condition) return condition.error().text;
  if (came.size() > 0) condition->prepare(*came.records());
  for (size_t i = 0; i < came.size(); ++i) {
    const bool holds = condition->holds(*came.records(), came.index(i));
    if (all && !holds) return fmt::format("record {} is not as all must be: {}\n  got  {}", i + 1, text, cut(came.record(i)));
    if (!all && holds) return std::nullopt;
  }
  if (all) return std::nullopt;
  return fmt::format("none of {} records is as one must be: {}", came.size(), text);
}

std::map<std::string_view, uint64_t> words_of(const Ledger& ledger) {
  const auto born = ledger.born();
  const auto fates = ledger.fates();
  std::map<std::string_view, uint64_t> words(born.begin(), born.end());
  words.insert(fates.begin(), fates.end());
  return words;
}

std::map<std::string_view, uint64_t> words_of(const LedgerRow& row) {
  std::map<std::string_view, uint64_t> words{{"in", row.in},           {"passed", row.passed},   {"out", row.passed + row.emitted},
                                             {"failed", row.failed},   {"emitted", row.emitted}, {"delivered", row.delivered},
                                             {"pending", row.pending}, {"missing", row.missing}};
  if (!row.missing_word.empty()) words[row.missing_word] = row.missing;
  uint64_t dropped = 0;
  for (const auto& [reason, count] : row.dropped) words.emplace(reason, count), dropped += count;
  for (const auto& [what, count] : row.counted) words.emplace(what, count);
  words["dropped"] = dropped;
  return words;
}

}  // namespace

std::string first_difference(std::string_view want, std::string_view got) {
  const auto expected = text::split(want, '\n'), came = text::split(got, '\n');
  for (size_t i = 0; i < std::max(expected.size(), came.size()); ++i) {
    if (i < expected.size() && i < came.size() && expected[i] == came[i]) continue;
    const std::string_view nothing = "nothing";
    return fmt::format("line {}{}", i + 1, two(i < expected.size() ? expected[i] : nothing, i < came.size() ? came[i] : nothing));
  }
  return {};
}

std::vector<std::string> compare(const TestExpectation& expected, const Caught::Part& came) {
  std::vector<std::string> wrong;
  const auto add = [&](std::optional<std::string> text) {
    if (text) wrong.push_back(std::move(*text));
  };
  if (expected.count && *expected.count != came.size())
    wrong.push_back(fmt::format("expected {} records, {} came{}", *expected.count, came.size(),
                                came.size() > 0 ? fmt::format("\n  last {}", cut(came.record(came.size() - 1))) : ""));
  if (expected.records) add(compare_records(*expected.records, came));
  if (expected.text)
    if (const std::string got = came.text(); without_last_line_end(*expected.text) != without_last_line_end(got))
      add(first_difference(without_last_line_end(*expected.text), without_last_line_end(got)));
  if (!expected.all.empty()) add(compare_condition(expected.all, true, came));
  if (!expected.any.empty()) add(compare_condition(expected.any, false, came));
  return wrong;
}

std::optional<std::string> compare_figure(const TestFigure& figure, const Ledger& ledger) {
  const auto row = std::find_if(ledger.rows.begin(), ledger.rows.end(), [&](const LedgerRow& r) { return r.id == figure.id; });
  if (figure.id != "run" && row == ledger.rows.end()) return fmt::format("summary: there is no {}", text::quoted(figure.id));
  const auto words = figure.id == "run" ? words_of(ledger) : words_of(*row);
  const auto at = words.find(figure.word);
  // A reason for which nothing was dropped has no entry, so that 0 is true of any word.
  const uint64_t came = at == words.end() ? 0 : at->second;
  if (came == figure.count) return std::nullopt;
  std::string known;
  for (const auto& [word, count] : words) known += fmt::format("{}{} {}", known.empty() ? "" : ", ", word, count);
  return fmt::format("summary: {} {}: expected {}, it is {}\n  of {}", figure.id, figure.word, figure.count, came, known);
}

}  // namespace leat
