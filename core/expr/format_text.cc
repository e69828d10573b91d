#include "core/expr/format_text.h"

#include <array>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/data/json.h"
#include "core/expr/run.h"

namespace leat::expr {
namespace {

bool text(Run& run, const Value& value, std::string& out) {
  if (!run.spend(1 + value.weight() / 8)) return false;
  to_text(value, out);
  return true;
}

bool json(Run& run, const Value& value, std::string& out) {
  if (!run.spend(1 + value.weight() / 8)) return false;
  json::write(value, out);
  return true;
}

template <class F>
bool escaped(Run& run, const Value& value, std::string& out, F&& escape) {
  std::string plain;
  if (!text(run, value, plain)) return false;
  for (char c : plain) escape(c, out);
  return true;
}

bool html(Run& run, const Value& value, std::string& out) {
  return escaped(run, value, out, [](char c, std::string& to) {
    switch (c) {
      case '<':
        to += "&lt;";
        break;
      case '>':
        to += "&gt;";
        break;
      case '&':
        to += "&amp;";
        break;
      case '\'':
        to += "&apos;";
        break;
      case '"':
        to += "&quot;";
        break;
      default:
        to += c;
    }
  });
}

bool uri(Run& run, const Value& value, std::string& out) {
  return escaped(run, value, out, [](char c, std::string& to) {
    const bool kept =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
    if (kept)
      to += c;
    else
      to += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  });
}

bool from_uri(Run& run, const Value& value, std::string& out) {
  std::string plain, bytes;
  if (!text(run, value, plain)) return false;
  for (size_t i = 0; i < plain.size(); ++i) {
    unsigned code = 0;
    if (plain[i] != '%') {
      bytes += plain[i];
      continue;
    }
    for (size_t k = 1; k <= 2; ++k) {
      const char c = i + k < plain.size() ? plain[i + k] : ' ';
      if (!std::isxdigit(static_cast<unsigned char>(c))) return run.fail(shown(value) + " is not a valid uri encoding"), false;
      code = code * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    bytes += static_cast<char>(code), i += 2;
  }
  json::repair(bytes, out);
  return true;
}

// A row of scalars, each by `one`.
template <class F>
bool row(Run& run, const Value& value, std::string_view format, std::string_view separator, std::string& out, F&& one) {
  if (!value.is_array()) return run.fail(fmt::format("{} cannot be {}-formatted, only array", shown(value), format)), false;
  if (!run.spend(1 + value.weight() / 8)) return false;
  bool first = true;
  for (const Value& item : value.items()) {
    if (!std::exchange(first, false)) out += separator;
    if (item.is_container()) return run.fail(shown(item) + " is not valid in a csv row"), false;
    if (item.is_string())
      one(item.view(), out);
    else if (!item.is_null())
      json::write(item, out);
  }
  return true;
}

bool csv(Run& run, const Value& value, std::string& out) {
  return row(run, value, "csv", ",", out, [](std::string_view word, std::string& to) {
    to += '"';
    for (char c : word) to.append(c == '"' ? 2 : 1, c);
    to += '"';
  });
}

bool tsv(Run& run, const Value& value, std::string& out) {
  return row(run, value, "tsv", "\t", out, [](std::string_view word, std::string& to) {
    constexpr std::string_view kBytes = "\t\n\r\\", kNames = "tnr\\";
    for (char c : word) {
      const size_t known = kBytes.find(c);
      if (known == std::string_view::npos)
        to += c;
      else
        to += '\\', to += kNames[known];
    }
  });
}

bool shell_word(Run& run, const Value& value, std::string& out) {
  if (value.is_container()) return run.fail(shown(value) + " can not be escaped for shell"), false;
  if (!value.is_string()) return json::write(value, out), true;
  out += '\'';
  for (char c : value.view()) {
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  out += '\'';
  return true;
}

bool shell(Run& run, const Value& value, std::string& out) {
  if (!run.spend(1 + value.weight() / 8)) return false;
  if (!value.is_array()) return shell_word(run, value, out);
  bool first = true;
  for (const Value& item : value.items()) {
    if (!std::exchange(first, false)) out += ' ';
    if (!shell_word(run, item, out)) return false;
  }
  return true;
}

template <void (*encode)(std::string_view, std::string&)>
bool letters(Run& run, const Value& value, std::string& out) {
  std::string plain;
  if (!text(run, value, plain)) return false;
  encode(plain, out);
  return true;
}

template <bool (*decode)(std::string_view, std::string&)>
bool from_letters(Run& run, const Value& value, std::string& out) {
  std::string plain, bytes;
  if (!text(run, value, plain)) return false;
  const bool good = decode(plain, bytes);
  if (!good && bytes.empty()) return run.fail(shown(value) + " is not valid base64 data"), false;
  json::repair(bytes, out);
  return true;
}

constexpr std::array<FormatName, 12> kFormats{{{"text", "the value as text", text},
                                               {"json", "the value as JSON", json},
                                               {"html", "for HTML: < > & ' \" escaped", html},
                                               {"uri", "for a URI: all but letters, digits and -_.~ as %XX", uri},
                                               {"urid", "a URI's %XX resolved", from_uri},
                                               {"csv", "an array as a row of comma-separated values", csv},
                                               {"tsv", "an array as a row of tab-separated values", tsv},
                                               {"sh", "quoted for a POSIX shell; an array as several words", shell},
                                               {"base64", "the text's bytes in base64", letters<base64::encode>},
                                               {"base64d", "base64 resolved", from_letters<base64::read>},
                                               {"base32", "the text's bytes in base32", letters<base32::encode>},
                                               {"base32d", "base32 resolved", from_letters<base32::read>}}};

}  // namespace

void to_text(const Value& value, std::string& out) {
  if (value.is_string())
    out += value.view();
  else
    json::write(value, out);
}

std::span<const FormatName> formats() { return kFormats; }

Text::Format find_format(std::string_view name) {
  for (const FormatName& format : kFormats)
    if (format.name == name) return format.format;
  return nullptr;
}

std::string format_hint(std::string_view name) {
  std::vector<std::string_view> known;
  for (const FormatName& format : kFormats) known.push_back(format.name);
  const auto near = text::nearest(name, known);
  return near ? fmt::format("did you mean @{}?", *near) : "";
}

}  // namespace leat::expr
