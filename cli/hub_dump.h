// HubDump: the messages of a history on the disk as artifacts in JSON, a line each, as the codec envelope writes and reads them.
// Owner:   the command.   Thread: main.   Blocks: on the disk and on stdout.
// Fails:   run: a folder that cannot be read, a stdout that cannot be written. What is missing is told on stderr.
#pragma once

#include <string>

#include "cli/out.h"
#include "core/hub/log/inspect.h"

namespace leat {

class HubDump {
 public:
  // `pattern`: of subjects; empty: all.
  HubDump(hub::log::Disk& disk, std::string pattern) : disk_(disk), pattern_(std::move(pattern)) {}

  Done run(const std::string& history, const std::string& folder, uint64_t from);
  bool damaged() const { return damaged_; }
  std::string rest() { return std::move(out_.text); }  // what is not written yet

 private:
  bool put(const std::string& history, uint64_t number, std::string_view frame);
  void miss(const std::string& history, const hub::log::Gap& gap);

  hub::log::Disk& disk_;
  const std::string pattern_;
  Out out_;
  Done written_;
  bool damaged_ = false;
};

}  // namespace leat
