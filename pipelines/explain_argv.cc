#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/explain.h"
#include "pipelines/options.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Option::Kind;
using Value = Setting::Value;

// ${...} as our files have it, in double quotes for a shell, which expands the same forms.
std::string shell_expansion(std::string_view written) {
  const auto escaped = [](std::string_view text) {
    std::string out;
    for (char c : text) {
      if (c == '"' || c == '\\' || c == '`' || c == '$') out += '\\';
      out += c;
    }
    return out;
  };
  std::string out = "\"";
  for (size_t at = 0; at < written.size();) {
    const std::string_view rest = written.substr(at);
    if (rest.starts_with("$${")) {
      out += "\\${";
      at += 3;
    } else if (rest.starts_with("${")) {
      const size_t end = rest.find('}');
      const std::string_view inside = rest.substr(2, end - 2);
      if (inside.starts_with("file:"))
        out += fmt::format("$(cat {})", shell_quoted(inside.substr(5)));
      else
        out += "${" + escaped(inside) + "}";
      at += end + 1;
    } else {
      out += escaped(rest.substr(0, 1));
      ++at;
    }
  }
  return out + "\"";
}

std::string shown(const Value& value) { return value.written.empty() ? shell_quoted(value.text) : shell_expansion(value.written); }

// Cannot stand alone among the words of a stage: it would be read as something else, or a shell may make that of it.
bool needs_name(const Value& value, const std::string& word) {
  return !value.written.empty() || word.empty() || word == "then" || (word.size() > 1 && word[0] == '-');
}

std::string word_of(const Option& option, const Setting& setting, const Value& value) {
  if (option.kind == Kind::named || option.kind == Kind::keys) return value.key.empty() ? value.text : value.key + "=" + value.text;
  if (option.kind != Kind::pairs) return value.text;
  std::string all;
  for (const Value& pair : setting.values)
    all += fmt::format("{}{}{}{}", all.empty() ? "" : ",", pair.key, pair.text.empty() ? "" : "=", pair.text);
  return all;
}

class Writer {
 public:
  std::string write(const PipelineSpec& spec) {
    out_ = "leat";
    options(spec.globals);
    for (const ChainSpec& one : spec.chains) {
      // A --from alone behind stages without one of their own would be taken for a slip.
      if (&one == &spec.chains.front() && spec.chains.size() > 1 && looks_slipped(one, spec.chains[1])) put("--from -");
      chain(one);
      // Without a stage or a sink the sources of the next chain would count as this one's.
      const bool sources_only = one.stages.empty() && !one.dlq && (one.to.empty() || one.to.front().implied);
      if (&one != &spec.chains.back() && sources_only) put("--to -");
    }
    return std::move(out_);
  }

  bool comma() const { return comma_; }  // among the values of a pair

 private:
  static bool looks_slipped(const ChainSpec& first, const ChainSpec& second) {
    const auto implied = [](const std::vector<EndSpec>& ends) { return ends.empty() || ends.front().implied; };
    return implied(first.from) && implied(first.to) && second.stages.empty() && !second.dlq &&
           std::none_of(second.from.begin(), second.from.end(), inside);
  }

  void put(std::string_view word) {
    if (command_) out_ += " then";  // nothing else ends a command
    command_ = false;
    out_ += ' ';
    out_ += word;
  }

  void option(const Option& option, const Setting& setting) {
    const std::string name = "--" + kebab(option.name);
    if (option.kind == Kind::pairs)
      comma_ |= std::any_of(setting.values.begin(), setting.values.end(), [](const Value& v) { return v.text.find(',') != v.text.npos; });
    for (const Value& value : setting.values) {
      const std::string word = word_of(option, setting, value);
      if (option.kind == Kind::flag || (!option.bare.empty() && word == option.bare))
        put(word == "false" ? name + "=false" : name);
      else if (!word.empty() && (needs_name(value, word) || !option.bare.empty()))
        put(fmt::format("{}={}", name, value.written.empty() ? shell_quoted(word) : shell_expansion(value.written)));
      else
        put(fmt::format("{} {}", name, shell_quoted(word)));
      if (option.kind == Kind::pairs) break;
    }
  }

