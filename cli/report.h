// Reporter: what leat says to people: one line each on stderr, as text or as JSON. stdout carries data only.
// Owner:   main.
// Thread:  any; a line is one write, so that lines of several threads never mix.
// Blocks:  as stderr does.
// Fails:   cannot; a closed stderr is nobody to talk to.
#pragma once

#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/stage/settings.h"

namespace leat {

class Reporter {
 public:
  enum class Level : uint8_t { note, warning, error };

  Reporter(const Clock& clock, const Settings& globals);

  // Several lines of text stay together; under JSON they are one object.
  void say(Level level, std::string_view text) const;
  void error(std::string_view text) const { say(Level::error, text); }

 private:
  const Clock& clock_;
  const bool json_, quiet_, colour_;
};

// `leat:` at the beginning of each line in colour, where --color says so.
std::string painted(std::string_view messages, const Settings& globals);

// Writes all of it to a descriptor, short writes and signals included. Answers 0, or why not, as errno.
int write_all(int fd, std::string_view text);

}  // namespace leat
