// Option and Settings: what a user may set on a stage or an end, and what they did set.
// Owner:   specs hold constexpr Options; a pipeline's spec holds the Settings.
// Thread:  any.   Blocks: never.
// Fails:   a value that does not fit its Kind is refused by whoever loads it (argv or YAML), with its position;
//          the getters below may therefore assume that what is set is well formed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace leat {

struct Option {
  enum class Kind : uint8_t {
    flag,      // present or not
    count,     // whole number, 1 or more
    number,    // any JSON number
    duration,  // 250ms 1.5s 5m 1h, more than 0
    size,      // 64KiB 1MB, more than 0
    text,
    choice,  // one of `choices`
    expr,    // an expression
    named,   // NAME=EXPR; in YAML a map
    keys,    // EXPR or NAME=EXPR, in the order written; in YAML a list
    pairs,   // k=v,k=v; in YAML a map. `choices` holds the keys it knows, each with the kind of its value:
             // attempts:tries|base:duration|rate:number|bytes:size|name:text, or eof:alone for a key without one; tries: a count, or
             // forever; of on:words each is one of several texts, and in YAML a list of them will do
    words,   // all the remaining words of the command; in YAML a list
    end,     // another end, with options of its own behind it; in YAML an end. No Setting holds it: EndSpec::fallback does
  };
  std::string_view name;  // snake_case here and in YAML, --kebab-case in argv
  Kind kind;
  std::string_view value;          // how help names the value: N, EXPR, DURATION
  std::string_view help;           // one sentence, no full stop
  std::string_view fallback = {};  // the default as a user would write it; empty: none
  std::string_view choices = {};   // for choice and pairs: words separated by |
  std::string_view bare = {};      // for choice: what the option means without a value (in YAML: true); never takes the next word
  bool operand = false;            // the bare value: positional in argv, the scalar in YAML
  bool required = false;
  bool repeat = false;  // may be given more than once; in YAML a list
};

// Where a setting was written: a file's line and column from 1, or a word of argv.
struct Mark {
  int line = 0, column = 0;
};

struct Setting {
  std::string name;  // of the option
  // One entry per value; a flag's is true or false. `key` is set for named, keys and pairs.
  struct Value {
    std::string key, text;
    Mark mark;
    std::string written = {};  // the text before ${...} was read, where that changed it
  };
  std::vector<Value> values;
  Mark mark;
};

class Settings {
 public:
  Settings() = default;
  explicit Settings(std::span<const Option> options) : options_(options) {}

  std::span<const Option> options() const { return options_; }
  const std::vector<Setting>& given() const { return given_; }
  const Setting* find(std::string_view name) const;
  Setting& put(std::string_view name);  // the setting of that name, empty if it was not given yet
  void remove(std::string_view name);   // as if it had never been given

  // What was given, else the option's fallback; the optional forms answer nothing when there is neither.
  bool flag(std::string_view name) const;
  std::optional<uint64_t> count(std::string_view name) const;  // count and size
  std::optional<double> number(std::string_view name) const;
  std::optional<Duration> duration(std::string_view name) const;
  std::optional<std::string> text(std::string_view name) const;  // text, choice, expr
  std::vector<Setting::Value> values(std::string_view name) const;
  std::optional<std::string> pair(std::string_view name, std::string_view key) const;

 private:
  std::span<const Option> options_;
  std::vector<Setting> given_;
};

// Is `text` a value of this option? The error says what it wants; argv and YAML both call this one check and
// put before it where it was written.
// For named, keys and pairs it is the value alone, `key` its name (of keys it may be empty).
Done check_value(const Option& option, std::string_view text, std::string_view key = {});

// May this key of a pairs option be given more than once?
bool repeats(const Option& option, std::string_view key);

// One word of argv as values: NAME=EXPR falls into key and text, k=v,k=v into several. All are checked.
Result<std::vector<Setting::Value>> read_word(const Option& option, std::string_view word);

}  // namespace leat
