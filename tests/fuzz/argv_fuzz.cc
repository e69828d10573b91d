// Any words on the command line, one per line of input, are a spec or a list of mistakes about words that are there.
#include <cstdlib>

#include "cli/load_argv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<std::string> words(1);
  for (size_t i = 0; i < size; ++i) {
    if (data[i] == '\n')
      words.emplace_back();
    else if (data[i] != 0)  // argv cannot hold one
      words.back() += static_cast<char>(data[i]);
  }
  leat::help_asked(words);
  const auto loaded = leat::load_argv(words);
  for (const auto& problem : loaded.problems)
    if (problem.message.empty() || problem.mark.column > static_cast<int>(words.size())) std::abort();
  leat::to_error(loaded.spec, loaded.problems);
  return 0;
}
