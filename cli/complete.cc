#include "cli/complete.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "cli/prose.h"
#include "core/base/text.h"
#include "core/stage/event.h"
#include "pipelines/options.h"
#include "pipelines/recipes.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Option::Kind;

class Completer {
 public:
  explicit Completer(const Tables& tables) : tables_(tables) {}

  std::string run(std::span<const std::string> words) {
    if (words.empty()) return {};
    for (const std::string& word : words.first(words.size() - 1)) pass(word);
    offer(words.back());
    return std::move(out_);
  }

 private:
  enum class Place { start, globals, source, stage_name, stage, command_words, sink, command };

  static bool takes_value(const Option& option) { return option.kind != Kind::flag && option.bare.empty(); }

  std::vector<std::span<const Option>> options() const {
    switch (place_) {
      case Place::start:
      case Place::globals:
        return {global_options()};
      case Place::source:
        return {source_options()};
      case Place::sink:
        return {sink_options()};
      case Place::stage:
        if (!stage_) return {sink_options()};  // dlq
        if (takes_guards(*stage_)) return {stage_->options, guard_options(), identity_options()};
        return {stage_->options, identity_options()};
      case Place::command:
        if (command_->globals) return {command_->options, global_options()};
        return {command_->options};
      default:
        return {};
    }
  }

  const Option* option_named(std::string_view word) const {
    const std::string name = snake(word.substr(0, word.find('=')).substr(2));
    for (const auto table : options())
      if (const Option* option = find_option(table, name)) return option;
    return nullptr;
  }

  bool in_chain() const { return place_ != Place::command && place_ != Place::command_words; }

  // One finished word: where the next one stands.
  void pass(const std::string& word) {
    words_.insert(word);
    if (pending_ || url_) {
      pending_ = nullptr;
      url_ = false;
    } else if (word == "then" && place_ != Place::command) {
      place_ = Place::stage_name;
    } else if (place_ == Place::command_words) {
      return;
    } else if (in_chain() && (word == "--from" || word == "--to" || word.starts_with("--from=") || word.starts_with("--to="))) {
      place_ = word.starts_with("--from") ? Place::source : Place::sink;
      url_ = word.find('=') == word.npos;
    } else if (word.starts_with("--") && word.size() > 2) {
      if (place_ == Place::start) place_ = Place::globals;
      const Option* option = option_named(word);
      if (option && takes_value(*option) && word.find('=') == word.npos) pending_ = option;
    } else {
      bare(word);
    }
  }

  const Command* command_named(std::string_view name) const {
    const auto at = std::find_if(tables_.commands.begin(), tables_.commands.end(), [&](const Command& one) { return one.name == name; });
    return at == tables_.commands.end() ? nullptr : &*at;
  }

  void bare(const std::string& word) {
    if (place_ == Place::stage) {
      const bool words =
          stage_ && std::any_of(stage_->options.begin(), stage_->options.end(), [](const Option& o) { return o.kind == Kind::words; });
      if (words) place_ = Place::command_words;
      ++operands_;
      return;
    }
    if (place_ == Place::command) {
      if (const Command* longer = operands_ == 0 ? command_named(fmt::format("{} {}", command_->name, word)) : nullptr)
        command_ = longer;
      else
        ++operands_;
      return;
    }
    if (place_ == Place::start) {
      if (const Command* named = command_named(word)) {
        command_ = named;
        place_ = Place::command;
        return;
      }
    }
    const auto at = std::find_if(tables_.stages.begin(), tables_.stages.end(), [&](const StageSpec* one) { return one->name == word; });
    stage_ = at == tables_.stages.end() ? nullptr : *at;
    place_ = Place::stage;
    operands_ = 0;
    url_ = word == "dlq";
  }

  void put(std::string_view word, std::string_view help) {
    if (!word.starts_with(prefix_)) return;
    out_ += fmt::format("{}{}\t{}\n", before_, word, help);
  }
  void ask_for_files() { out_ += ":file\n"; }

  void offer(std::string_view word) {
    prefix_ = word;
    if (pending_) return values(*pending_);
    if (url_) return ends(place_ == Place::source);
    if (const size_t equals = word.find('='); word.starts_with("--") && equals != word.npos) {
      before_ = word.substr(0, equals + 1);
      prefix_ = word.substr(equals + 1);
      if (in_chain() && (before_ == "--from=" || before_ == "--to=")) return ends(before_ == "--from=");
      if (const Option* option = option_named(word)) values(*option);
      return;
    }
    if (word.starts_with('-')) return option_names();
    bare_words();
  }

