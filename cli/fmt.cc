#include "cli/fmt.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "cli/words.h"
#include "cli/world.h"
#include "pipelines/format_yaml.h"

namespace leat {
namespace {

using Kind = Option::Kind;

constexpr auto kOptions = std::to_array<Option>({
    {.name = "file",
     .kind = Kind::text,
     .value = "FILE",
     .help = "a pipeline or test file; - for standard input",
     .operand = true,
     .repeat = true},
    {.name = "check", .kind = Kind::flag, .value = "", .help = "print the names of the files that would change, and exit with 1"},
    {.name = "write", .kind = Kind::flag, .value = "", .help = "put what changes in place of the file"},
});

class Formatter {
 public:
  Formatter(const Settings& own, const Outside& outside) : check_(own.flag("check")), write_(own.flag("write")), outside_(outside) {}

  Answer run(const std::vector<std::string>& files) {
    for (const std::string& file : files) one(file);
    if (answer_.status == 0 && differ_) answer_.status = 1;
    return std::move(answer_);
  }

 private:
  // First cause wins.
  void refuse(const Answer& why) {
    if (answer_.status == 0) answer_.status = why.status;
    answer_.err += why.err;
  }

  void one(const std::string& file) {
    if (file.ends_with(".toml"))
      return refuse(refusal({Error::Kind::usage, fmt::format("{}: fmt lays out pipeline files, which are YAML", file), {}}));
    const auto text = outside_.read_file(file);
    if (!text) return refuse(refusal({Error::Kind::no_input, text.error().text, text.error().hint}));
    const Formatted made = format_yaml(*text);
    PipelineSpec about;
    about.file = file;
    if (!made.problems.empty()) return refuse({78, {}, told(about, made.problems)});
    if (!check_ && !write_) answer_.out += made.text;
    if (made.text == *text) return;
    if (check_) differ_ = true, answer_.out += file + "\n";
    if (!write_) return;
    if (const Done done = replace_file(file, made.text); !done) refuse(refusal(done.error()));
  }

  const bool check_, write_;
  const Outside& outside_;
  Answer answer_;
  bool differ_ = false;
};

}  // namespace

std::span<const Option> fmt_options() { return kOptions; }

Answer fmt_command(const Invocation& call) {
  Settings own(kOptions);
  Problems problems;
  read_words(call.words, {.tables = {&own}, .path = {}}, problems);
  std::vector<std::string> files;
  for (const auto& value : own.values("file")) files.push_back(value.text);
  if (files.empty()) files.emplace_back("-");
  if (problems.empty() && own.flag("check") && own.flag("write"))
    problems.push_back({{}, {}, "--check changes nothing, --write does", "keep one of them"});
  if (problems.empty() && own.flag("write"))
    for (const std::string& file : files)
      if (file == "-") problems.push_back({{}, {}, "--write wants files: standard input has no place to write to", {}});
  if (!problems.empty()) return usage("fmt", std::move(problems));
  return Formatter(own, call.outside).run(files);
}

}  // namespace leat
