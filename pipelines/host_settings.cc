#include "pipelines/host_settings.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/load_toml.h"
#include "pipelines/options.h"
#include "pipelines/read_settings.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

constexpr std::string_view kTop[] = {"color", "limits", "hubs", "ends"};
constexpr std::string_view kLimits[] = {"mem", "threads", "drain"};
constexpr std::string_view kHub[] = {"address", "token"};

// How an end is reached, never what its bytes mean: that belongs to the pipeline, so that it says the same everywhere.
std::vector<Option> end_options() {
  std::vector<Option> all(guard_options().begin(), guard_options().end());
  for (const char* name : {"hub", "max_clients"}) all.push_back(*find_option(source_options(), name));
  return all;
}

class Reading {
 public:
  Reading(const Document& document, const Outside& outside, HostSettings& into, Problems& problems)
      : values_(document, outside, problems), into_(into), root_(document.root) {}

  void run() {
    for (const auto& [key, value] : root_.entries) {
      if (key.text == "color")
        global(key, value, "color");
      else if (key.text == "limits")
        limits(value);
      else if (key.text == "hubs")
        each(value, "hubs", [&](const Node& name, const Node& table, const std::string& path) { hub(name, table, path); });
      else if (key.text == "ends")
        each(value, "ends", [&](const Node& name, const Node& table, const std::string& path) { end(name, table, path); });
      else
        values_.unknown(key, {}, "a settings file", kTop);
    }
  }

 private:
  bool is_table(const Node& node, const std::string& path) {
    if (node.kind == Node::Kind::map) return true;
    values_.report(node, path, fmt::format("wants a table, here is {}", name_of(node)));
    return false;
  }

  void global(const Node& key, const Node& value, const std::string& path) {
    if (!into_.globals.find(key.text)) values_.read(into_.globals, *find_option(global_options(), key.text), value, path);
  }

  void limits(const Node& node) {
    if (!is_table(node, "limits")) return;
    for (const auto& [key, value] : node.entries) {
      if (std::find(std::begin(kLimits), std::end(kLimits), key.text) != std::end(kLimits))
        global(key, value, "limits." + key.text);
      else
        values_.unknown(key, "limits", "limits", kLimits);
    }
  }

  template <class Read>
  void each(const Node& node, const std::string& path, Read read) {
    if (!is_table(node, path)) return;
    for (const auto& [name, table] : node.entries) {
      const std::string here = fmt::format("{}.{}", path, name.text);
      if (is_table(table, here)) read(name, table, here);
    }
  }

  void hub(const Node& name, const Node& table, const std::string& path) {
    HubPlace made;
    for (const auto& [key, value] : table.entries) {
      const std::string here = fmt::format("{}.{}", path, key.text);
      if (std::find(std::begin(kHub), std::end(kHub), key.text) == std::end(kHub)) {
        values_.unknown(key, path, "a hub", kHub);
      } else if (auto text = values_.text(value, here)) {
        if (key.text == "token" && text->written.empty())
          values_.report(value, here, "a credential is not written out here", "use ${file:PATH} or ${VAR}");
        (key.text == "token" ? made.token : made.address) = std::move(text->text);
      }
    }
    if (!table.find("address")) values_.report(name, path, "wants an address");
    into_.hubs.try_emplace(name.text, std::move(made));
  }

  void end(const Node& name, const Node& table, const std::string& path) {
    static const std::vector<Option> kOptions = end_options();
    EndSpec made{{}, {}, Settings(kOptions), name.mark, false};
    std::vector<std::string_view> known{"url"};
    for (const Option& option : kOptions) known.push_back(option.name);
    for (const auto& [key, value] : table.entries) {
      const std::string here = fmt::format("{}.{}", path, key.text);
      if (key.text == "url") {
        if (auto text = values_.text(value, here)) made.url = std::move(text->text);
      } else if (const Option* option = find_option(kOptions, key.text)) {
        values_.read(made.options, *option, value, here);
      } else {
        values_.unknown(key, path, "an end", known);
      }
    }
    if (!table.find("url")) values_.report(name, path, "wants an url");
    into_.ends.try_emplace(name.text, std::move(made));
  }

  SettingsReader values_;
  HostSettings& into_;
  const Node& root_;
};

class Applying {
 public:
  Applying(const HostSettings& settings, Problems& problems) : settings_(settings), problems_(problems) {}

  void end(EndSpec& end) {
    if (!end.url.starts_with('@')) return;
    const auto at = settings_.ends.find(end.url.substr(1));
    if (at == settings_.ends.end()) {
      std::vector<std::string_view> known;
      for (const auto& [name, unused] : settings_.ends) known.push_back(name);
      problems_.push_back(
          {end.mark,
           {},
           fmt::format("no end is named {} in leat.toml", text::quoted(end.url.substr(1))),
           known.empty() ? fmt::format("a file of that name is written ./{}", end.url) : did_you_mean(end.url.substr(1), known)});
      return;
    }
    if (end.written.empty()) end.written = end.url;
    end.url = at->second.url;
    for (const Setting& setting : at->second.options.given())
      if (!end.options.find(setting.name)) end.options.put(setting.name) = setting;
  }

 private:
  const HostSettings& settings_;
  Problems& problems_;
};

}  // namespace

Problems read_host_settings(std::string text, const Outside& outside, HostSettings& into) {
  if (into.globals.options().empty()) into.globals = Settings(global_options());
  const Document document = load_toml(std::move(text));
  Problems problems = document.problems;
  Reading(document, outside, into, problems).run();
  return problems;
}

HostFiles find_host_settings(const Outside& outside) {
  HostFiles found;
  std::vector<std::string> paths;
  const auto config = outside.environment.get("XDG_CONFIG_HOME"), home = outside.environment.get("HOME");
  if (config && config->starts_with('/'))
    paths.push_back(*config + "/leat/leat.toml");
  else if (home && home->starts_with('/'))
    paths.push_back(*home + "/.config/leat/leat.toml");
  paths.emplace_back("/etc/leat/leat.toml");
  for (const std::string& path : paths) {
    auto text = outside.read_file(path);
    if (!text && text.error().kind != Error::Kind::no_input) found.mistakes.push_back("leat: " + text.error().text);
    if (!text) continue;
    PipelineSpec place;
    place.file = path;
    for (std::string& line : lines_of(place, read_host_settings(std::move(*text), outside, found.settings)))
      found.mistakes.push_back(std::move(line));
  }
  return found;
}

void apply(const HostSettings& settings, PipelineSpec& spec, Problems& problems) {
  for (const Setting& setting : settings.globals.given())
    if (!spec.globals.find(setting.name)) spec.globals.put(setting.name) = setting;
  spec.hubs.insert(settings.hubs.begin(), settings.hubs.end());
  Applying applying(settings, problems);
  for (ChainSpec& chain : spec.chains) {
    for (EndSpec& end : chain.from) applying.end(end);
    for (EndSpec& sink : chain.to) each_in_line(sink, [&](EndSpec& end) { applying.end(end); });
    if (chain.dlq) applying.end(*chain.dlq);
  }
}

}  // namespace leat
