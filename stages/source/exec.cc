#include "stages/source/exec.h"

#include <utility>

#include <fmt/format.h>

namespace leat {

Done ExecSource::first() {
  auto child = Child::spawn(host().loop(), command_, true, [this](std::string how) {
    {
      std::lock_guard lock(mutex_);
      how_ = std::move(how);
    }
    host().wake();
  });
  if (!child) return child.error();
  child_ = std::move(*child);
  begin(name_, child_->take(Child::kOut));
  return {};
}

StreamSource::Next ExecSource::next() {
  std::lock_guard lock(mutex_);
  if (!how_) return Next::later;
  if (how_->empty()) return Next::none;
  return fail({Error::Kind::io, fmt::format("'{}' {}", command_, *how_), {}});
}

// What it still had to say is not asked for, so how it ends does not matter.
void ExecSource::stop() {
  if (child_) host().loop().post([this] { child_->terminate(); });
  StreamSource::stop();
}

}  // namespace leat
