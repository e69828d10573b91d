#include "cli/schema.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/schema_text.h"
#include "core/base/text.h"
#include "core/stage/event.h"
#include "pipelines/options.h"

namespace leat {
namespace {

using namespace schema;
using Kind = Option::Kind;
std::vector<std::string> choices(const Option& option) {
  std::vector<std::string> words;
  for (std::string_view word : text::split(option.choices, '|')) words.emplace_back(word.substr(0, word.find(':')));
  return words;
}

std::string scalar_named(std::string_view kind) {
  for (std::string_view known : {"count", "number", "duration", "size"})
    if (kind == known) return reference(known);
  if (kind == "tries") return any_of({reference("count"), object({{"const", quoted("forever")}})});
  if (kind == "words")
    return any_of({reference("text"), object({{"type", quoted("array")}, {"minItems", "1"}, {"items", reference("text")}})});
  return kind == "alone" ? type("null") : reference("text");
}

std::string pairs(const Option& option) {
  Members keys;
  for (std::string_view word : text::split(option.choices, '|'))
    keys.emplace_back(word.substr(0, word.find(':')), scalar_named(word.substr(word.find(':') + 1)));
  return any_of(
      {type("string"),
       object({{"type", quoted("object")}, {"properties", object(keys)}, {"additionalProperties", "false"}, {"minProperties", "1"}})});
}

class Schema {
 public:
  Schema(std::span<const StageSpec* const> stages, std::span<const CodecSpec> codecs) : stages_(stages), codecs_(codecs) {}

  std::string text() const {
    Members keys = described(global_options());
    for (auto& key : chain_keys("stages in front of every chain that reads a source, once for each record")) keys.push_back(std::move(key));
    keys.emplace_back("chains", object({{"type", quoted("array")},
                                        {"minItems", "1"},
                                        {"items", reference("chain")},
                                        {"description", quoted("several chains, instead of one at the top")}}));
    keys.emplace_back("include", object({{"description", quoted("files whose chains, templates and options are this file's too")},
                                         {"allOf", array({one_or_more("text")})}}));
    keys.emplace_back("templates", object({{"description", quoted("lists of stages with parameters, for use:")},
                                           {"type", quoted("object")},
                                           {"propertyNames", pattern("^[a-z0-9-]+$")},
                                           {"additionalProperties", reference("template")}}));
    keys.emplace_back("hooks", hooks());
    keys.emplace_back("tests", cases_schema());
    std::vector<std::string> some;
    for (const char* key : {"chains", "from", "stages", "to", "dlq", "include", "templates"})
      some.push_back(object({{"required", array({quoted(key)})}}));
    return object({{"$schema", quoted("http://json-schema.org/draft-07/schema#")},
                   {"title", quoted("leat pipeline")},
                   {"type", quoted("object")},
                   {"properties", object(keys)},
                   {"additionalProperties", "false"},
                   {"anyOf", array(some)},
                   {"definitions", definitions()}});
  }

 private:
  // One value of an option.
  std::string single(const Option& option) const {
    switch (option.kind) {
      case Kind::flag:
        return any_of({type("boolean"), reference("parameter")});
      case Kind::count:
        return reference("count");
      case Kind::number:
        return reference("number");
      case Kind::duration:
        return reference("duration");
      case Kind::size:
        return reference("size");
      case Kind::choice:
        return any_of(
            {enumeration(choices(option), option.bare.empty() ? std::vector<std::string>{} : std::vector<std::string>{"true", "false"}),
             reference("variable")});
      case Kind::expr:
      case Kind::keys:
        return reference("expression");
      case Kind::named:
        return reference("expressions");
      case Kind::pairs:
        return pairs(option);
      case Kind::words:
        return reference("words");
      case Kind::end:
        return reference("sink");
      case Kind::text:
        break;
    }
    if (option.value != "CODEC") return reference("text");
    std::vector<std::string> names;
    for (const CodecSpec& codec : codecs_) names.emplace_back(codec.name);
    return any_of({enumeration(names), reference("variable")});
  }

  std::string value(const Option& option) const {
    const std::string one = single(option);
    if (!option.repeat || option.kind == Kind::named) return one;
    return any_of({one, object({{"type", quoted("array")}, {"minItems", "1"}, {"items", one}})});
  }

  Members described(std::span<const Option> options) const {
    Members keys;
    for (const Option& option : options)
      if (!hidden(option))
        keys.emplace_back(option.name, object({{"description", quoted(option.help)}, {"allOf", array({value(option)})}}));
    return keys;
  }

  std::string options_object(std::span<const Option> options, Members more = {}, std::vector<std::string> required = {}) const {
    for (auto& key : described(options)) more.push_back(std::move(key));
    for (const Option& option : options)
      if (option.required) required.push_back(quoted(option.name));
    Members members{{"type", quoted("object")}, {"properties", object(more)}, {"additionalProperties", "false"}};
    if (!required.empty()) members.emplace_back("required", array(required));
    return object(members);
  }

  std::string end(std::span<const Option> options) const {
    return any_of({reference("text"), options_object(options, {{"url", reference("text")}}, {quoted("url")})});
  }

  static Members chain_keys(std::string_view of_middleware) {
    return {{"from", reference("sources")},
            {"middleware", object({{"description", quoted(of_middleware)}, {"allOf", array({reference("stages")})}})},
            {"stages", reference("stages")},
            {"to", reference("sinks")},
            {"dlq", reference("sink")}};
  }

