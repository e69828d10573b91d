// Library: the Lender of real runs.
// Owner:   whoever builds the graph.   Thread: one.
// Blocks:  file() may wait for the disk.
// Fails:   as Lender.
#pragma once

#include "core/stage/lender.h"

namespace leat {

class Library final : public Lender {
 public:
  static constexpr size_t kMostFile = 16u << 20;

  Result<std::unique_ptr<Decoder>> decoder(const DecoderUse& use) override;
  Result<std::string> file(const std::string& path) override;
};

}  // namespace leat
