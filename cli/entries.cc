#include "cli/entries.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/expr/builtins.h"
#include "pipelines/kinds.h"
#include "pipelines/options.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Option::Kind;

std::string in_words(std::string_view choices) {
  std::string out;
  for (std::string_view word : text::split(choices, '|')) out += (out.empty() ? "" : ", ") + std::string(word.substr(0, word.find(':')));
  return out;
}

// --by EXPR; --summary[=FORMAT]; EXPR for an operand.
std::string spelled(const Option& option) {
  const std::string name = "--" + kebab(option.name);
  if (option.operand) return std::string(option.value) + (option.repeat ? "..." : "");
  if (option.kind == Kind::flag) return option.fallback == "true" ? name + "=false" : name;
  if (!option.bare.empty()) return fmt::format("{}[={}]", name, option.value);
  return fmt::format("{} {}", name, option.value);
}

}  // namespace

std::string option_text(const Option& option) {
  std::string out(option.help);
  if (option.kind == Kind::choice) out += ": " + in_words(option.choices);
  if (option.fallback == "true")
    out += "; on by default";
  else if (!option.fallback.empty())
    out += fmt::format("; {} by default", option.fallback);
  if (option.operand)
    out += fmt::format("; also {}{}", option.kind == Kind::words ? "the list " : "--",
                       option.kind == Kind::words ? std::string(option.name) : kebab(option.name));
  else if (option.repeat)
    out += "; may be repeated";
  return out;
}

std::vector<Page::Entry> option_entries(std::span<const Option> options) {
  std::vector<Page::Entry> made;
  for (const Option& option : options)
    if (!hidden(option)) made.push_back({spelled(option), option_text(option)});
  return made;
}

std::string usage_of(const StageSpec& stage) {
  std::string out = fmt::format("leat {}", stage.name);
  for (bool operands : {true, false})
    for (const Option& option : stage.options)
      if (option.operand == operands)
        out += fmt::format(option.required ? fmt::runtime(" {}{}") : fmt::runtime(" [{}]{}"), spelled(option),
                           !option.operand && option.repeat ? "..." : "");
  return out;
}

std::vector<Page::Entry> port_entries(const StageSpec& stage) {
  std::vector<Page::Entry> made;
  for (size_t i = 0; i < stage.ports.size(); ++i) {
    const RecordKind kind = gives(stage, static_cast<Port>(i));
    const bool said = kind == RecordKind::item || kind == RecordKind::batch || kind == RecordKind::window;
    made.push_back({std::string(stage.ports[i].name),
                    fmt::format("{}{}", stage.ports[i].help, said ? fmt::format(" [{}]", name_of(kind)) : std::string())});
  }
  if (stage.more_ports) made.push_back({"NAME", "one for each name that was given"});
  return made;
}

std::vector<Page::Entry> codec_entries(std::span<const CodecSpec> codecs) {
  std::vector<Page::Entry> made;
  for (const CodecSpec& codec : codecs) {
    std::string text(codec.summary);
    if (!codec.extensions.empty()) text += fmt::format(" ({})", codec.extensions);
    if (!codec.framer) text += "; output only";
    if (!codec.encoder) text += "; input only";
    made.push_back({std::string(codec.name), std::move(text)});
  }
  return made;
}

std::vector<Page::Entry> builtin_entries() {
  std::vector<Page::Entry> made;
  for (const expr::Builtin& builtin : expr::builtins()) made.push_back({std::string(builtin.usage), std::string(builtin.help)});
  return made;
}

std::vector<Page::Entry> command_entries(std::span<const Command> commands) {
  std::vector<Page::Entry> made;
  for (const Command& command : commands)
    if (!command.summary.empty()) made.push_back({std::string(command.name), std::string(command.summary)});
  return made;
}

}  // namespace leat
