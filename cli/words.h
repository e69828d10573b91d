// Words: options and operands read off a list of words by the tables that name them. The only user of CLI11.
// Owner:   the caller.   Thread: any.   Blocks: never.
// Fails:   every mistake becomes a Problem; reading goes on behind it where that makes sense.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipelines/spec.h"

namespace leat {

struct WordReader {
  std::vector<Settings*> tables;                                // whose options are known; operands belong to the first
  std::string path;                                             // of the Problems: the stage's or command's name
  int column = 0;                                               // of words[0], for Marks
  bool operands = true;                                         // false: the first word that is no option ends the reading
  std::function<bool(std::string_view)> stop = nullptr;         // a lone word that ends the reading
  std::function<std::string(std::string_view)> hint = nullptr;  // for an option no table has
};

// How many words were read. After an unknown option the rest is not read: what it takes is anybody's guess.
size_t read_words(std::span<const std::string> words, const WordReader& reader, Problems& problems);

}  // namespace leat
