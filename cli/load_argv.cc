#include "cli/load_argv.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/words.h"
#include "core/base/text.h"
#include "pipelines/options.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

bool names_end(std::string_view word) {
  return word == "--from" || word == "--to" || word.starts_with("--from=") || word.starts_with("--to=");
}
bool names_fallback(std::string_view word) { return word == "--fallback" || word.starts_with("--fallback="); }
bool separates(std::string_view word) { return word == "then" || names_end(word); }

bool takes_command(const StageSpec& spec) {
  return std::any_of(spec.options.begin(), spec.options.end(), [](const Option& option) { return option.kind == Option::Kind::words; });
}

class Argv {
 public:
  Argv(std::span<const std::string> words, std::span<const StageSpec* const> catalog) : words_(words), catalog_(catalog) {}

  Loaded run() {
    spec_.globals = Settings(global_options());
    at_ += read_words(rest(),
                      {.tables = {&spec_.globals}, .path = {}, .column = 0, .operands = false, .stop = names_end, .hint = misplaced_global},
                      problems_);
    if (problems_.empty()) {
      do chain();
      while (at_ < words_.size());
    }
    settle(spec_);
    return std::move(loaded_);
  }

 private:
  // What hands that know jq type; it has options where we have codecs and stages.
  static std::string of_jq(std::string_view name) {
    static constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
        {"-r", "--out lines in front of the stages writes text raw"},
        {"--raw-output", "--out lines in front of the stages writes text raw"},
        {"-c", "a record is always one line"},
        {"--compact-output", "a record is always one line"},
        {"-s", "a stage `batch` makes arrays of records"},
        {"--slurp", "a stage `batch` makes arrays of records"},
        {"-R", "--in lines in front of the stages reads lines as text"},
        {"--raw-input", "--in lines in front of the stages reads lines as text"},
        {"--arg", "in an expression $ENV.NAME is a variable of the environment"},
        {"--argjson", "in an expression $ENV.NAME is a variable of the environment"},
    };
    const auto* const at = std::find_if(std::begin(kOthers), std::end(kOthers), [&](const auto& row) { return row.first == name; });
    return at == std::end(kOthers) ? std::string() : std::string(at->second);
  }

  static std::string misplaced_global(std::string_view name) {
    if (std::string known = of_jq(name); !known.empty()) return known;
    const std::string option = snake(name.substr(std::min<size_t>(2, name.size())));
    if (find_option(source_options(), option) || find_option(sink_options(), option)) return "it stands behind its --from or --to";
    return {};
  }

  static std::string misplaced_in_end(std::string_view name) {
    const std::string option = snake(name.substr(std::min<size_t>(2, name.size())));
    if (find_option(global_options(), option)) return "it is a global option: write it before the first stage";
    return {};
  }

  static std::string misplaced_in_source(std::string_view name) {
    const std::string option = snake(name.substr(std::min<size_t>(2, name.size())));
    if (find_option(sink_options(), option)) return sinks_only(option);
    return misplaced_in_end(name);
  }

  std::string misplaced_in_stage(std::string_view word) const {
    if (std::string known = of_jq(word); !known.empty()) return known;
    if (!word.starts_with("--")) return stage_named(word) ? fmt::format("write then {} to go on with another stage", word) : std::string();
    if (const std::string hint = misplaced_in_end(word); !hint.empty()) return hint;
    return misplaced_global(word);
  }

  std::span<const std::string> rest() const { return words_.subspan(at_); }
  bool more() const { return at_ < words_.size(); }
  bool next_is(std::string_view option) const {
    return more() && (words_[at_] == option || words_[at_].starts_with(fmt::format("{}=", option)));
  }

  void report(std::string path, std::string message, std::string hint = {}) {
    problems_.push_back({{0, static_cast<int>(at_)}, std::move(path), std::move(message), std::move(hint)});
  }

  // Behind a mistake: on to the next place where reading makes sense again.
  void skip() {
    while (more() && !separates(words_[at_])) ++at_;
  }

  const StageSpec* stage_named(std::string_view name) const {
    const auto at = std::find_if(catalog_.begin(), catalog_.end(), [&](const StageSpec* spec) { return spec->name == name; });
    return at == catalog_.end() ? nullptr : *at;
  }

  void chain() {
    spec_.chains.emplace_back();
    ChainSpec& chain = spec_.chains.back();
    chain.mark = {0, static_cast<int>(at_)};
    while (next_is("--from")) end("--from", source_options(), chain.from);
    if (more() && !names_end(words_[at_])) stages(chain);
    while (next_is("--to")) end("--to", sink_options(), chain.to);
    if (more() && !next_is("--from")) {
      report({}, fmt::format("no place for {} behind --to", text::quoted(words_[at_])),
             "stages stand before --to; the next chain begins with --from");
      at_ = words_.size();
    }
    if (spec_.chains.size() == 2) meant_for_first(spec_.chains.front(), chain);
  }

  // `leat filter .x --from FILE` would filter stdin, and copy the file: nobody asks for that.
  void meant_for_first(const ChainSpec& first, const ChainSpec& second) {
    if (std::any_of(second.from.begin(), second.from.end(), inside) || second.from.empty() || !second.stages.empty() || second.dlq ||
        !first.from.empty() || !first.to.empty())
      return;
    report("--from " + second.from.front().url, "begins a second chain, without a stage, and the first reads standard input",
           "--from stands before the stages: leat --from FILE STAGE ...; to have both chains say --from - in the first");
  }

  void end(std::string_view option, std::span<const Option> table, std::vector<EndSpec>& ends) {
    EndSpec made{{}, {}, Settings(table), {0, static_cast<int>(at_)}, false};
    const std::string& word = words_[at_++];
    if (word.size() > option.size()) {
      made.url = word.substr(option.size() + 1);
    } else if (more() && !separates(words_[at_]) && !names_fallback(words_[at_])) {
      made.url = words_[at_++];
    } else {
      return report(std::string(option), "wants an end: -, a path or an address");
    }
    end_options(fmt::format("{} {}", option, made.url), made);
    ends.push_back(std::move(made));
  }

  void end_options(std::string path, EndSpec& end) {
    const size_t before = problems_.size();
    const bool sink = find_option(end.options.options(), "fallback");
    at_ += read_words(rest(),
                      {.tables = {&end.options},
                       .path = std::move(path),
                       .column = static_cast<int>(at_),
                       .operands = false,
                       .stop = [sink](std::string_view word) { return separates(word) || (sink && names_fallback(word)); },
                       .hint = sink ? misplaced_in_end : misplaced_in_source},
                      problems_);
    if (problems_.size() > before) return skip();
    if (!sink || !next_is("--fallback")) return;
    if (in_line_ == kMaxFallbacks) return report("--fallback", too_many_fallbacks()), skip();
    ++in_line_;
    this->end("--fallback", sink_options(), end.fallback);
    --in_line_;
  }

  void stages(ChainSpec& chain) {
    for (;;) {
      const bool before = words_[at_] != "then", command = before && stage(chain);
      if (!more() || names_end(words_[at_])) return;
      ++at_;  // the then
      const bool behind = more() && !separates(words_[at_]);
      if (!before || !(behind || command)) report({}, "a stage stands on each side of then");
      if (!more() || names_end(words_[at_])) return;
    }
  }

  // Answers whether only a `then` could end it: a command takes every other word.
  bool stage(ChainSpec& chain) {
    const std::string name = words_[at_];
    if (name == "dlq") return dead_letters(chain), false;
    StageUse use;
    use.spec = stage_named(name);
    use.name = name;
    use.mark = {0, static_cast<int>(at_)};
    if (!use.spec) return unknown_stage(name), false;
    ++at_;
    use.settings = Settings(use.spec->options);
    use.guards = Settings(takes_guards(*use.spec) ? guard_options() : std::span<const Option>());
    Settings identity(identity_options());
    const auto limit = std::find(words_.begin() + static_cast<ptrdiff_t>(at_), words_.end(), "then");
    const auto own = words_.subspan(at_, static_cast<size_t>(limit - words_.begin()) - at_);
    const size_t before = problems_.size();
    at_ += read_words(own,
                      {.tables = {&use.settings, &use.guards, &identity},
                       .path = name,
                       .column = static_cast<int>(at_),
                       .operands = true,
                       .stop = names_end,
                       .hint = [this](std::string_view word) { return misplaced_in_stage(word); }},
                      problems_);
    if (problems_.size() > before) skip();
    use.named = identity.find("id");
    use.id = identity.text("id").value_or("");
    chain.stages.push_back(std::move(use));
    return takes_command(*chain.stages.back().spec);
  }

  void unknown_stage(const std::string& name) {
    std::vector<std::string_view> known{"dlq"};
    for (const StageSpec* spec : catalog_) known.push_back(spec->name);
    std::string hint = did_you_mean(name, known);
    if (name.starts_with("-")) hint = "options stand behind their stage; globals before the first one";
    if (name.starts_with(".")) hint = fmt::format("write filter '{}' or map '{}'", name, name);
    report({}, fmt::format("there is no stage {}", text::quoted(name)), std::move(hint));
    ++at_;
    skip();
  }

  void dead_letters(ChainSpec& chain) {
    EndSpec made{{}, {}, Settings(sink_options()), {0, static_cast<int>(at_)}, false};
    ++at_;
    if (!more() || separates(words_[at_])) return report("dlq", "wants an end: a path or an address");
    made.url = words_[at_++];
    if (made.url.starts_with("--url=")) made.url.erase(0, 6);  // a name that no bare word can have, such as then
    end_options("dlq", made);
    if (chain.dlq) return report("dlq", "the chain has a dlq already");
    chain.dlq = std::move(made);
  }

  std::span<const std::string> words_;
  std::span<const StageSpec* const> catalog_;
  Loaded loaded_;
  PipelineSpec& spec_ = loaded_.spec;
  Problems& problems_ = loaded_.problems;
  size_t at_ = 0;
  size_t in_line_ = 0;  // fallbacks of the sink that is read
};

}  // namespace

Loaded load_argv(std::span<const std::string> words, std::span<const StageSpec* const> catalog) { return Argv(words, catalog).run(); }

std::optional<std::string> help_asked(std::span<const std::string> words, std::span<const StageSpec* const> catalog) {
  std::string about;
  bool takes_words = false, command = false;  // behind the first word of a command nothing is ours
  for (const std::string& word : words) {
    if (word == "then") command = false;
    if (command || word == "--") continue;
    if (word == "--help" || word == "-h") return about;
    command = takes_words && !word.starts_with('-');
    takes_words = false;
    const auto at = std::find_if(catalog.begin(), catalog.end(), [&](const StageSpec* spec) { return spec->name == word; });
    if (command || at == catalog.end()) continue;
    about = word;
    takes_words = takes_command(**at);
  }
  return std::nullopt;
}

}  // namespace leat
