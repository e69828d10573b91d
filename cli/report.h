// Reporter: what leat says to people: one line each on stderr, as text or as JSON. stdout carries data only.
// Owner:   main.
// Thread:  any; a line is one write, so that lines of several threads never mix.
// Blocks:  as stderr does; offer() for a second.
// Fails:   cannot; a closed stderr is nobody to talk to.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/level.h"
#include "core/stage/settings.h"

namespace leat {

class Reporter {
 public:
  Reporter(const Clock& clock, const Settings& globals);

  // Several lines of text stay together; under JSON they are one object.
  void say(Level level, std::string_view text) const;
  void error(std::string_view text) const { say(Level::error, text); }
  // One of many lines about records: cut so that a pipe takes it whole, its control characters written out. Waits a second for a reader
  // that is slow, and not at all for one that has let a line before this wait in vain. False: nobody took it.
  bool offer(Level level, std::string_view text) const;

 private:
  std::string line_of(Level level, std::string_view text) const;

  const Clock& clock_;
  const bool json_, quiet_, colour_;
  mutable std::atomic<bool> stuck_{false};  // the last line offered waited in vain
};

// `leat:` at the beginning of each line in colour, where --color says so.
std::string painted(std::string_view messages, const Settings& globals);

// Writes all of it to a descriptor, short writes and signals included. Answers 0, or why not, as errno.
int write_all(int fd, std::string_view text);

}  // namespace leat
