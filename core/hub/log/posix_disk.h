// PosixDisk: the real disk.
// Owner:   whoever opens logs; one is enough for a process.   Thread: any.
// Blocks:  for the device; lock: for a second, where somebody has it.   Fails: as Disk says.
#pragma once

#include "core/hub/log/disk.h"

namespace leat::hub::log {

class PosixDisk final : public Disk {
 public:
  int open(const std::string& path, Open how, std::unique_ptr<File>& file) override;
  int rename(const std::string& from, const std::string& to) override;
  int unlink(const std::string& path) override;
  int list(const std::string& dir, std::vector<std::string>& names) override;
  int make_dir(const std::string& dir) override;
  int sync_dir(const std::string& dir) override;
  int lock(const std::string& dir, std::unique_ptr<Lock>& lock) override;
};

}  // namespace leat::hub::log