  void option_names() {
    for (const auto table : options())
      for (const Option& option : table)
        if (!hidden(option)) put("--" + kebab(option.name), option.help);
    if (!in_chain()) return;
    if (place_ != Place::stage_name)
      put("--from", place_ == Place::stage || place_ == Place::sink ? "where the next chain reads" : "where records come from");
    if (place_ != Place::stage_name) put("--to", "where records go");
    if (place_ == Place::start) put("--help", "explain"), put("--version", "print the version");
    if (place_ == Place::stage) put("--help", "explain this stage");
  }

  void bare_words() {
    switch (place_) {
      case Place::start:
        command_names();
        [[fallthrough]];
      case Place::globals:
      case Place::source:
      case Place::stage_name:
        for (const StageSpec* stage : tables_.stages) put(stage->name, stage->summary);
        put("dlq", "where what failed goes");
        return;
      case Place::stage:
        if (const Option* option = next_operand()) values(*option);
        if (operands_ > 0 || !needs_operand()) put("then", "another stage follows");
        return;
      case Place::command:
        if (command_->name == "help") return help_topics();
        if (command_->name == "init") return recipe_names();
        if (operands_ == 0 && has_words()) return words_behind();
        if (const Option* option = next_operand(); option && option->kind == Kind::choice) return values(*option);
        return ask_for_files();
      case Place::command_words:
        return ask_for_files();
      case Place::sink:
        return;
    }
  }

  const Option* next_operand() const {
    size_t seen = 0;
    const auto tables = options();
    if (tables.empty()) return nullptr;
    for (const Option& option : tables.front())
      if (option.operand && (option.repeat || seen++ == operands_)) return &option;
    return nullptr;
  }

  bool needs_operand() const {
    const auto table = stage_ ? stage_->options : std::span<const Option>();
    return std::any_of(table.begin(), table.end(), [](const Option& option) { return option.operand && option.required; });
  }

  void command_names() {
    for (const Command& command : tables_.commands)
      if (!command.summary.empty() && command.name.find(' ') == command.name.npos) put(command.name, command.summary);
  }

  void help_topics() {
    for (const StageSpec* stage : tables_.stages) put(stage->name, stage->summary);
    command_names();
    for (std::string_view name : topics()) put(name, "a page of the manual");
  }

  // Of a command whose next word may make another command of it: leat hub stats.
  bool has_words() const {
    return std::any_of(tables_.commands.begin(), tables_.commands.end(), [&](const Command& one) { return is_behind(one); });
  }
  bool is_behind(const Command& one) const { return one.name.starts_with(fmt::format("{} ", command_->name)); }
  void words_behind() {
    for (const Command& one : tables_.commands)
      if (is_behind(one)) put(one.name.substr(command_->name.size() + 1), one.summary);
  }

  void recipe_names() {
    for (const Recipe& recipe : recipes()) put(recipe.name, "a recipe");
  }

  void values(const Option& option) {
    if (option.value == "CODEC")
      for (const CodecSpec& codec : tables_.codecs) put(codec.name, codec.summary);
    else if (option.value == "FILE")
      ask_for_files();
    else if (option.kind == Kind::end)
      ends(false);
    else if (option.kind == Kind::choice)
      for (std::string_view choice : text::split(option.choices, '|')) put(choice, "");
    else if (option.kind == Kind::flag)
      put("true", ""), put("false", "");
    else if (option.kind == Kind::pairs)
      for (std::string_view choice : text::split(option.choices, '|'))
        put(fmt::format("{}{}", choice.substr(0, choice.find(':')), choice.ends_with(":alone") ? "" : "="), "");
  }

  // One more name behind those that stand there.
  void events() {
    const std::string before(prefix_.substr(0, prefix_.find_last_of(":,") + 1));
    for (std::string_view event : kEvents) put(fmt::format("{}{}", before, event), "");
  }

  void ends(bool source) {
    for (const Page::Entry& end : prose::ends()) {
      const std::string_view term = end.term;
      if (term == "PATH" || term == "-" || end.text.starts_with(source ? "output only" : "input only")) continue;
      put(term.substr(0, term.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), end.text);
    }
    if (source && prefix_.starts_with("events:")) events();
    if (source)
      for (const std::string& word : words_)
        if (std::any_of(tables_.stages.begin(), tables_.stages.end(), [&](const StageSpec* stage) { return stage->name == word; }))
          put("stage:" + word, "a stage before this one");
    ask_for_files();
  }

  const Tables& tables_;
  Place place_ = Place::start;
  const StageSpec* stage_ = nullptr;
  const Command* command_ = nullptr;
  const Option* pending_ = nullptr;  // waits for its value
  bool url_ = false;                 // an end waits for its url
  size_t operands_ = 0;
  std::set<std::string> words_;
  std::string_view prefix_;
  std::string before_;  // --option= of the word that is completed
  std::string out_;
};

}  // namespace

std::string complete(std::span<const std::string> words, const Tables& tables) { return Completer(tables).run(words); }

}  // namespace leat
