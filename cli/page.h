// Page: one page of the manual, written once and shown as plain text by help and as roff by man.
// Owner:   a value.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leat {

struct Page {
  struct Entry {
    std::string term, text;
  };
  // A piece of a section: one of the three is filled.
  struct Block {
    std::string paragraph;       // flows
    std::vector<Entry> entries;  // a term and what it is
    std::string literal;         // lines kept as they are
  };
  struct Section {
    std::string title;  // Options
    std::vector<Block> blocks;
  };

  std::string name;                   // leat-run
  int chapter = 1;                    // of the manual
  std::string summary;                // run a pipeline file
  std::vector<std::string> synopsis;  // command lines
  std::vector<Section> sections;
  std::vector<std::string> see_also;  // leat-stages(7)
};

inline Page::Block paragraph(std::string text) { return {std::move(text), {}, {}}; }
inline Page::Block literal(std::string text) { return {{}, {}, std::move(text)}; }
inline Page::Block entries(std::vector<Page::Entry> list) { return {{}, std::move(list), {}}; }

// For a terminal: `width` columns, no colour.
std::string as_text(const Page& page, size_t width = 80);
// For man(1), under the version and the day it came out.
std::string as_roff(const Page& page, std::string_view version, std::string_view date);

// Blank lines part paragraphs, lines with two leading spaces are kept as they are.
std::vector<Page::Block> blocks_of(std::string_view prose);

}  // namespace leat
