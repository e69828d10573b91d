// Tool: runs a program of somebody else as the peer of a test, bytes in, bytes out.
// Owner:   the test; temporary files go with it.
// Thread:  one.   Blocks: until the program ends.
// Fails:   nothing is answered when the program ends other than with 0.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

namespace leat::test {

inline bool has_tool(const std::string& name) { return std::system(("command -v " + name + " >/dev/null 2>&1").c_str()) == 0; }

// `command` is a line for sh; it reads `input` from its stdin.
inline std::optional<std::string> run_tool(const std::string& command, std::string_view input) {
  std::string name = (std::filesystem::temp_directory_path() / "leat-test-XXXXXX").string();
  const int fd = mkstemp(name.data());
  if (fd < 0) return std::nullopt;
  close(fd);
  std::ofstream(name, std::ios::binary) << input;
  std::FILE* out = popen(("( " + command + " ) <" + name).c_str(), "r");
  std::string answer;
  char block[4096];
  for (size_t n; out && (n = std::fread(block, 1, sizeof block, out)) > 0;) answer.append(block, n);
  const bool well = out && pclose(out) == 0;
  std::filesystem::remove(name);
  if (!well) return std::nullopt;
  return answer;
}

}  // namespace leat::test
