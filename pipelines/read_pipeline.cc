#include "pipelines/read_pipeline.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/include.h"
#include "pipelines/load_yaml.h"
#include "pipelines/middleware.h"
#include "pipelines/options.h"
#include "pipelines/read_hooks.h"
#include "pipelines/read_settings.h"
#include "pipelines/suggest.h"
#include "pipelines/templates.h"
#include "pipelines/unfolding.h"

namespace leat {
namespace {

using NodeKind = Node::Kind;
using Words = std::vector<std::string_view>;

constexpr std::string_view kKeysOfChain[] = {"from", "middleware", "stages", "to", "dlq"};
constexpr std::string_view kUseKeys[] = {"use", "with", "id"};
constexpr size_t kMaxUnfolded = 8192;  // stages and uses that come out of templates

Words names_of(std::span<const Option> options) {
  Words names;
  for (const Option& option : options) names.push_back(option.name);
  return names;
}

bool one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string under(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

class PipelineReader {
 public:
  PipelineReader(const Document& document, const Outside& outside, std::span<const StageSpec* const> catalog, Loaded& loaded)
      : root_(document.root),
        values_(document, outside, loaded.problems),
        outside_(outside),
        spec_(loaded.spec),
        problems_(loaded.problems),
        catalog_(catalog) {}

  void run() {
    spec_.globals = Settings(global_options());
    if (root_.kind != NodeKind::map)
      return values_.report(root_, {}, fmt::format("a pipeline file is a map, here is {}", name_of(root_)),
                            "begin with from:, stages: or chains:");
    const Node* chains = root_.find("chains");
    Words known = names_of(global_options());
    known.insert(known.end(), std::begin(kChainKeys), std::end(kChainKeys));
    known.insert(known.end(), {"include", "templates", "middleware", "chains", "hooks", "tests"});
    for (const auto& [key, value] : root_.entries) {
      if (const Option* option = find_option(global_options(), key.text)) {
        values_.read(spec_.globals, *option, value, key.text);
      } else if (key.text == "templates") {
        templates_.read(value);
      } else if (key.text == "include") {
        values_.report(key, key.text, "was read before --set puts a value anywhere");
      } else if (is_chain_key(key.text)) {
        if (chains) values_.report(key, key.text, "stands inside a chain when there are chains");
      } else if (key.text != "middleware" && key.text != "chains" && key.text != "hooks" &&
                 key.text != "tests") {  // `leat test` reads those itself
        values_.unknown(key, {}, "a pipeline file", known);
      }
    }
    read_chains(chains);
    if (const Node* hooks = root_.find("hooks")) read_hooks(*hooks, spec_, values_, parts_of_hooks());
    std::vector<StageUse> all;
    if (const Node* middleware = root_.find("middleware")) all = in_front(*middleware, "middleware");
    put_in_front(spec_, all, problems_);
    names_.put_into(spec_);
  }

 private:
  void read_chains(const Node* chains) {
    if (chains) return all_chains(*chains);
    if (std::none_of(std::begin(kChainKeys), std::end(kChainKeys), [&](auto key) { return root_.find(key) != nullptr; }))
      return values_.report(
          root_, {}, "nothing to run: there are no stages and no ends",
          root_.find("templates") ? "its templates are for files that include it" : "begin with from:, stages: or chains:");
    chain(root_, {}, false);
  }

  HookParts parts_of_hooks() {
    return {[this](ChainSpec& into, const Node& node, const std::string& path) { chain(into, node, path, true); },
            [this](ChainSpec& into, const Node& node, const std::string& path) { stage(into, node, path, 0); },
            [this](ChainSpec& into, const Node& node, const std::string& path) { end(into.to, sink_options(), node, path); }};
  }

  void all_chains(const Node& node) {
    if (node.kind != NodeKind::list || node.items.empty())
      return values_.report(node, "chains",
                            fmt::format("wants a list of chains, here is {}",
                                        node.items.empty() && node.kind == NodeKind::list ? "an empty one" : name_of(node)));
    for (size_t i = 0; i < node.items.size(); ++i) chain(node.items[i], fmt::format("chains[{}]", i), true);
  }

  void chain(const Node& node, const std::string& path, bool strict) { chain(spec_.chains.emplace_back(), node, path, strict); }

  void chain(ChainSpec& chain, const Node& node, const std::string& path, bool strict) {
    chain.mark = node.mark;
    if (node.kind != NodeKind::map)
      return values_.report(node, path, fmt::format("a chain is a map, here is {}", name_of(node)),
                            "its keys are from, middleware, stages, to and dlq");
    for (const auto& [key, value] : node.entries) {
      const std::string here = under(path, key.text);
      if (key.text == "from") {
        ends(chain.from, source_options(), value, here);
      } else if (key.text == "to") {
        ends(chain.to, sink_options(), value, here);
      } else if (key.text == "dlq") {
        std::vector<EndSpec> one;
        end(one, sink_options(), value, here);
        if (!one.empty()) chain.dlq = std::move(one.front());
      } else if (key.text == "stages") {
        stages(chain, value, here);
      } else if (key.text == "middleware") {
        if (strict) chain.middleware = in_front(value, here);  // at the top it is the file's
      } else if (strict && find_option(global_options(), key.text)) {
        values_.report(key, here, "belongs to the whole file, not to a chain", "move it to the top");
      } else if (strict) {
        values_.unknown(key, path, "a chain", kKeysOfChain);
      }
    }
  }

  std::vector<StageUse> in_front(const Node& node, const std::string& path) {
    ChainSpec read;
    stages(read, node, path);
    for (size_t i = 0; i < read.stages.size(); ++i) read.stages[i].place = fmt::format("{}[{}].{}", path, i, read.stages[i].name);
    return std::move(read.stages);
  }

  void ends(std::vector<EndSpec>& into, std::span<const Option> table, const Node& node, const std::string& path) {
    if (node.kind != NodeKind::list) return end(into, table, node, path);
    if (node.items.empty()) values_.report(node, path, "an empty list of ends", "leave it out, or write drop: to throw records away");
    for (size_t i = 0; i < node.items.size(); ++i) end(into, table, node.items[i], fmt::format("{}[{}]", path, i));
  }

  void end(std::vector<EndSpec>& into, std::span<const Option> table, const Node& node, const std::string& path) {
    EndSpec made{{}, {}, Settings(table), node.mark, false};
    if (node.kind != NodeKind::map) {
      if (!url(made, node, path)) return;
    } else {
      const Node* place = node.find("url");
      if (!place) return values_.report(node, path, "an end has an url", "write {url: ..., and its options}");
      const bool good = url(made, *place, under(path, "url"));
      Words known = names_of(table);
      known.push_back("url");
      for (const auto& [key, value] : node.entries) {
        if (key.text == "url") continue;
        const Option* option = find_option(table, key.text);
        if (option && option->kind == Option::Kind::end)
          end(made.fallback, table, value, under(path, key.text));
        else if (option)
          values_.read(made.options, *option, value, under(path, key.text));
        else if (find_option(sink_options(), key.text))
          values_.report(key, under(path, key.text), fmt::format("a source has no {}", key.text), sinks_only(key.text));
        else
          values_.unknown(key, path, "this end", known);
      }
      if (!good) return;
    }
    into.push_back(std::move(made));
  }

  bool url(EndSpec& end, const Node& node, const std::string& path) {
    if (node.kind == NodeKind::null)
      return values_.report(node, path, "wants a path or an address, here is nothing", "standard input and output are '-'"), false;
    auto value = values_.text(node, path);
    if (!value) return false;
    end.url = std::move(value->text);
    end.written = std::move(value->written);
    return true;
  }

  void stages(ChainSpec& chain, const Node& node, const std::string& path) {
    if (node.kind != NodeKind::list)
      return values_.report(node, path, fmt::format("wants a list of stages, here is {}", name_of(node)), "put - before each");
    size_t more = 0;  // stages than items, because of templates
    for (size_t i = 0; i < node.items.size(); ++i) {
      const size_t before = chain.stages.size();
      stage(chain, node.items[i], path, i + more);
      more += std::max(chain.stages.size(), before + 1) - (before + 1);
    }
  }

  void stage(ChainSpec& chain, const Node& node, const std::string& list, size_t index) {
    const std::string path = fmt::format("{}[{}]", list, index);
    if (node.kind == NodeKind::map && node.find("use")) return unfold(chain, node, list, index);
    StageUse use;
    use.mark = node.mark;
    if (node.kind == NodeKind::scalar) return named(chain, std::move(use), node, Node(), {}, path);
    if (node.kind != NodeKind::map || node.entries.empty())
      return values_.report(node, path, fmt::format("a stage is a map of its name, here is {}", name_of(node)), "write - filter: '.ok'");
    const Node* name = nullptr;
    const Node* value = nullptr;
    for (const auto& [key, held] : node.entries) {
      if (find_option(identity_options(), key.text) || find_option(guard_options(), key.text)) continue;
      if (name) return two_stages(*name, key, path);
      name = &key;
      value = &held;
    }
    if (!name) return values_.report(node, path, "no stage is named here");
    if (name->text == "with") return values_.report(*name, path, "stands beside use: NAME");
    named(chain, std::move(use), *name, *value, node.entries, path);
  }

  void two_stages(const Node& first, const Node& second, const std::string& path) {
    std::string hint = "put - before each stage";
    if (const StageSpec* spec = stage_named(first.text); spec && find_option(spec->options, second.text))
      hint = fmt::format("{} is an option of {}: indent it below", second.text, first.text);
    values_.report(second, path,
                   fmt::format("one list item holds one stage, here are {} and {}", text::quoted(first.text), text::quoted(second.text)),
                   std::move(hint));
  }

  const StageSpec* stage_named(std::string_view name) const {
    const auto at = std::find_if(catalog_.begin(), catalog_.end(), [&](const StageSpec* spec) { return spec->name == name; });
    return at == catalog_.end() ? nullptr : *at;
  }

  void named(ChainSpec& chain, StageUse use, const Node& name, const Node& value, const std::vector<Node::Entry>& beside,
             const std::string& path) {
    use.name = name.text;
    use.spec = stage_named(name.text);
    if (!use.spec) unknown_stage(name, path);
    if (use.spec) {
      use.settings = Settings(use.spec->options);
      use.guards = Settings(takes_guards(*use.spec) ? guard_options() : std::span<const Option>());
      settings(use, value.kind == NodeKind::null ? name : value, value, under(path, name.text));
    }
    for (const auto& [key, held] : beside) {
      const std::string here = under(path, key.text);
      if (key.text == "id") {
        if (auto id = values_.text(held, here)) use.id = id->text, use.named = true;
      } else if (const Option* guard = find_option(guard_options(), key.text); guard && use.spec) {
        if (takes_guards(*use.spec))
          values_.read(use.guards, *guard, held, here);
        else
          values_.report(key, here, fmt::format("means nothing on {}, which reaches nothing outside", name.text),
                         "guards stand on ends and calls");
      }
    }
    if (unfolding_) {
      use.id = unfolding_->id(use.named ? use.id : use.name, use.named);
      use.named = true;
    }
    chain.stages.push_back(std::move(use));
  }

  // The stages of a template in the place of its use.
  void unfold(ChainSpec& chain, const Node& node, const std::string& list, size_t index) {
    const std::string path = fmt::format("{}[{}]", list, index);
    const Node& name = *node.find("use");
    for (const auto& [key, value] : node.entries)
      if (!one_of(kUseKeys, key.text)) beside_use(key, path);
    const auto* of = templates_.find(name, path);
    if (!of) return;
    if (const std::string why = refusal_of(*of, unfolding_); !why.empty()) return values_.report(name, path, why);
    auto arguments = templates_.arguments(*of, name, node.find("with"), path);
    if (!arguments) return;
    std::string prefix;
    if (const Node* id = node.find("id")) {
      const auto given = values_.text(*id, path + ".id");
      if (!given) return;
      prefix = UseNames::inside(unfolding_, given->text);
    } else {
      prefix = names_.pick(*of, unfolding_);
    }
    Unfolding inner{of, std::move(prefix), Arguments(std::move(*arguments), outside_), unfolding_};
    unfold(chain, inner, name, list, index);
  }

  void unfold(ChainSpec& chain, Unfolding& inner, const Node& name, const std::string& list, size_t index) {
    Unfolding* const outer = std::exchange(unfolding_, &inner);
    const Arguments* const before = values_.stand_in(&inner.arguments);
    const size_t first = chain.stages.size();
    for (const Node& item : inner.of->stages->items) {
      if (unfolded_ > kMaxUnfolded || values_.full()) break;
      if (++unfolded_ > kMaxUnfolded)
        values_.report(name, fmt::format("{}[{}]", list, index), fmt::format("the templates unfold to more than {} stages", kMaxUnfolded));
      stage(chain, item, list, index + chain.stages.size() - first);
    }
    values_.stand_in(before);
    unfolding_ = outer;
    if (chain.stages.size() > first) names_.ends_with(inner.prefix, chain.stages.back().id);
  }

  void beside_use(const Node& key, const std::string& path) {
    if (find_option(guard_options(), key.text))
      return values_.report(key, path, fmt::format("{} stands on a stage of the template, not on its use", key.text));
    if (stage_named(key.text))
      return values_.report(key, path, fmt::format("one list item holds one stage, here are a use and {}", text::quoted(key.text)),
                            "put - before each stage");
    values_.unknown(key, path, "the use of a template", kUseKeys);
  }

  void unknown_stage(const Node& name, const std::string& path) {
    if (name.text == "dlq") return values_.report(name, path, "dlq is a key of the chain, beside to:");
    Words known;
    for (const StageSpec* spec : catalog_) known.push_back(spec->name);
    values_.report(name, path, fmt::format("there is no stage {}", text::quoted(name.text)), did_you_mean(name.text, known));
  }

  // The value beside a stage's name: nothing, its operand, or a map of its options.
  void settings(StageUse& use, const Node& place, const Node& value, const std::string& path) {
    const auto options = use.spec->options;
    const auto operand = std::find_if(options.begin(), options.end(), [](const Option& option) { return option.operand; });
    const bool has = operand != options.end();
    if (value.kind == NodeKind::null) return;
    if (value.kind != NodeKind::map) {
      if (!has)
        return values_.report(place, path, fmt::format("{} takes no bare value", use.name),
                              options.empty() ? "" : "write a map of its options");
      return values_.read(use.settings, *operand, value, path);
    }
    if (has && operand->kind == Option::Kind::named && !option_form(*operand, options, value)) {
      for (const auto& [key, held] : value.entries)
        if (find_option(options, key.text))
          return values_.report(key, under(path, key.text), fmt::format("is an option of {}", use.name),
                                fmt::format("then the others stand below {}:", operand->name));
      return values_.read(use.settings, *operand, value, path);
    }
    const bool none =
        std::none_of(value.entries.begin(), value.entries.end(), [&](const auto& entry) { return find_option(options, entry.key.text); });
    const bool taken_apart = none && has && operand->kind == Option::Kind::expr;
    for (const auto& [key, held] : value.entries) {
      if (const Option* option = find_option(options, key.text)) {
        values_.read(use.settings, *option, held, under(path, key.text));
      } else if (taken_apart && did_you_mean(key.text, names_of(options)).empty()) {
        return values_.report(value, path, "wants an expression, YAML made a map of it", values_.quote_hint(use.name, value));
      } else {
        values_.unknown(key, path, use.name, names_of(options));
      }
    }
  }

  // A map of options, not of names: it has the operand's own name with a map below, or options only.
  static bool option_form(const Option& operand, std::span<const Option> options, const Node& value) {
    const Node* own = value.find(operand.name);
    if (own && own->kind == NodeKind::map) return true;
    return std::all_of(value.entries.begin(), value.entries.end(),
                       [&](const auto& entry) { return find_option(options, entry.key.text) && entry.key.text != operand.name; });
  }

  const Node& root_;
  SettingsReader values_;
  const Outside& outside_;
  PipelineSpec& spec_;
  Problems& problems_;
  std::span<const StageSpec* const> catalog_;
  Templates templates_{values_};
  Unfolding* unfolding_ = nullptr;  // null: what is read stands in a chain
  UseNames names_;
  size_t unfolded_ = 0;
};

Done apply(Node& root, std::span<const std::string> overrides) {
  for (const std::string& word : overrides) {
    const size_t at = word.find('=');
    if (at == word.npos || at == 0) return Error{Error::Kind::usage, fmt::format("--set wants PATH=VALUE, not {}", text::quoted(word)), {}};
    if (auto done = put_at(root, std::string_view(word).substr(0, at), std::string_view(word).substr(at + 1)); !done) return done;
  }
  return {};
}

}  // namespace

Loaded load_pipeline(std::string text, std::string file, const Outside& outside, std::span<const std::string> overrides,
                     std::span<const StageSpec* const> catalog) {
  Loaded loaded;
  loaded.spec.file = std::move(file);
  Document document = load_yaml(std::move(text));
  include_files(document, loaded.spec, outside);
  loaded.problems = std::move(document.problems);
  const bool readable = document.root.kind != NodeKind::null || loaded.problems.empty();
  if (auto done = apply(document.root, overrides); !done) loaded.problems.push_back({{}, {}, done.error().text, {}});
  if (readable) PipelineReader(document, outside, catalog, loaded).run();
  settle(loaded.spec);
  std::stable_sort(loaded.problems.begin(), loaded.problems.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.mark.line, a.mark.column) < std::pair(b.mark.line, b.mark.column);
  });
  return loaded;
}

}  // namespace leat
