// ReadSettings: the values of a Document as Settings, by the option tables. Pipeline files and settings files both use it.
// Owner:   the caller.   Thread: any.   Blocks: on a file that ${file:} names.
// Fails:   by Problems, all of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pipelines/document.h"
#include "pipelines/interpolate.h"

namespace leat {

class SettingsReader {
 public:
  SettingsReader(const Document& document, const Outside& outside, Problems& problems)
      : text_(document.text), outside_(outside), problems_(problems) {}

  // The value of one option, in any of the shapes its kind has in YAML.
  void read(Settings& into, const Option& option, const Node& node, const std::string& path);

  // A text leaf with its ${...} read; nothing if there is a Problem.
  std::optional<Setting::Value> text(const Node& node, const std::string& path);

  void report(const Node& node, const std::string& path, std::string message, std::string hint = {});
  // For a key no table has; `known` may hold more words than the tables.
  void unknown(const Node& key, const std::string& path, std::string_view where, std::span<const std::string_view> known);
  // The hint for an expression that YAML took apart.
  std::string quote_hint(std::string_view key, const Node& node) const;

 private:
  void scalar(Settings& into, const Option& option, const Node& node, const std::string& path);
  void expression(Settings& into, const Option& option, std::string_view key, const Node& node, const std::string& path);
  void map(Settings& into, const Option& option, const Node& node, const std::string& path);
  void pair_list(Settings& into, const Option& option, const Node& key, const Node& list, const std::string& path);
  void word(Settings& into, const Option& option, const Node& node, const std::string& path);
  void put(Settings& into, const Option& option, Setting::Value value, const Node& node, const std::string& path);

  std::string_view text_;
  const Outside& outside_;
  Problems& problems_;
};

}  // namespace leat
