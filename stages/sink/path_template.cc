#include "stages/sink/path_template.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_format.h"
#include "core/data/json.h"

namespace leat {
namespace {

Error usage(std::string_view path, std::string_view what) {
  return {Error::Kind::usage, fmt::format("{}: {}", text::quoted(path), what), "a brace in a name is written {{"};
}

// Where the expression that begins at `at` ends: at the brace that closes its own, strings aside.
size_t closing(std::string_view path, size_t at) {
  int depth = 0;
  bool string = false;
  for (; at < path.size(); ++at) {
    const char c = path[at];
    if (string && c == '\\')
      ++at;
    else if (c == '"')
      string = !string;
    else if (!string && c == '{')
      ++depth;
    else if (!string && c == '}' && depth-- == 0)
      return at;
  }
  return path.npos;
}

void append_safe(std::string_view value, PathTemplate::Of of, std::string& path) {
  if (of == PathTemplate::Of::subject) {
    path += value;
    return;
  }
  if (value.empty()) path += '%';
  for (const char c : value) {
    const bool first = path.empty() || path.back() == '/';
    if (c == '%' || c == '/' || static_cast<unsigned char>(c) < ' ' || c == '\x7F' || (c == '.' && first))
      fmt::format_to(std::back_inserter(path), "%{:02X}", static_cast<unsigned char>(c));
    else
      path += c;
  }
}

}  // namespace

Result<PathTemplate> PathTemplate::make(std::string_view path, const std::vector<std::pair<std::string, std::string>>* environment, Of of) {
  PathTemplate made;
  made.of_ = of;
  made.parts_.emplace_back();
  expr::CompileOptions how;
  how.environment = environment;
  for (size_t at = 0; at < path.size(); ++at) {
    const bool doubled = at + 1 < path.size() && path[at + 1] == path[at];
    if ((path[at] == '{' || path[at] == '}') && doubled) {
      made.parts_.back().text += path[at++];
    } else if (path[at] == '{') {
      const size_t end = closing(path, at + 1);
      if (end == path.npos) return usage(path, "a brace is not closed");
      Part part{std::string(path.substr(at + 1, end - at - 1)), nullptr};
      auto program = expr::Program::compile(part.text, *made.plan_, how);
      if (!program) return program.error();
      part.program = std::move(*program);
      made.parts_.push_back(std::move(part));
      made.parts_.emplace_back();
      at = end;
    } else {
      made.parts_.back().text += path[at];
    }
  }
  made.reader_ = json_format().reader(*made.plan_);
  return made;
}

bool PathTemplate::reads_envelope() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.program && part.program->reads_envelope(); });
}

void PathTemplate::prepare(Slab& slab) {
  const size_t count = slab.records.size();
  slab.width = plan_->width();
  slab.columns.resize(count * slab.width);
  slab.looked.assign(count, Slab::kGood);
  reader_->prepare(slab, count);
  for (uint32_t i = 0; i < count; ++i) reader_->read(slab, i, slab.columns.data() + size_t{i} * slab.width);
}

Reason PathTemplate::path_of(const Slab& slab, uint32_t record, Instant now, std::string& path) {
  path.clear();
  machine_->now(now);
  for (const Part& part : parts_) {
    if (!part.program)
      path += part.text;
    else if (Reason why = append(part, {&slab, record}, path); !why.code.empty())
      return why;
  }
  return {};
}

Reason PathTemplate::append(const Part& part, const expr::Row& row, std::string& path) {
  Value value;
  const expr::Machine::One one = machine_->one(*part.program, row, value);
  const auto wrong = [&](std::string_view what) { return Reason{"type", fmt::format("{{{}}}: {}", part.text, what)}; };
  if (one == expr::Machine::One::failed) return {machine_->code(), fmt::format("{{{}}}: {}", part.text, machine_->message())};
  if (one != expr::Machine::One::value) return wrong("wants one value for a name");
  if (value.is_string()) return append_safe(value.view(), of_, path), Reason();
  if (value.is_null() || value.is_container()) return wrong(value.is_null() ? "null is no name" : "an array or object is no name");
  std::string text;
  json::write(value, text);
  return append_safe(text, of_, path), Reason();
}

}  // namespace leat
