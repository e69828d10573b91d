#include "pipelines/events.h"

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_text.h"
#include "core/data/format.h"
#include "stages/source/events.h"

namespace leat {
namespace {

constexpr size_t kMostShown = size_t{64} << 10;  // of a record inside of an event

// Of JSON text that is an array.
uint64_t members(std::string_view text) {
  uint64_t commas = 0;
  int depth = 0;
  bool quoted = false, any = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
      continue;
    }
    quoted = c == '"';
    depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    commas += c == ',' && depth == 1;
    any |= i > 0 && c != ']' && c != ' ';
  }
  return commas + any;
}

}  // namespace

EventRecord::EventRecord(Event what, Instant at, std::string_view stage) : event_(what) {
  text_ = fmt::format(R"({{"event":"{}","time":"{}")", name_of(what), text::rfc3339(at));
  add("stage", stage);
}

EventRecord& EventRecord::add(std::string_view key, std::string_view text) {
  if (text.empty()) return *this;
  text_ += fmt::format(",\"{}\":", key);
  json::quote(text, text_);
  return *this;
}

EventRecord& EventRecord::add(std::string_view key, uint64_t number) { return add_json(key, fmt::format_int(number).c_str()); }

EventRecord& EventRecord::add_json(std::string_view key, std::string_view json) {
  text_ += fmt::format(",\"{}\":{}", key, json);
  return *this;
}

EventRecord made_event(Event what, Instant at, std::string_view stage, const Slab& slab, uint32_t record) {
  std::string json;
  slab.format->to_json(slab.record(record), json);
  EventRecord made(what, at, stage);
  if (what == Event::batch) return made.add("count", members(json)).add("bytes", json.size());
  return json.size() <= kMostShown ? made.add_json("record", json) : made.add("bytes", json.size());
}

EventRecord complete_event(Instant at, const Totals& totals, uint64_t bytes_in) {
  EventRecord made(Event::complete, at, {});
  for (const auto& [name, count] : totals.born()) made.add(name, count);
  for (const auto& [name, count] : totals.fates()) made.add(name, count);
  return made.add("bytes_in", bytes_in);
}

Events::Events(const Graph& graph) {
  for (const Graph::Input& input : graph.inputs) {
    if (!input.events) continue;
    readers_.push_back(input.events);
    for (size_t i = 0; i < kEvents.size(); ++i)
      if (const auto event = static_cast<Event>(i); input.events->wants(event)) wanted_.add(event);
  }
}

void Events::publish(const EventRecord& record) {
  const std::string text = record.text();
  for (EventSource* reader : readers_)
    if (reader->wants(record.event())) reader->put(text);
}

void Events::end() {
  for (EventSource* reader : readers_) reader->end();
}

}  // namespace leat