  // One place for what happens, or several: an end, a stage, or a chain without its source.
  static std::string hooks() {
    Members keys, chain = chain_keys("stages in front of the chain's own");
    chain.erase(chain.begin());
    const std::string one = any_of(
        {reference("sink"), reference("stage"),
         object({{"type", quoted("object")}, {"properties", object(chain)}, {"additionalProperties", "false"}, {"minProperties", "1"}})});
    for (std::string_view event : kEvents)
      keys.emplace_back(fmt::format("on_{}", event), any_of({one, object({{"type", quoted("array")}, {"minItems", "1"}, {"items", one}})}));
    return object({{"type", quoted("object")},
                   {"properties", object(keys)},
                   {"additionalProperties", "false"},
                   {"description", quoted("who is told of what happens in the run")}});
  }

  static std::string one_or_more(std::string_view name) {
    return any_of({reference(name), object({{"type", quoted("array")}, {"minItems", "1"}, {"items", reference(name)}})});
  }

  // What may stand behind a stage's name: nothing, the operand, or a map of options.
  std::string stage_value(const StageSpec& stage) const {
    std::vector<std::string> forms;
    const auto options = stage.options;
    if (std::none_of(options.begin(), options.end(), [](const Option& option) { return option.required; })) forms.push_back(type("null"));
    const auto operand = std::find_if(options.begin(), options.end(), [](const Option& option) { return option.operand; });
    const bool alone = operand != options.end() && std::none_of(options.begin(), options.end(), [&](const Option& option) {
                         return option.required && &option != &*operand;
                       });
    if (alone) forms.push_back(value(*operand));
    if (!options.empty()) forms.push_back(options_object(options));
    return object({{"description", quoted(stage.summary)}, {"anyOf", array(forms)}});
  }

  std::string stage() const {
    Members keys = described(identity_options());
    for (auto& key : described(guard_options())) keys.push_back(std::move(key));
    std::vector<std::string> names, exactly_one;
    for (const StageSpec* one : stages_) {
      keys.emplace_back(one->name, stage_value(*one));
      names.emplace_back(one->name);
      exactly_one.push_back(object({{"required", array({quoted(one->name)})}}));
    }
    keys.emplace_back("use",
                      object({{"description", quoted("the stages of a template, in place of this one")}, {"type", quoted("string")}}));
    keys.emplace_back("with", object({{"description", quoted("the values of the template's parameters")}, {"type", quoted("object")}}));
    exactly_one.push_back(object({{"required", array({quoted("use")})}}));
    return any_of({enumeration(names), object({{"type", quoted("object")},
                                               {"properties", object(keys)},
                                               {"additionalProperties", "false"},
                                               {"dependencies", object({{"with", array({quoted("use")})}})},
                                               {"oneOf", array(exactly_one)}})});
  }

  static std::string template_() {
    const std::string name = pattern("^[A-Za-z_][A-Za-z0-9_]*$");
    return object({{"type", quoted("object")},
                   {"properties", object({{"params", any_of({object({{"type", quoted("object")}, {"propertyNames", name}}),
                                                             object({{"type", quoted("array")}, {"items", name}})})},
                                          {"stages", object({{"minItems", "1"}, {"allOf", array({reference("stages")})}})}})},
                   {"required", array({quoted("stages")})},
                   {"additionalProperties", "false"}});
  }

  std::string definitions() const {
    const std::string variable = reference("variable");
    return object({
        {"parameter", pattern("^\\$[A-Za-z_][A-Za-z0-9_]*$")},
        {"variable", any_of({pattern("\\$\\{"), reference("parameter")})},
        {"text", object({{"type", array({quoted("string"), quoted("number"), quoted("boolean")})}})},
        {"count", any_of({object({{"type", quoted("integer")}, {"minimum", "1"}}), variable})},
        {"number", any_of({type("number"), variable})},
        {"duration", any_of({pattern("^[0-9]+([.][0-9]+)?(ns|us|ms|s|m|h|d)$"), variable})},
        {"size", any_of({object({{"type", quoted("integer")}, {"minimum", "1"}}), pattern("^[0-9]+([.][0-9]+)?([KMGT]i?)?B?$"), variable})},
        {"expression", object({{"type", array({quoted("string"), quoted("number"), quoted("boolean")})},
                               {"description", quoted("an expression: one string, in single quotes")}})},
        {"expressions", object({{"type", quoted("object")}, {"minProperties", "1"}, {"additionalProperties", reference("expression")}})},
        {"words", any_of({pattern("^[^ ]+$"), object({{"type", quoted("array")}, {"minItems", "1"}, {"items", reference("text")}})})},
        {"template", template_()},
        {"source", end(source_options())},
        {"sources", one_or_more("source")},
        {"sink", end(sink_options())},
        {"sinks", one_or_more("sink")},
        {"stage", stage()},
        {"stages", object({{"type", quoted("array")}, {"items", reference("stage")}})},
        {"chain", object({{"type", quoted("object")},
                          {"properties", object(chain_keys("stages in front of the chain's own"))},
                          {"additionalProperties", "false"}})},
    });
  }

  std::span<const StageSpec* const> stages_;
  std::span<const CodecSpec> codecs_;
};

}  // namespace

std::string pipeline_schema(std::span<const StageSpec* const> stages, std::span<const CodecSpec> codecs) {
  return indented(Schema(stages, codecs).text());
}

}  // namespace leat
