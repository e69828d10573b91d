#include "pipelines/include.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/load_yaml.h"

namespace leat {
namespace {

namespace fs = std::filesystem;
using Kind = Node::Kind;

constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxFiles = 64;
constexpr size_t kMaxBytes = 4u << 20;  // of all files, as of one
constexpr size_t kMaxNodes = 100'000;   // the same

Node make_key(std::string_view text, Mark mark) {
  Node key;
  key.kind = Kind::scalar;
  key.plain = true;
  key.text = text;
  key.mark = mark;
  return key;
}

Node::Entry taken(Node& map, std::string_view key) {
  const auto at = std::find_if(map.entries.begin(), map.entries.end(), [&](const auto& entry) { return entry.key.text == key; });
  Node::Entry entry = std::move(*at);
  map.entries.erase(at);
  return entry;
}

class Including {
 public:
  Including(Document& document, PipelineSpec& spec, const Outside& outside)
      : document_(document), root_(document.root), spec_(spec), outside_(outside) {}

  void run() {
    if (root_.kind != Kind::map || !root_.find("include")) return;
    nodes_ = nodes_in(root_);
    const std::string file = fs::path(spec_.file).lexically_normal().string();
    open_.push_back(file);
    read_.insert(file);
    each_named(taken(root_, "include"), spec_.file);
    add_chains();
  }

 private:
  void report(Mark mark, std::string path, std::string message, std::string hint = {}) {
    document_.problems.push_back({mark, std::move(path), std::move(message), std::move(hint)});
  }

  void each_named(const Node::Entry& entry, const std::string& from) {
    const Node& node = entry.value;
    if (node.kind == Kind::null) return report(entry.key.mark, "include", "wants the path of a file, here is nothing");
    if (node.kind != Kind::list) return named(node, "include", from);
    if (node.items.empty()) return report(node.mark, "include", "an empty list says nothing", "leave it out");
    for (size_t i = 0; i < node.items.size(); ++i) {
      const std::string path = fmt::format("include[{}]", i);
      for (size_t j = 0; j < i; ++j)
        if (node.items[i].kind == Kind::scalar && node.items[i].text == node.items[j].text)
          return report(node.items[i].mark, path, fmt::format("names the file of {} again", place_in(spec_, node.items[j].mark)));
      named(node.items[i], path, from);
    }
  }

  void named(const Node& node, const std::string& path, const std::string& from) {
    if (node.kind != Kind::scalar) return report(node.mark, path, fmt::format("wants the path of a file, here is {}", name_of(node)));
    const auto name = interpolate(node.text, outside_);
    if (!name) return report(node.mark, path, name.error().text, name.error().hint);
    if (name->text.empty() || name->text == "-")
      return report(node.mark, path, "wants the path of a file", "standard input can be the first file only: leat run -");
    const std::string file = (fs::path(from).parent_path() / name->text).lexically_normal().string();
    if (std::find(open_.begin(), open_.end(), file) != open_.end())
      return report(node.mark, path, fmt::format("the files include each other in a circle: {} -> {}", fmt::join(open_, " -> "), file));
    if (!read_.insert(file).second) return;
    if (open_.size() > kMaxDepth) return report(node.mark, path, fmt::format("files are included {} deep at most", kMaxDepth));
    if (spec_.included.size() >= kMaxFiles) return report(node.mark, path, fmt::format("no more than {} files are included", kMaxFiles));
    auto text = outside_.read_file(file);
    if (!text) return report(node.mark, path, text.error().text, text.error().hint);
    if (document_.text.size() + text->size() > kMaxBytes)
      return report(node.mark, path, "with this file the pipeline is longer than 4 MiB");
    one(load_yaml(std::move(*text)), file, node.mark, path);
  }

  // Where the lines of the next file begin. What YAML takes for a line's end and we do not is made up for, so that no two share one.
  int add_text(std::string_view text) {
    const auto returns = static_cast<size_t>(std::count(document_.text.begin(), document_.text.end(), '\r'));
    document_.text.append(returns + 1, '\n');
    const int before = static_cast<int>(std::count(document_.text.begin(), document_.text.end(), '\n'));
    document_.text += text;
    return before;
  }

