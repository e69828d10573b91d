#include "cli/progress.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {

std::string progress_line(const Ledger& ledger, uint64_t total, Duration elapsed) {
  const double seconds = std::max(1e-3, std::chrono::duration<double>(elapsed).count());
  const double rate = static_cast<double>(ledger.bytes_in) / seconds;
  std::string line = fmt::format("{}  {}/s  {} records", text::size(ledger.bytes_in), text::size(static_cast<uint64_t>(rate)), ledger.read);
  if (ledger.failed + ledger.dead_lettered > 0) line += fmt::format("  {} failed", ledger.failed + ledger.dead_lettered);
  if (total > 0 && rate > 0) {
    const uint64_t done = std::min(ledger.bytes_in, total);
    const auto left = static_cast<int64_t>(static_cast<double>(total - done) / rate);
    line += fmt::format("  {}%  {}:{:02} left", done * 100 / total, left / 60, left % 60);
  }
  return line;
}

}  // namespace leat
