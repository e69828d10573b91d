// Library: the Lender of real runs.
// Owner:   whoever builds the graph.   Thread: one.
// Blocks:  file() may wait for the disk.
// Fails:   as Lender.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/stage/lender.h"
#include "stages/table_file.h"

namespace leat {

class Library final : public Lender {
 public:
  static constexpr size_t kMostFile = 16u << 20;
  using Tables = std::vector<std::unique_ptr<TableFile>>;

  explicit Library(Tables& tables) : tables_(tables) {}

  Result<std::unique_ptr<Decoder>> decoder(const DecoderUse& use) override;
  Result<std::string> file(const std::string& path) override;
  const Format& artifacts() override;
  Result<const Table*> table(const TableUse& use) override;

 private:
  Tables& tables_;  // whoever opens them, and outlives the stages
};

// All of a file of so many bytes at most.
Result<std::string> read_file(const std::string& path, size_t most);

}  // namespace leat
