// Scratch: a folder of a test's own, which goes with it. Tests run side by side, and so do builds of several trees.
// Owner:   the test.   Thread: one.   Blocks: for the disk.   Fails: cannot; a test without a folder fails at its first file.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace leat::test {

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "leat-test-XXXXXX").string();
    if (mkdtemp(name.data())) path_ = name;
  }
  ~Scratch() {
    if (!path_.empty()) std::filesystem::remove_all(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace leat::test
