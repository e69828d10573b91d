// Any bytes as JSON lines: the walk takes what the judge takes, among neighbours as alone, and what simdjson's DOM takes
// too, but for the numbers and lone surrogates it refuses by design. What the trusting walk hands out is JSON, and what it
// refuses the other refuses too.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "core/codec/json_reader.h"
#include "core/codec/json_skim.h"
#include "core/codec/json_text.h"

namespace {

using leat::Column;

bool same(const Column& a, const Column& b) { return a.begin == b.begin && a.size == b.size && a.kind == b.kind && a.form == b.form; }

void check(bool good, const leat::Reader& reader, std::string_view record, simdjson::dom::parser& dom) {
  const auto fault = leat::json::fault(record);
  if (good == fault.has_value()) std::abort();
  if (fault && (reader.reason() != leat::json::reason(*fault) || reader.code() != fault->code)) std::abort();
  simdjson::dom::element element;
  const auto error = dom.parse(simdjson::padded_string(record)).get(element);
  if (error == simdjson::SUCCESS && !good) std::abort();
  if (good && error != simdjson::SUCCESS && error != simdjson::NUMBER_ERROR && error != simdjson::STRING_ERROR &&
      error != simdjson::DEPTH_ERROR)
    std::abort();
}

// The value that a column is of, as it stands in the record.
std::string_view value(const leat::Slab& slab, const Column& column) {
  const uint32_t quote = column.kind == Column::Kind::string;
  return slab.text().substr(column.begin - quote, column.size + 2 * quote);
}

void skim(const leat::Slab& slab, uint32_t record, bool good, leat::Reader& skimmer, std::vector<Column>& row) {
  if (!skimmer.read(slab, record, row.data())) return good ? std::abort() : void();
  for (const Column& column : row)
    if (column.kind != Column::Kind::missing && column.kind != Column::Kind::wrong && leat::json::fault(value(slab, column))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static leat::Pool pool;
  static simdjson::dom::parser dom;
  static const auto planned = [](const std::vector<leat::FieldPlan::Path>& paths) {
    leat::FieldPlan made;
    for (const leat::FieldPlan::Path& path : paths) made.slot(path);
    return made;
  };
  static const leat::FieldPlan plan = planned({{}, {"a"}, {"a", "b"}, {"longer key"}}),
                               parts = planned({{"a"}, {"a", "b"}, {"longer key"}});
  static const auto reader = leat::json_reader(plan), alone = leat::json_reader(plan), skimmer = leat::json_skimmer(parts);

  const auto slab = pool.take();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    slab->add(text.substr(at, end - at));
    at = end + 1;
  }
  reader->prepare(*slab, slab->records.size());
  alone->prepare(*slab, 0);
  skimmer->prepare(*slab, slab->records.size());
  std::vector<Column> row(plan.width()), other(plan.width()), part(parts.width());
  for (uint32_t i = 0; i < slab->records.size(); ++i) {
    const bool good = reader->read(*slab, i, row.data());
    check(good, *reader, slab->record(i), dom);
    if (alone->read(*slab, i, other.data()) != good) std::abort();
    skim(*slab, i, good, *skimmer, part);
    for (size_t slot = 0; good && slot < row.size(); ++slot) {
      if (!same(row[slot], other[slot])) std::abort();
      if (row[slot].kind != Column::Kind::wrong && row[slot].begin + row[slot].size > slab->size()) std::abort();
    }
  }
  return 0;
}
