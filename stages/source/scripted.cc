#include "stages/source/scripted.h"

namespace leat {

Done ScriptedSource::first() {
  auto script = MemoryFile::make();
  if (!script) return script.error();
  script_ = std::move(*script);
  begin(name_, script_->reader());
  return {};
}

Done ScriptedSource::give(std::string_view bytes) {
  Done added = script_->add(bytes);
  host().wake();
  return added;
}

void ScriptedSource::end() {
  ended_ = true;
  host().wake();
}

}  // namespace leat
