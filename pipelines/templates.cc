#include "pipelines/templates.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/suggest.h"

namespace leat {
namespace {

using Kind = Node::Kind;

constexpr std::string_view kKeys[] = {"params", "stages"};
// What $NAME says in an expression already.
constexpr std::string_view kTaken[] = {"artifact", "meta", "subject", "time", "id",    "origin",
                                       "error",    "ENV",  "__loc__", "key",  "start", "end"};

}  // namespace

void Templates::read(const Node& node) {
  if (node.kind != Kind::map)
    return values_.report(node, "templates", fmt::format("wants a map of names and templates, here is {}", name_of(node)));
  for (const auto& [name, value] : node.entries) one(name, value);
}

void Templates::one(const Node& name, const Node& value) {
  const std::string path = fmt::format("templates.{}", name.text);
  if (!id_like(name.text))
    values_.report(name, path, "a template's name, which the ids of its stages begin with, has small letters, digits and - only");
  Template& made = all_.emplace_back(Template{name.text, {}, nullptr});
  if (value.kind != Kind::map)
    return values_.report(value.kind == Kind::null ? name : value, path, fmt::format("a template is a map, here is {}", name_of(value)),
                          "its keys are params and stages");
  for (const auto& [key, held] : value.entries) {
    const std::string here = fmt::format("{}.{}", path, key.text);
    if (key.text == "params")
      parameters(made, held, here);
    else if (key.text != "stages")
      values_.unknown(key, path, "a template", kKeys);
    else if (held.kind != Kind::list || held.items.empty())
      values_.report(held.kind == Kind::null ? key : held, here,
                     fmt::format("wants a list of stages, here is {}", held.kind == Kind::list ? "an empty one" : name_of(held)));
    else
      made.stages = &held;
  }
  if (!value.find("stages")) values_.report(name, path, "wants stages");
}

// A map of names and defaults, of which a name without a value has none; or a list of names.
void Templates::parameters(Template& into, const Node& node, const std::string& path) {
  if (node.kind != Kind::map && node.kind != Kind::list)
    return values_.report(node, path, fmt::format("wants a map of names and defaults, here is {}", name_of(node)));
  for (const Node& item : node.items) parameter(into, item, nullptr, path);
  for (const auto& [name, value] : node.entries) parameter(into, name, value.kind == Kind::null ? nullptr : &value, path);
}

void Templates::parameter(Template& into, const Node& name, const Node* fallback, const std::string& path) {
  if (name.kind != Kind::scalar || !variable_like(name.text))
    return values_.report(name, path, "a parameter's name has letters, digits and _ only, no digit first");
  if (std::find(std::begin(kTaken), std::end(kTaken), name.text) != std::end(kTaken))
    return values_.report(name, path, fmt::format("${} says something else in an expression", name.text), "give it another name");
  const auto same = [&](const Parameter& other) { return other.name == name.text; };
  if (std::any_of(into.parameters.begin(), into.parameters.end(), same))
    return values_.report(name, path, fmt::format("the parameter {} stands here twice", text::quoted(name.text)));
  into.parameters.push_back({name.text, fallback});
}

const Templates::Template* Templates::find(const Node& name, const std::string& path) {
  if (name.kind != Kind::scalar) {
    values_.report(name, path, fmt::format("wants the name of a template, here is {}", name_of(name)));
    return nullptr;
  }
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const Template& one) { return one.name == name.text; });
  if (at != all_.end()) return at->stages ? &*at : nullptr;
  std::vector<std::string_view> known;
  for (const Template& one : all_) known.push_back(one.name);
  values_.report(name, path, fmt::format("there is no template {}", text::quoted(name.text)),
                 known.empty() ? "templates: defines some, in this file or in one that it includes" : did_you_mean(name.text, known));
  return nullptr;
}

std::optional<std::vector<Argument>> Templates::arguments(const Template& of, const Node& name, const Node* with, const std::string& path) {
  std::vector<Argument> made;
  std::vector<std::string_view> known;
  for (const Parameter& parameter : of.parameters) known.push_back(parameter.name);
  if (with && with->kind != Kind::map)
    return values_.report(*with, path + ".with", fmt::format("wants a map of parameters, here is {}", name_of(*with))), std::nullopt;
  bool good = true;
  const auto refuse = [&](const Node& at, const std::string& where, std::string message) {
    values_.report(at, where, std::move(message));
    good = false;
  };
  if (with)
    for (const auto& [key, value] : with->entries) {
      const std::string here = fmt::format("{}.with.{}", path, key.text);
      if (std::find(known.begin(), known.end(), key.text) == known.end())
        values_.unknown(key, path + ".with", fmt::format("the template {}", of.name), known), good = false;
      else if (value.kind == Kind::null)
        refuse(key, here, "wants a value, here is nothing");
      else if (const Node* given = values_.resolve(value, here))
        made.push_back({key.text, *given});
      else
        good = false;
    }
  for (const Parameter& parameter : of.parameters) {
    if (with && with->find(parameter.name)) continue;
    if (parameter.fallback)
      made.push_back({std::string(parameter.name), *parameter.fallback});
    else
      refuse(name, path, fmt::format("the template {} wants {}", of.name, text::quoted(parameter.name)));
  }
  return good ? std::optional(std::move(made)) : std::nullopt;
}

}  // namespace leat
