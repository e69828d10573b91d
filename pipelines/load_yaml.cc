#include "pipelines/load_yaml.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "core/base/text.h"

namespace leat {
namespace {

constexpr size_t kMaxFile = 4u << 20;
constexpr size_t kMaxNodes = 100'000;  // what aliases stand for counts each time
constexpr size_t kMaxBytes = 16u << 20;
constexpr size_t kMaxDepth = 64;

Mark mark_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

// What ends the reading: caught in load_yaml(), never seen outside this file.
struct Refused {
  Problem problem;
};

class Builder : public YAML::EventHandler {
 public:
  Builder(Document& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Refused{{mark_of(mark), {}, "a second document begins here", "one file holds one pipeline"}};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf({}, mark, anchor); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    Node node;
    node.kind = Node::Kind::scalar;
    node.plain = tag == "?";
    node.text = value;
    refuse_tag(mark, tag);
    leaf(std::move(node), mark, anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto at = anchors_.find(anchor);
    if (at == anchors_.end()) throw Refused{{mark_of(mark), {}, "the alias stands inside what it names", {}}};
    spend(mark, at->second.nodes, at->second.bytes);
    if (stack_.size() + at->second.depth > kMaxDepth) throw too_deep(mark);
    place(at->second.node, at->second.nodes, at->second.bytes, at->second.depth);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override {
    open(Node::Kind::list, mark, tag, anchor, style);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) override {
    open(Node::Kind::map, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Node node;
    YAML::anchor_t anchor = 0;
    size_t nodes = 1, bytes = 0, depth = 1;
    bool have_key = false;
    Node key = {};
  };
  struct Anchored {
    Node node;
    size_t nodes, bytes, depth;
  };

  static Refused too_deep(const YAML::Mark& mark) {
    return {{mark_of(mark), {}, fmt::format("nested deeper than {} levels", kMaxDepth), {}}};
  }

  void report(Mark mark, std::string message, std::string hint = {}) {
    document_.problems.push_back({mark, {}, std::move(message), std::move(hint)});
  }

  void spend(const YAML::Mark& mark, size_t nodes, size_t bytes) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > kMaxNodes || bytes_ > kMaxBytes)
      throw Refused{{mark_of(mark), {}, "the file unfolds to more than a pipeline can hold", "aliases of aliases multiply"}};
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
    report(mark_of(mark), fmt::format("the tag {} means nothing here", text::quoted(tag)));
  }

  void leaf(Node node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    node.mark = mark_of(mark);
    const size_t bytes = node.text.size();
    spend(mark, 1, bytes);
    if (anchor) anchors_[anchor] = {node, 1, bytes, 0};
    place(std::move(node), 1, bytes, 0);
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    if (stack_.size() >= kMaxDepth) throw too_deep(mark);
    refuse_tag(mark, tag);
    spend(mark, 1, 0);
    Level level;
    level.node.kind = kind;
    level.node.flow = style == YAML::EmitterStyle::Flow;
    level.node.mark = mark_of(mark);
    level.anchor = anchor;
    stack_.push_back(std::move(level));
  }

  void close() {
    Level level = std::move(stack_.back());
    stack_.pop_back();
    if (level.anchor) anchors_[level.anchor] = {level.node, level.nodes, level.bytes, level.depth};
    place(std::move(level.node), level.nodes, level.bytes, level.depth);
  }

  // Puts a finished node where it belongs: the root, the next item, a key or the value of the last key.
  void place(Node node, size_t nodes, size_t bytes, size_t depth) {
    if (stack_.empty()) {
      document_.root = std::move(node);
      return;
    }
    Level& level = stack_.back();
    level.nodes += nodes;
    level.bytes += bytes;
    level.depth = std::max(level.depth, depth + 1);
    if (level.node.kind == Node::Kind::list) {
      level.node.items.push_back(std::move(node));
    } else if (!level.have_key) {
      level.key = std::move(node);
      level.have_key = true;
    } else {
      level.have_key = false;
      entry(level, std::move(node));
    }
  }

  void entry(Level& level, Node value) {
    const Node& key = level.key;
    if (key.kind != Node::Kind::scalar) return report(key.mark, fmt::format("a key is a single word, here is {}", name_of(key)));
    if (key.plain && key.text == "<<")
      return report(key.mark, "merge keys are not supported", "write the keys out, or give the whole value an alias");
    if (level.node.find(key.text)) return report(key.mark, fmt::format("the key {} stands here twice", text::quoted(key.text)));
    level.node.entries.push_back({key, std::move(value)});
  }

  Document& document_;
  std::vector<Level> stack_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  size_t nodes_ = 0, bytes_ = 0;
  int documents_ = 0;
};

std::string syntax_hint(std::string_view message) {
  if (message.find("map value") != message.npos || message.find("block") != message.npos || message.find("flow") != message.npos)
    return "an expression or a text with : # { [ or quotes in it wants single quotes around it";
  return {};
}

// Where each line of a text begins, so that a place of it is found without reading all before it again.
std::vector<size_t> line_begins(std::string_view text) {
  std::vector<size_t> begins{0};
  for (size_t feed = text.find('\n'); feed != text.npos; feed = text.find('\n', feed + 1)) begins.push_back(feed + 1);
  return begins;
}

// The library takes a quote that is never closed for a text up to the end of the file.
void refuse_open_quotes(const Node& node, std::string_view text, const std::vector<size_t>& lines, Problems& problems) {
  for (const Node& item : node.items) refuse_open_quotes(item, text, lines, problems);
  for (const auto& [key, value] : node.entries) {
    refuse_open_quotes(key, text, lines, problems);
    refuse_open_quotes(value, text, lines, problems);
  }
  if (node.kind != Node::Kind::scalar || node.plain || node.mark.line < 1 || static_cast<size_t>(node.mark.line) > lines.size()) return;
  const std::string_view rest = from_mark(text.substr(lines[static_cast<size_t>(node.mark.line) - 1]), {1, node.mark.column});
  const char quote = rest.empty() ? '\0' : rest[0];
  if (quote != '"' && quote != '\'') return;
  for (size_t i = 1; i < rest.size(); ++i) {
    if (quote == '"' && rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      if (quote == '"' || !rest.substr(i + 1).starts_with('\'')) return;
      ++i;
    }
  }
  problems.push_back({node.mark, {}, "this quote is never closed", {}});
}

// YAML has no control characters but these three, and its parser reads others as something else or not at all.
void refuse_controls(std::string_view text, Problems& problems) {
  const auto is_control = [](unsigned char c) { return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F; };
  const auto at = std::find_if(text.begin(), text.end(), is_control);
  if (at == text.end()) return;
  const auto line_begin = std::find(std::make_reverse_iterator(at), text.rend(), '\n').base();
  const Mark mark{static_cast<int>(1 + std::count(text.begin(), at, '\n')), static_cast<int>(1 + (at - line_begin))};
  problems.push_back({mark,
                      {},
                      fmt::format("a control character (0x{:02x}) cannot stand in YAML", static_cast<unsigned char>(*at)),
                      fmt::format("write it as \"\\x{:02x}\", in double quotes", static_cast<unsigned char>(*at))});
}

}  // namespace

Document load_yaml(std::string text) {
  Document document;
  document.text = std::move(text);
  if (document.text.size() > kMaxFile) return document.problems.push_back({{}, {}, "the file is longer than 4 MiB", {}}), document;
  if (!text::utf8(document.text)) return document.problems.push_back({{}, {}, "the file is not UTF-8", {}}), document;
  refuse_controls(document.text, document.problems);
  if (!document.problems.empty()) return document;
  try {
    std::istringstream in(document.text);
    YAML::Parser parser(in);
    Builder builder(document);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    document.problems.push_back(refused.problem);
  } catch (const YAML::Exception& error) {
    document.problems.push_back({mark_of(error.mark), {}, error.msg, syntax_hint(error.msg)});
  }
  refuse_open_quotes(document.root, document.text, line_begins(document.text), document.problems);
  return document;
}

}  // namespace leat
