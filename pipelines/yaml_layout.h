// YamlLayout: lines of a YAML text put down anew, one after another, with the indentation that their depth asks for.
// Owner:   format_yaml().   Thread: any.   Blocks: never.
// Fails:   by an answer that says something else; whoever asks compares.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace leat::yaml {

class Layout {
 public:
  explicit Layout(std::string_view text) : text_(text) {}  // line feeds only
  std::string run();
  const std::vector<std::string>& comments() const { return comments_; }

 private:
  // A list or map that is open, by the column of its dashes or keys.
  struct Level {
    size_t was, is;
    bool list;
  };
  struct Waiting {  // an empty line or one of a comment, whose depth the next line decides
    size_t column;
    std::string_view comment;
  };
  // A line of keys and dashes while it is taken apart.
  struct Line {
    std::string out;
    size_t moved_from = 0, moved_to = 0;  // of its first sign
    size_t at = 0;                        // in text_
    bool alone = false;                   // it is neither an item nor has a key: a value on a line of its own
  };

  void structure(size_t begin, size_t end);
  void signs(Line& line, size_t end);
  void value(Line& line, size_t end);
  void quote_or_flow(Line& line, bool flow);
  void plain(Line& line, size_t end);
  void block(Line& line, size_t end);
  void rest(Line& line);
  void inner(std::string_view piece, const Line& line);
  const Level* owner(const Line& line) const;
  size_t place(size_t column, bool list);
  void settle(const std::vector<Level>& before, size_t column, size_t now);
  size_t depth_of(size_t comment, const std::vector<Level>& before, size_t next, size_t now) const;
  void put(std::string_view line);
  std::string_view line_at(size_t begin) const;

  std::string_view text_;
  std::string out_;
  size_t at_ = 0;
  std::vector<Level> levels_;
  bool open_ = false;  // the last line has a key or a dash without a value so far
  std::vector<Waiting> waiting_;
  std::vector<std::string> comments_;
};

}  // namespace leat::yaml
