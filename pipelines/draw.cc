#include "pipelines/draw.h"

#include <algorithm>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "pipelines/wiring.h"

namespace leat {
namespace {

constexpr size_t kMaxLabel = 48;

struct Part {
  enum class Shape : uint8_t { source, stage, sink, letters };
  Shape shape;
  std::string name;    // how edges call it
  std::string detail;  // what it does; may be empty
};
struct Edge {
  size_t from, to;  // indices of parts
  std::string port;
};
struct Picture {
  std::vector<Part> parts;  // sources, then the rest in the order records reach them
  std::vector<Edge> edges;
};

std::string shown(const EndSpec& end) { return end.written.empty() ? end.url : end.written; }

std::string cut(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() <= kMaxLabel) return text;
  size_t end = kMaxLabel - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside of a character
  return text.substr(0, end) + "...";
}

// The operand, since that is what tells one filter from another.
std::string operand(const StageUse& use) {
  for (const Option& option : use.spec->options) {
    if (!option.operand) continue;
    std::string all;
    for (const auto& value : use.settings.values(option.name)) {
      if (!all.empty()) all += ' ';
      if (!value.key.empty()) all += value.key + '=';
      all += value.written.empty() ? value.text : value.written;
    }
    return cut(std::move(all));
  }
  return {};
}

Picture picture(const PipelineSpec& spec) {
  using Shape = Part::Shape;
  const Wiring wiring = wire(spec);
  Picture made;
  for (const Wiring::Input& input : wiring.inputs) made.parts.push_back({Shape::source, "from " + shown(*input.end), {}});
  for (const Wiring::Node& node : wiring.nodes) {
    if (node.use)
      made.parts.push_back({Shape::stage, node.use->id, operand(*node.use)});
    else
      made.parts.push_back({node.dead_letters ? Shape::letters : Shape::sink,
                            fmt::format("{} {}",
                                        node.dead_letters ? "dlq"
                                        : node.fallback   ? "fallback"
                                                          : "to",
                                        shown(*node.end)),
                            {}});
  }
  for (size_t i = 0; i < wiring.nodes.size(); ++i)
    for (const Wiring::From& from : wiring.nodes[i].from) {
      const std::string port = from.input ? (from.port == kErr ? "err" : "out") : wiring.nodes[from.index].ports[from.port];
      made.edges.push_back(
          {from.input ? from.index : wiring.inputs.size() + from.index, wiring.inputs.size() + i, port == "out" ? std::string() : port});
    }
  return made;
}

std::string escaped(std::string_view text, std::span<const std::pair<char, std::string_view>> table) {
  std::string out;
  for (char c : text) {
    const auto at = std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == c; });
    out += at == table.end() ? std::string(1, c) : std::string(at->second);
  }
  return out;
}

std::string in_dot(std::string_view text) {
  static constexpr std::pair<char, std::string_view> kTable[] = {{'"', "\\\""}, {'\\', "\\\\"}};
  return escaped(text, kTable);
}

std::string in_mermaid(std::string_view text) {
  static constexpr std::pair<char, std::string_view> kTable[] = {{'"', "#quot;"}, {'#', "#35;"},  {'<', "#lt;"}, {'>', "#gt;"},
                                                                 {'&', "#amp;"},  {'|', "#124;"}, {'`', "#96;"}, {'\\', "#92;"}};
  return escaped(text, kTable);
}

}  // namespace

std::string draw_text(const PipelineSpec& spec) {
  const Picture drawn = picture(spec);
  size_t width = 0;
  for (const Part& part : drawn.parts) width = std::max(width, part.name.size());
  std::string out;
  for (size_t i = 0; i < drawn.parts.size(); ++i) {
    const Part& part = drawn.parts[i];
    std::string reads;
    for (const Edge& edge : drawn.edges)
      if (edge.to == i)
        reads += fmt::format("{}{}{}{}", reads.empty() ? "" : ", ", drawn.parts[edge.from].name, edge.port.empty() ? "" : ".", edge.port);
    std::string line = reads.empty() ? part.name : fmt::format("{:<{}}  <- {}", part.name, width, reads);
    if (!part.detail.empty()) line += "    " + part.detail;
    out += line + '\n';
  }
  return out;
}

std::string draw_dot(const PipelineSpec& spec) {
  static constexpr std::string_view kShapes[] = {"cds", "box", "cds", "note"};
  const Picture drawn = picture(spec);
  std::string out = "digraph leat {\n  rankdir=LR;\n  node [fontname=\"monospace\"];\n";
  for (size_t i = 0; i < drawn.parts.size(); ++i) {
    const Part& part = drawn.parts[i];
    const std::string detail = part.detail.empty() ? "" : "\\n" + in_dot(part.detail);
    out += fmt::format("  n{} [shape={}, label=\"{}{}\"];\n", i, kShapes[static_cast<size_t>(part.shape)], in_dot(part.name), detail);
  }
  for (const Edge& edge : drawn.edges)
    out += fmt::format("  n{} -> n{}{};\n", edge.from, edge.to, edge.port.empty() ? "" : fmt::format(" [label=\"{}\"]", in_dot(edge.port)));
  return out + "}\n";
}

std::string draw_mermaid(const PipelineSpec& spec) {
  static constexpr std::pair<std::string_view, std::string_view> kShapes[] = {{"([", "])"}, {"[", "]"}, {"([", "])"}, {"[/", "/]"}};
  const Picture drawn = picture(spec);
  std::string out = "flowchart LR\n";
  for (size_t i = 0; i < drawn.parts.size(); ++i) {
    const Part& part = drawn.parts[i];
    const auto& [open, close] = kShapes[static_cast<size_t>(part.shape)];
    const std::string detail = part.detail.empty() ? "" : "<br/>" + in_mermaid(part.detail);
    out += fmt::format("  n{}{}\"{}{}\"{}\n", i, open, in_mermaid(part.name), detail, close);
  }
  for (const Edge& edge : drawn.edges)
    out += fmt::format("  n{} --{} n{}\n", edge.from, edge.port.empty() ? ">" : fmt::format(">|\"{}\"|", in_mermaid(edge.port)), edge.to);
  return out;
}

}  // namespace leat