  void options(const Settings& settings) {
    for (const Setting& setting : settings.given()) option(*find_option(settings.options(), setting.name), setting);
  }

  void end(std::string_view key, const EndSpec& end) {
    if (end.implied) return;
    const Value url{{}, end.url, {}, end.written};
    const bool together = needs_name(url, end.url);
    put(fmt::format("{}{}{}", key, together ? "=" : " ", shown(url)));
    options(end.options);
    for (const EndSpec& other : end.fallback) this->end("--fallback", other);
  }

  void chain(const ChainSpec& chain) {
    for (const EndSpec& one : chain.from) end("--from", one);
    bool first = true;
    const auto begin = [&](std::string_view name) {
      if (!first && !command_) put("then");
      put(name);
      first = false;
    };
    for (const StageUse& use : chain.stages) {
      begin(use.name);
      stage(use);
    }
    if (chain.dlq) {
      begin("dlq");
      const Value url{{}, chain.dlq->url, {}, chain.dlq->written};
      put((needs_name(url, chain.dlq->url) ? "--url=" : "") + shown(url));
      options(chain.dlq->options);
      for (const EndSpec& other : chain.dlq->fallback) end("--fallback", other);
    }
    for (const EndSpec& one : chain.to) end("--to", one);
  }

  void stage(const StageUse& use) {
    const Setting* command = nullptr;
    std::vector<const Setting*> bare;
    bool room = true;  // every operand before this one was given
    for (const Option& one : use.spec->options) {
      if (!one.operand) continue;
      const Setting* setting = use.settings.find(one.name);
      if (setting && room && stands_alone(one, *setting)) {
        bare.push_back(setting);
        if (one.kind == Kind::words) command = setting;
      } else if (setting) {
        option(one, *setting);
      }
      room = room && setting && !one.repeat && one.kind != Kind::words;
    }
    for (const Setting* setting : bare)
      if (setting != command) words(*find_option(use.spec->options, setting->name), *setting);
    for (const Setting& setting : use.settings.given()) {
      const Option& one = *find_option(use.spec->options, setting.name);
      if (!one.operand) option(one, setting);
    }
    if (use.named) put("--id " + shell_quoted(use.id));
    options(use.guards);
    if (!command) return;
    words(*find_option(use.spec->options, command->name), *command);
    command_ = true;
  }

  void words(const Option& one, const Setting& setting) {
    for (const Value& value : setting.values) {
      put(value.written.empty() ? shell_quoted(word_of(one, setting, value)) : shell_expansion(value.written));
      if (one.kind == Kind::pairs) break;
    }
  }

  static bool stands_alone(const Option& one, const Setting& setting) {
    const auto named = [&](const Value& value) { return needs_name(value, word_of(one, setting, value)); };
    if (one.kind != Kind::words) return std::none_of(setting.values.begin(), setting.values.end(), named);
    // Behind its first word a command may have any word but the one that ends it.
    return !setting.values.empty() && !named(setting.values.front()) &&
           std::none_of(setting.values.begin(), setting.values.end(), [](const Value& value) { return value.text == "then"; });
  }

  std::string out_;
  bool command_ = false;
  bool comma_ = false;
};

}  // namespace

std::string shell_quoted(std::string_view word) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./:+-,@%=").find(c) != std::string_view::npos;
  };
  if (!word.empty() && word[0] != '=' && std::all_of(word.begin(), word.end(), safe)) return std::string(word);
  std::string out = "'";
  for (char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

Result<std::string> to_argv(const PipelineSpec& spec) {
  Writer writer;
  std::string out = writer.write(spec);
  if (writer.comma()) return Error{Error::Kind::config, "a value here holds a comma, which k=v,k=v on a command line cannot", {}};
  if (out.find('\0') != out.npos)
    return Error{Error::Kind::config, "a text here holds a zero byte, which no word of a command line can", {}};
  return out;
}

}  // namespace leat
