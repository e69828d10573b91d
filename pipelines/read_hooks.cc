#include "pipelines/read_hooks.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/stage/event.h"
#include "pipelines/include.h"
#include "pipelines/options.h"

namespace leat {
namespace {

class HookReader {
 public:
  HookReader(PipelineSpec& spec, SettingsReader& values, const HookParts& parts) : spec_(spec), values_(values), parts_(parts) {}

  void all(const Node& node) {
    if (node.kind != Node::Kind::map)
      return values_.report(node, "hooks", fmt::format("wants a map of hooks, here is {}", name_of(node)), "write on_error: ALERTS.ndjson");
    std::vector<std::string> known;
    for (std::string_view event : kEvents) known.push_back(fmt::format("on_{}", event));
    for (const auto& [key, value] : node.entries) {
      if (std::find(known.begin(), known.end(), key.text) == known.end()) {
        values_.unknown(key, "hooks", "hooks", std::vector<std::string_view>(known.begin(), known.end()));
        continue;
      }
      const std::string path = fmt::format("hooks.{}", key.text);
      if (value.kind == Node::Kind::list)
        for (size_t i = 0; i < value.items.size(); ++i) hook(key.text, value.items[i], fmt::format("{}[{}]", path, i));
      else
        hook(key.text, value, path);
    }
  }

 private:
  // An end that the events go to, a stage that each of them is for (exec, http), a chain, or the stage that begins one.
  void hook(std::string_view name, const Node& node, const std::string& path) {
    EndSpec events{fmt::format("events:{}", name.substr(3)), {}, Settings(source_options()), node.mark, false};
    if (node.kind == Node::Kind::null) return values_.report(node, path, "says nothing of who is told", "a path, an address or a stage");
    if (node.kind == Node::Kind::scalar && node.text.starts_with("stage:")) return publish(std::move(events), node, path);
    if (node.kind == Node::Kind::scalar && tell_there_too(name, node)) return;
    ChainSpec made;
    const size_t before = values_.told();
    const bool chain =
        std::any_of(node.entries.begin(), node.entries.end(), [](const auto& entry) { return is_chain_key(entry.key.text); });
    if (chain) {
      parts_.chain(made, node, path);
      if (const Node* from = node.find("from")) return values_.report(*from, path + ".from", "a hook reads its events");
    } else if (node.kind == Node::Kind::map && !node.find("url")) {
      parts_.stage(made, node, path);
    } else {
      parts_.sink(made, node, path);
      add_to_file(made);
    }
    if (values_.told() > before) return;
    // Its standard output would come between the data.
    if (made.to.empty()) made.to.push_back({"drop:", {}, Settings(sink_options()), node.mark, false});
    made.mark = node.mark;
    made.hook = path;
    made.from = {std::move(events)};
    spec_.chains.push_back(std::move(made));
  }

  // What is told stays, whatever becomes of the run.
  static void add_to_file(ChainSpec& made) {
    for (EndSpec& sink : made.to) {
      const auto address = address_of(sink.url);
      if (address && address->kind == Address::Kind::file && !sink.options.find("append"))
        sink.options.put("append").values = {{{}, "true", sink.mark, {}}};
    }
  }

  // Two hooks that name one end are one chain, and the end is opened once.
  bool tell_there_too(std::string_view name, const Node& node) {
    for (ChainSpec& chain : spec_.chains) {
      if (chain.hook.empty() || !chain.stages.empty() || chain.to.size() != 1) continue;
      const EndSpec& sink = chain.to.front();
      const auto& given = sink.options.given();
      const bool plain = sink.fallback.empty() && (given.empty() || (given.size() == 1 && given[0].name == "append"));
      if (!plain || (sink.written.empty() ? sink.url : sink.written) != node.text) continue;
      chain.from.front().url += fmt::format(",{}", name.substr(3));
      return true;
    }
    return false;
  }

  // A chain that is named by the stage it begins with.
  void publish(EndSpec events, const Node& node, const std::string& path) {
    const std::string_view id = std::string_view(node.text).substr(6);
    for (ChainSpec& chain : spec_.chains) {
      if (chain.stages.empty() || !chain.stages.front().named || chain.stages.front().id != id) continue;
      const auto other = std::find_if(chain.from.begin(), chain.from.end(), brings_events);
      if (other != chain.from.end())
        other->url += fmt::format(",{}", events.url.substr(events.url.find(':') + 1));
      else
        chain.from.push_back(std::move(events));
      return;
    }
    values_.report(node, path, fmt::format("no chain begins with a stage of the id {}", text::quoted(id)),
                   "give the first stage of a chain without from: an id");
  }

  PipelineSpec& spec_;
  SettingsReader& values_;
  const HookParts& parts_;
};

}  // namespace

void read_hooks(const Node& node, PipelineSpec& spec, SettingsReader& values, const HookParts& parts) {
  HookReader(spec, values, parts).all(node);
}

}  // namespace leat