  void one(Document part, const std::string& file, Mark named_at, const std::string& path) {
    const int before = add_text(part.text);
    spec_.included.push_back({file, before + 1});
    for (Problem& problem : part.problems) {
      problem.mark = {before + std::max(1, problem.mark.line), std::max(1, problem.mark.column)};
      document_.problems.push_back(std::move(problem));
    }
    if (part.root.kind == Kind::null && !part.problems.empty()) return;
    nodes_ += nodes_in(part.root);
    if (nodes_ > kMaxNodes) return report(named_at, path, "with this file the pipeline unfolds to more than it can hold");
    move_down(part.root, before);
    if (part.root.kind != Kind::map)
      return report({before + 1, 1}, {}, fmt::format("an included file is a map, here is {}", name_of(part.root)),
                    "its keys are those of a pipeline file");
    open_.push_back(file);
    const auto include = part.root.find("include") ? std::optional(taken(part.root, "include")) : std::nullopt;
    merge(std::move(part.root));
    if (include) each_named(*include, file);
    open_.pop_back();
  }

  void merge(Node part) {
    Node chain;
    chain.kind = Kind::map;
    chain.mark = part.mark;
    const bool several = part.find("chains");
    for (auto& [key, value] : part.entries) {
      if (key.text == "tests") continue;  // they are about that file
      if (is_chain_key(key.text) && several)
        report(key.mark, key.text, "stands inside a chain when there are chains");
      else if (is_chain_key(key.text))
        chain.entries.push_back({std::move(key), std::move(value)});
      else if (key.text == "chains" && value.kind == Kind::list && !value.items.empty())
        std::move(value.items.begin(), value.items.end(), std::back_inserter(chains_));
      else if (key.text == "chains")
        report(value.mark, "chains",
               fmt::format("wants a list of chains, here is {}", value.kind == Kind::list ? "an empty one" : name_of(value)));
      else if ((key.text == "templates" || key.text == "hooks") && value.kind == Kind::map && root_.find(key.text))
        add_entries(*root_.find(key.text), std::move(value), key.text);
      else
        add(root_, {std::move(key), std::move(value)}, {});
    }
    if (!chain.entries.empty()) chains_.push_back(std::move(chain));
  }

  void add_entries(Node& into, Node from, const std::string& path) {
    if (into.kind != Kind::map) return;  // whoever reads it will say so
    for (auto& entry : from.entries) add(into, std::move(entry), path);
  }

  void add(Node& into, Node::Entry entry, const std::string& path) {
    const auto known =
        std::find_if(into.entries.begin(), into.entries.end(), [&](const auto& other) { return other.key.text == entry.key.text; });
    if (known == into.entries.end()) return into.entries.push_back(std::move(entry));
    report(entry.key.mark, path, fmt::format("{} is said already, at {}", text::quoted(entry.key.text), place_in(spec_, known->key.mark)),
           "keep one of them");
  }

  void add_chains() {
    if (chains_.empty()) return;
    if (!root_.find("chains")) {
      Node own, list;
      own.kind = Kind::map, list.kind = Kind::list;
      own.mark = list.mark = root_.mark;
      for (std::string_view key : kChainKeys)
        if (root_.find(key)) own.entries.push_back(taken(root_, key));
      if (!own.entries.empty()) list.items.push_back(std::move(own));
      root_.entries.push_back({make_key("chains", root_.mark), std::move(list)});
    }
    Node& list = *root_.find("chains");
    if (list.kind == Kind::list) std::move(chains_.begin(), chains_.end(), std::back_inserter(list.items));
  }

  Document& document_;
  Node& root_;
  PipelineSpec& spec_;
  const Outside& outside_;
  std::vector<std::string> open_;  // the files that led to this one
  std::set<std::string> read_;     // one that several include is read once
  std::vector<Node> chains_;       // of included files
  size_t nodes_ = 0;
};

}  // namespace

bool is_chain_key(std::string_view key) { return std::find(std::begin(kChainKeys), std::end(kChainKeys), key) != std::end(kChainKeys); }

void include_files(Document& document, PipelineSpec& spec, const Outside& outside) { Including(document, spec, outside).run(); }

}  // namespace leat
