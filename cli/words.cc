#include "cli/words.h"

#include <algorithm>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "core/base/text.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

bool without_value(const Option& option) { return option.kind == Option::Kind::flag || !option.bare.empty(); }

// -x and --xyz; not -, not -.x > 3 and not -5, which can only be operands.
bool option_like(std::string_view word) {
  if (word.starts_with("--")) return word.size() > 2;
  return word.size() > 1 && word[0] == '-' && ((word[1] >= 'a' && word[1] <= 'z') || (word[1] >= 'A' && word[1] <= 'Z'));
}

class Reading {
 public:
  Reading(std::span<const std::string> words, const WordReader& reader, Problems& problems)
      : words_(words), reader_(reader), problems_(problems) {
    app_.set_help_flag();
    for (Settings* table : reader.tables)
      for (const Option& option : table->options()) add(*table, option);
  }

  size_t run() {
    size_t at = 0;
    for (bool literal = false; at < words_.size() && !unknown_ && !at_end_; ++at) {
      const std::string& word = words_[at];
      if (reader_.stop && reader_.stop(word)) break;
      if (literal || !(word == "--" || option_like(word))) {
        if (!reader_.operands) break;
        if (!operand(at)) break;
      } else if (word == "--" && reader_.operands) {
        literal = true;
      } else {
        at = option(at);
      }
    }
    take_options();
    return at_end_ ? words_.size() : at;
  }

 private:
  struct Known {
    Settings* table;
    const Option* option;
    CLI::Option* parsed;
    std::vector<int> columns;  // of its words, in order
  };

  void add(Settings& table, const Option& option) {
    const std::string name = "--" + kebab(option.name);
    if (app_.get_option_no_throw(name)) return;
    CLI::Option* parsed = without_value(option) ? app_.add_flag(name) : app_.add_option(name);
    if (!without_value(option)) parsed->type_size(1)->expected(1)->allow_extra_args(false);
    parsed->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    known_.push_back({&table, &option, parsed, {}});
  }

  Known* find(std::string_view name) {
    const CLI::Option* parsed = app_.get_option_no_throw(std::string(name));
    const auto at = std::find_if(known_.begin(), known_.end(), [&](const Known& k) { return k.parsed == parsed; });
    return parsed && at != known_.end() ? &*at : nullptr;
  }

  int column(size_t at) const { return reader_.column + static_cast<int>(at); }

  void report(size_t at, std::string message, std::string hint = {}) {
    problems_.push_back({{0, column(at)}, reader_.path, std::move(message), std::move(hint)});
  }

  // Hands the option at words_[at], with its value, to the parser. Answers the index of the last word it is made of.
  size_t option(size_t at) {
    const std::string& word = words_[at];
    const size_t equals = word.find('=');
    Known* known = find(word.substr(0, equals));
    if (!known) return unknown(at), at;
    known->columns.push_back(column(at));
    if (equals + 1 == word.size()) return report(at, fmt::format("{} wants a value behind the =", word.substr(0, equals))), at;
    args_.push_back(word);
    if (equals != std::string::npos || without_value(*known->option)) return at;
    const bool another = at + 1 < words_.size() && find(words_[at + 1].substr(0, words_[at + 1].find('=')));
    if (at + 1 == words_.size() || another || (reader_.stop && reader_.stop(words_[at + 1]))) {
      args_.pop_back();
      known->columns.pop_back();
      report(at, fmt::format("{} wants {}", word, known->option->value));
      return at;
    }
    args_.push_back(words_[at + 1]);
    return at + 1;
  }

  void unknown(size_t at) {
    const std::string name = words_[at].substr(0, words_[at].find('='));
    std::vector<std::string> names;
    for (const Known& known : known_) names.push_back(kebab(known.option->name));
    std::string hint = did_you_mean(name.substr(std::min(name.find_first_not_of('-'), name.size())),
                                    std::vector<std::string_view>(names.begin(), names.end()));
    if (!hint.empty()) hint.insert(hint.rfind(' ') + 1, "--");
    if (reader_.hint)
      if (std::string told = reader_.hint(name); !told.empty()) hint = std::move(told);
    if (hint.empty() && !name.starts_with("--")) hint = "an operand that starts with - comes after --";
    report(at, fmt::format("there is no option {}", name), std::move(hint));
    unknown_ = true;
  }

  // False: the word has no place here.
  bool operand(size_t at) {
    Settings& table = *reader_.tables.front();
    for (const Option& option : table.options()) {
      if (!option.operand) continue;
      const bool taken = table.find(option.name) || find("--" + kebab(option.name))->columns.size() > 0;
      if (taken && !option.repeat && option.kind != Option::Kind::words) continue;
      if (option.kind == Option::Kind::words) return whole_command(table, option, at), true;
      put(table, option, words_[at], at);
      return true;
    }
    report(at, fmt::format("no place for {}", text::quoted(words_[at])), reader_.hint ? reader_.hint(words_[at]) : std::string());
    unknown_ = true;
    return false;
  }

  void whole_command(Settings& table, const Option& option, size_t at) {
    for (; at < words_.size(); ++at) put(table, option, words_[at], at);
    at_end_ = true;
  }

  void put(Settings& table, const Option& option, std::string_view word, size_t at) { put_at(table, option, word, column(at)); }

  void put_at(Settings& table, const Option& option, std::string_view word, int column) {
    if (!option.bare.empty() && word == "true") word = option.bare;
    auto values = read_word(option, word);
    if (!values) {
      const std::string name = option.operand ? std::string(option.value) : "--" + kebab(option.name);
      problems_.push_back({{0, column}, reader_.path + (reader_.path.empty() ? "" : " ") + name, values.error().text, values.error().hint});
      return;
    }
    Setting& setting = table.put(option.name);
    if (!option.repeat && option.kind != Option::Kind::words) setting.values.clear();
    if (setting.values.empty()) setting.mark = {0, column};
    for (auto& value : *values) {
      value.mark = {0, column};
      setting.values.push_back(std::move(value));
    }
  }

  void take_options() {
    try {
      std::reverse(args_.begin(), args_.end());
      app_.parse(args_);
    } catch (const CLI::ParseError& error) {
      problems_.push_back({{0, reader_.column}, reader_.path, error.what(), {}});
      return;
    }
    for (const Known& known : known_) {
      const auto& results = known.parsed->results();
      for (size_t i = 0; i < results.size(); ++i)
        put_at(*known.table, *known.option, results[i], i < known.columns.size() ? known.columns[i] : reader_.column);
    }
  }

  std::span<const std::string> words_;
  const WordReader& reader_;
  Problems& problems_;
  CLI::App app_;
  std::vector<Known> known_;
  std::vector<std::string> args_;
  bool unknown_ = false;
  bool at_end_ = false;
};

}  // namespace

size_t read_words(std::span<const std::string> words, const WordReader& reader, Problems& problems) {
  return Reading(words, reader, problems).run();
}

}  // namespace leat
