#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/explain.h"
#include "pipelines/interpolate.h"
#include "pipelines/options.h"

namespace leat {
namespace {

using Kind = Option::Kind;
using Value = Setting::Value;

// Reads the same without quotes, in and outside of brackets, whatever version of YAML reads it.
bool plain(std::string_view text) {
  const auto any = [](char c, std::string_view more) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || more.find(c) != more.npos;
  };
  if (text.empty() || !any(text[0], "./") || text.back() == ':') return false;
  for (std::string_view word : {"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
    if (text.size() == word.size() && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) { return a == (b | 0x20); }))
      return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return any(c, "_./:+-"); });
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out += c;
  }
  return out + "\"";
}

// Line separators of Unicode and the byte order mark, which YAML counts as breaks or swallows.
bool odd_unicode(std::string_view text) {
  for (std::string_view odd : {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF"})
    if (text.find(odd) != text.npos) return true;
  return false;
}

std::string quoted(std::string_view text) {
  const bool control = std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (control || odd_unicode(text)) return double_quoted(text);
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string scalar(std::string_view text) { return plain(text) ? std::string(text) : quoted(text); }

// A leaf that is interpolated when it is read.
std::string leaf(const Value& value) { return scalar(value.written.empty() ? escape_dollars(value.text) : value.written); }

std::string joined(const std::vector<std::string>& parts, std::string_view open, std::string_view close) {
  return fmt::format("{}{}{}", open, fmt::join(parts, ", "), close);
}

// One key with all its values.
std::string pair(const Option& option, const Setting& setting, const Value& first) {
  if (!repeats(option, first.key)) return fmt::format("{}: {}", first.key, first.text.empty() ? "null" : leaf(first));
  std::vector<std::string> all;
  for (const Value& value : setting.values)
    if (value.key == first.key) all.push_back(leaf(value));
  return fmt::format("{}: {}", first.key, all.size() == 1 ? all.front() : joined(all, "[", "]"));
}

bool told_before(const Setting& setting, const Value& value) {
  const auto first = std::find_if(setting.values.begin(), setting.values.end(), [&](const Value& other) { return other.key == value.key; });
  return &*first != &value;
}

// The value of an option, on one line.
std::string flow(const Option& option, const Setting& setting) {
  std::vector<std::string> parts;
  for (const Value& value : setting.values) switch (option.kind) {
      case Kind::flag:
        return value.text;
      case Kind::expr:
        parts.push_back(quoted(value.text));
        break;
      case Kind::keys:
        parts.push_back(quoted(value.key.empty() ? value.text : value.key + "=" + value.text));
        break;
      case Kind::named:
        parts.push_back(fmt::format("{}: {}", scalar(value.key), quoted(value.text)));
        break;
      case Kind::pairs:
        if (!repeats(option, value.key) || !told_before(setting, value)) parts.push_back(pair(option, setting, value));
        break;
      default:
        parts.push_back(!option.bare.empty() && value.text == option.bare ? "true" : leaf(value));
    }
  if (option.kind == Kind::pairs && setting.values.size() == 1 && setting.values[0].text.empty()) return setting.values[0].key;
  if (option.kind == Kind::named || option.kind == Kind::pairs) return joined(parts, "{", "}");
  if (option.repeat || option.kind == Kind::words) return joined(parts, "[", "]");
  return parts.back();
}

std::string end_flow(const EndSpec& end) {
  const std::string url = leaf({{}, end.url, {}, end.written});
  if (end.options.given().empty() && end.fallback.empty()) return url;
  std::vector<std::string> parts{"url: " + url};
  for (const Setting& setting : end.options.given())
    parts.push_back(fmt::format("{}: {}", setting.name, flow(*find_option(end.options.options(), setting.name), setting)));
  for (const EndSpec& other : end.fallback) parts.push_back("fallback: " + end_flow(other));
  return joined(parts, "{", "}");
}

class Writer {
 public:
  std::string write(const PipelineSpec& spec) {
    settings(spec.globals, "");
    if (spec.chains.size() == 1) {
      chain(spec.chains[0], "", "");
    } else {
      out_ += "chains:\n";
      for (const ChainSpec& one : spec.chains) chain(one, "  - ", "    ");
    }
    return std::move(out_);
  }

 private:
  void line(std::string_view indent, std::string_view key, std::string_view value) {
    out_ += fmt::format("{}{}:{}{}\n", indent, key, value.empty() ? "" : " ", value);
  }

  void settings(const Settings& given, std::string_view indent) {
    for (const Setting& setting : given.given()) setting_line(*find_option(given.options(), setting.name), setting, indent);
  }

  // Names of expressions stand one a line, so that each is easy to read.
  void setting_line(const Option& option, const Setting& setting, std::string_view indent) {
    if (option.kind != Kind::named) return line(indent, option.name, flow(option, setting));
    line(indent, option.name, {});
    for (const Value& value : setting.values) line(fmt::format("{}  ", indent), scalar(value.key), quoted(value.text));
  }

  void chain(const ChainSpec& chain, std::string first, const std::string& indent) {
    const size_t before = out_.size();
    const auto next = [&] { return std::exchange(first, indent); };
    ends("from", chain.from, next, indent);
    if (!chain.stages.empty()) line(next(), "stages", {});
    for (const StageUse& use : chain.stages) stage(use, indent + "  ");
    ends("to", chain.to, next, indent);
    if (chain.dlq) line(next(), "dlq", end_flow(*chain.dlq));
    if (out_.size() == before) line(next(), "stages", "[]");
  }

  template <class Next>
  void ends(std::string_view key, const std::vector<EndSpec>& ends, Next next, const std::string& indent) {
    std::vector<std::string> parts;
    bool short_ones = true;
    for (const EndSpec& end : ends) {
      if (end.implied) continue;
      parts.push_back(end_flow(end));
      short_ones &= end.options.given().empty() && end.fallback.empty();
    }
    if (parts.empty()) return;
    if (parts.size() == 1) return line(next(), key, parts[0]);
    if (short_ones) return line(next(), key, joined(parts, "[", "]"));
    line(next(), key, {});
    for (const std::string& part : parts) out_ += fmt::format("{}  - {}\n", indent, part);
  }

  void stage(const StageUse& use, const std::string& indent) {
    const std::string deep = indent + "    ";
    const auto& given = use.settings.given();
    const Option* only = given.size() == 1 ? find_option(use.spec->options, given[0].name) : nullptr;
    const auto first =
        std::find_if(use.spec->options.begin(), use.spec->options.end(), [](const Option& option) { return option.operand; });
    const bool operand = only && first != use.spec->options.end() && only == &*first;
    if (operand && only->kind == Kind::named && !hides_option(use, given[0])) {
      line(indent + "- ", use.name, {});
      for (const Value& value : given[0].values) line(deep, scalar(value.key), quoted(value.text));
    } else if (operand && only->kind != Kind::named) {
      line(indent + "- ", use.name, flow(*only, given[0]));
    } else {
      line(indent + "- ", use.name, {});
      settings(use.settings, deep);
    }
    if (use.named) line(indent + "  ", "id", scalar(escape_dollars(use.id)));
    settings(use.guards, indent + "  ");
  }

  // A name that is also an option's would be read as that.
  static bool hides_option(const StageUse& use, const Setting& setting) {
    return std::any_of(setting.values.begin(), setting.values.end(),
                       [&](const Value& value) { return find_option(use.spec->options, value.key); });
  }

  std::string out_;
};

}  // namespace

Result<std::string> to_yaml(const PipelineSpec& spec) {
  std::string out = Writer().write(spec);
  if (!text::utf8(out)) return Error{Error::Kind::usage, "a word here is not UTF-8, which a pipeline file is", {}};
  return out;
}

}  // namespace leat
