#include "cli/summary.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

std::string notes_of(const LedgerRow& row) {
  std::vector<std::string> notes;
  for (const auto& [reason, count] : row.dropped) notes.push_back(fmt::format("dropped {} ({})", count, reason));
  if (row.missing > 0) notes.push_back(row.missing_word);
  if (row.pending > 0) notes.push_back(fmt::format("pending {}", row.pending));
  for (const auto& [what, count] : row.counted) notes.push_back(fmt::format("{} {}", what, count));
  return fmt::format("{}", fmt::join(notes, ", "));
}

void put_counts(const std::map<std::string, uint64_t>& counts, std::string& out) {
  out += '{';
  for (const auto& [name, count] : counts) {
    if (out.back() != '{') out += ',';
    json::quote(name, out);
    out += fmt::format(":{}", count);
  }
  out += '}';
}

std::string sum(std::span<const Totals::Named> totals) {
  std::string line;
  for (const auto& [name, count] : totals)
    if (count > 0 || line.empty()) line += fmt::format("{}{} {}", line.empty() ? "" : " + ", name, count);
  return line;
}

std::string law(const Totals& totals) {
  return fmt::format("{} = {}{}\n", sum(totals.born()), sum(totals.fates()), totals.balanced() ? "" : "  DOES NOT BALANCE");
}

void put_totals(const Totals& totals, std::string& out) {
  for (const auto& [name, count] : totals.born()) out += fmt::format(R"("{}":{},)", name, count);
  for (const auto& [name, count] : totals.fates()) out += fmt::format(R"("{}":{},)", name, count);
}

bool reads_events(const Ledger& ledger) {
  return std::any_of(ledger.rows.begin(), ledger.rows.end(), [](const LedgerRow& row) { return row.kind == "events"; });
}

}  // namespace

std::string summary_text(const Ledger& ledger, Duration elapsed) {
  std::string out = fmt::format("{:<20} {:>12} {:>12} {:>12} {:>10}  {}\n", "id", "in", "out", "missing", "failed", "");
  for (const LedgerRow& row : ledger.rows) {
    const bool sink = row.kind == "sink" || row.kind == "fallback" || row.kind == "dlq" || row.kind == "hook";
    out += fmt::format("{:<20} {:>12} {:>12} {:>12} {:>10}  {}\n", row.id, row.in, sink ? row.delivered : row.passed + row.emitted,
                       row.missing, row.failed, notes_of(row));
  }
  const double seconds = std::chrono::duration<double>(elapsed).count();
  out += law(ledger);
  if (reads_events(ledger)) out += "events: " + law(ledger.events);
  out += fmt::format("{} in {:.3f} s", text::size(ledger.bytes_in), seconds);
  if (seconds > 0)
    out += fmt::format(", {}/s, {:.0f} records/s", text::size(static_cast<uint64_t>(static_cast<double>(ledger.bytes_in) / seconds)),
                       static_cast<double>(ledger.read) / seconds);
  return out + "\n";
}

std::string summary_json(const Ledger& ledger, Duration elapsed) {
  std::string out = "{";
  put_totals(ledger, out);
  out += fmt::format(R"("balanced":{},"bytes_in":{},"seconds":{:.6f},)", ledger.balanced(), ledger.bytes_in,
                     std::chrono::duration<double>(elapsed).count());
  if (reads_events(ledger)) {
    out += "\"events\":{";
    put_totals(ledger.events, out);
    out.back() = '}', out += ',';
  }
  out += "\"stages\":[";
  for (const LedgerRow& row : ledger.rows) {
    if (&row != &ledger.rows.front()) out += ',';
    out += "{\"id\":";
    json::quote(row.id, out);
    out += fmt::format(R"(,"kind":"{}","in":{},"passed":{},"missing":{},"failed":{},"emitted":{},"delivered":{},"pending":{},"dropped":)",
                       row.kind, row.in, row.passed, row.missing, row.failed, row.emitted, row.delivered, row.pending);
    put_counts(row.dropped, out);
    out += ",\"counted\":";
    put_counts(row.counted, out);
    out += '}';
  }
  return out + "]}\n";
}

}  // namespace leat
