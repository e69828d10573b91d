// ReadSettings: the values of a Document as Settings, by the option tables. Pipeline files and settings files both use it.
// Owner:   the caller.   Thread: any.   Blocks: on a file that ${file:} names.
// Fails:   by Problems, all of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "pipelines/arguments.h"
#include "pipelines/document.h"
#include "pipelines/interpolate.h"

namespace leat {

class SettingsReader {
 public:
  SettingsReader(const Document& document, const Outside& outside, Problems& problems)
      : text_(document.text), outside_(outside), problems_(problems) {}

  // What is read from here on stands in a template, under these arguments; null: in none. Answers what was so before.
  const Arguments* stand_in(const Arguments* arguments) { return std::exchange(arguments_, arguments); }
  // Templates have made all that a pipeline can hold, which was told.
  bool full() const { return unfolded_ > kMaxUnfolded; }
  // The value that $NAME stands for, where a node says that of a parameter; else the node; null beside a Problem.
  const Node* resolve(const Node& node, const std::string& path);

  // The value of one option, in any of the shapes its kind has in YAML.
  void read(Settings& into, const Option& option, const Node& node, const std::string& path);

  // A text leaf with its ${...} read; nothing if there is a Problem.
  std::optional<Setting::Value> text(const Node& node, const std::string& path);

  void report(const Node& node, const std::string& path, std::string message, std::string hint = {});
  size_t told() const { return problems_.size(); }
  // For a key no table has; `known` may hold more words than the tables.
  void unknown(const Node& key, const std::string& path, std::string_view where, std::span<const std::string_view> known);
  // The hint for an expression that YAML took apart.
  std::string quote_hint(std::string_view key, const Node& node) const;

 private:
  static constexpr size_t kMaxUnfolded = 16u << 20;
  void held(Settings& into, const Option& option, const Node& node, const std::string& path);
  void scalar(Settings& into, const Option& option, const Node& node, const std::string& path);
  void expression(Settings& into, const Option& option, std::string_view key, const Node& node, const std::string& path);
  void map(Settings& into, const Option& option, const Node& node, const std::string& path);
  void pair_list(Settings& into, const Option& option, const Node& key, const Node& list, const std::string& path);
  void word(Settings& into, const Option& option, const Node& node, const std::string& path);
  void put(Settings& into, const Option& option, Setting::Value value, const Node& node, const std::string& path);

  std::string_view text_;
  const Outside& outside_;
  Problems& problems_;
  const Arguments* arguments_ = nullptr;
  bool resolved_ = false;  // what is being read is the value of a parameter
  size_t unfolded_ = 0;    // bytes that templates have made
};

}  // namespace leat
