#include "cli/page.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

constexpr size_t kTermColumn = 24;     // where the text of an entry begins
constexpr size_t kSourceColumns = 72;  // of a line of roff

// Columns of UTF-8 text; nothing here is wider than one.
size_t columns(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Words filled into lines; the first begins at column `at`.
std::string filled(std::string_view text, size_t indent, size_t at, size_t width) {
  std::string out;
  for (std::string_view word : text::split(text, ' ')) {
    if (word.empty()) continue;
    const size_t wide = columns(word);
    if (at > indent && at + 1 + wide > width) {
      out += '\n' + std::string(indent, ' ');
      at = indent;
    } else if (at > indent) {
      out += ' ';
      ++at;
    }
    out += word;
    at += wide;
  }
  return out + '\n';
}

std::string entry_text(const Page::Entry& entry, size_t width) {
  std::string out = "  " + entry.term;
  if (entry.text.empty()) return out + '\n';
  if (columns(out) + 2 > kTermColumn)
    out += '\n' + std::string(kTermColumn, ' ');
  else
    out += std::string(kTermColumn - columns(out), ' ');
  return out + filled(entry.text, kTermColumn, kTermColumn, width);
}

std::string indented(std::string_view lines, std::string_view by) {
  std::string out;
  for (std::string_view line : text::split(lines, '\n')) out += line.empty() ? "\n" : fmt::format("{}{}\n", by, line);
  return out;
}

// A backslash, and a dot or quote that begins a line, mean something to roff; a bare - may become a dash.
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\'')
      out += "\\(aq";
    else if (c == '^')
      out += "\\(ha";
    else if (c == '~')
      out += "\\(ti";
    else if (c == '`')
      out += "\\(ga";
    else
      out += c;
  }
  return out;
}

std::string roff_line(std::string_view text) {
  const std::string line = escaped(text);
  return (line.starts_with('.') ? "\\&" : "") + line + '\n';
}

// Flowing text on lines of the length that mandoc and diffs like.
std::string roff_text(std::string_view text) {
  std::string out, line;
  for (std::string_view word : text::split(text, ' ')) {
    if (word.empty()) continue;
    if (!line.empty() && line.size() + 1 + word.size() > kSourceColumns) out += roff_line(std::exchange(line, {}));
    if (!line.empty()) line += ' ';
    line += word;
  }
  return out + roff_line(line);
}

std::string roff_lines(std::string_view text) {
  std::string out;
  for (std::string_view line : text::split(text, '\n')) out += roff_line(line);
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

std::string quoted_argument(std::string_view text) {
  std::string out = "\"";
  for (char c : escaped(text)) out += c == '"' ? "\\(dq" : std::string(1, c);
  return out + "\"";
}

std::string roff_block(const Page::Block& block, bool first) {
  std::string out;
  const char* begin = first ? "" : ".PP\n";  // a heading begins a paragraph by itself
  if (!block.paragraph.empty()) out += begin + roff_text(block.paragraph);
  for (const Page::Entry& entry : block.entries) out += fmt::format(".TP\n.B {}\n{}", quoted_argument(entry.term), roff_text(entry.text));
  if (!block.literal.empty()) out += begin + std::string(".RS 4\n.nf\n") + roff_lines(block.literal) + ".fi\n.RE\n";
  return out;
}

}  // namespace

std::string as_text(const Page& page, size_t width) {
  std::string out;
  for (const std::string& line : page.synopsis) out += line + '\n';
  if (!page.synopsis.empty()) out += '\n';
  out += "  " + filled(page.summary, 2, 2, width);
  for (const Page::Section& section : page.sections) {
    out += '\n' + section.title + '\n';
    bool first = true;
    for (const Page::Block& block : section.blocks) {
      if (!first) out += '\n';
      first = false;
      if (!block.paragraph.empty()) out += "  " + filled(block.paragraph, 2, 2, width);
      for (const Page::Entry& entry : block.entries) out += entry_text(entry, width);
      if (!block.literal.empty()) out += indented(block.literal, "    ");
    }
  }
  return out;
}

std::string as_roff(const Page& page, std::string_view version, std::string_view date) {
  std::string out = fmt::format(".TH {} {} {} {} {}\n", quoted_argument(upper(page.name)), page.chapter, date,
                                quoted_argument(fmt::format("leat {}", version)), quoted_argument("leat manual"));
  out += ".nh\n.ad l\n.SH NAME\n" + escaped(page.name) + " \\- " + escaped(page.summary) + '\n';
  if (!page.synopsis.empty()) {
    out += ".SH SYNOPSIS\n.nf\n";
    for (const std::string& line : page.synopsis) out += roff_line(line);
    out += ".fi\n";
  }
  for (const Page::Section& section : page.sections) {
    out += fmt::format(".SH {}\n", quoted_argument(upper(section.title)));
    for (const Page::Block& block : section.blocks) out += roff_block(block, &block == &section.blocks.front());
  }
  if (!page.see_also.empty()) {
    out += ".SH \"SEE ALSO\"\n";
    for (const std::string& other : page.see_also)
      out += fmt::format(".BR {} {}{}\n", escaped(other.substr(0, other.find('('))), other.substr(other.find('(')),
                         &other == &page.see_also.back() ? "" : ",");
  }
  return out;
}

std::vector<Page::Block> blocks_of(std::string_view prose) {
  std::vector<Page::Block> blocks;
  std::string text, kept;
  const auto flush = [&] {
    if (!text.empty()) blocks.push_back(paragraph(std::exchange(text, {})));
    if (!kept.empty()) blocks.push_back(literal(std::exchange(kept, {})));
  };
  for (std::string_view line : text::split(prose, '\n')) {
    if (line.empty()) {
      flush();
    } else if (line.starts_with("  ")) {
      if (!text.empty()) flush();
      if (!kept.empty()) kept += '\n';
      kept += line.substr(2);
    } else {
      if (!kept.empty()) flush();
      if (!text.empty()) text += ' ';
      text += line;
    }
  }
  flush();
  return blocks;
}

}  // namespace leat
