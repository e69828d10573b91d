#include "stages/sink/exec.h"

#include <utility>

#include <fmt/format.h>

namespace leat {

Result<Descriptor> ExecSink::descriptor() {
  auto child = Child::spawn(host().loop(), path_, false, [this](std::string how) { host().post([this, how] { exited(how); }); });
  if (!child) return child.error();
  child_ = std::move(*child);
  return child_->take(Child::kIn);
}

void ExecSink::exited(const std::string& how) {
  if (closed()) return;
  if (!how.empty()) return fail({Error::Kind::io, fmt::format("'{}' {}", path_, how), {}});
  if (all_written()) return ended();
  reader_left();
}

}  // namespace leat
