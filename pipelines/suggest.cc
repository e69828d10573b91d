#include "pipelines/suggest.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"

namespace leat {
namespace {

using Other = std::pair<std::string_view, std::string_view>;

// What the field calls our stages and options. A row speaks only where our word is known.
constexpr auto kOthers = std::to_array<Other>({
    {"where", "filter"},
    {"select", "filter"},
    {"grep", "filter"},
    {"head", "take"},
    {"limit", "take"},
    {"first", "take"},
    {"offset", "skip"},
    {"project", "map"},
    {"transform", "map"},
    {"jq", "map"},
    {"mutate", "set"},
    {"put", "set"},
    {"aggregate", "window"},
    {"group", "window"},
    {"group_by", "by"},
    {"tumbling", "window"},
    {"hopping", "window"},
    {"sliding", "window"},
    {"session", "window"},
    {"reduce", "window"},
    {"switch", "route"},
    {"split", "route"},
    {"case", "route"},
    {"uniq", "dedupe"},
    {"unique", "dedupe"},
    {"distinct", "dedupe"},
    {"chunk", "batch"},
    {"bundle", "batch"},
    {"flatten", "unbatch"},
    {"explode", "unbatch"},
    {"deadletter", "dlq"},
    {"dead_letter", "dlq"},
    {"count", "size"},
    {"period", "latency"},
    {"timeout", "latency"},
    {"slide", "every"},
    {"hop", "every"},
    {"gap", "session"},
    {"key", "by"},
    {"allowed_lateness", "lateness"},
    {"watermark", "disorder"},
    {"max_events", "size"},
    {"max_bytes", "bytes"},
    {"byte_size", "bytes"},
    {"input", "from"},
    {"output", "to"},
    {"source", "from"},
    {"sources", "from"},
    {"sink", "to"},
    {"sinks", "to"},
    {"outputs", "to"},
    {"inputs", "from"},
    {"steps", "stages"},
    {"transforms", "stages"},
    {"pipeline", "stages"},
    {"pipelines", "chains"},
    {"format", "codec"},
    {"stats", "summary"},
    {"memory", "mem"},
    {"workers", "threads"},
    {"jsonl", "ndjson"},
    {"jsonlines", "ndjson"},
    {"text", "lines"},
    {"raw", "lines"},
    {"delimiter", "separator"},
});

}  // namespace

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const auto says = [](std::string_view found) { return "did you mean " + std::string(found) + "?"; };
  for (const auto& [other, ours] : kOthers)
    if (other == snake(word))
      if (const auto at = std::find_if(known.begin(), known.end(), [&, name = ours](auto k) { return snake(k) == name; });
          at != known.end())
        return says(*at);
  const auto near = text::nearest(word, known);
  return near ? says(*near) : std::string();
}

std::string kebab(std::string_view snake) {
  std::string out(snake);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

std::string snake(std::string_view kebab) {
  std::string out(kebab);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

}  // namespace leat
