// SimDisk: a disk in memory that loses what a real one may. What was not synced lives in sectors of which a crash keeps any version,
// mixes two, or leaves garbage where it would change (the rest of a sector stays: disks keep that much); names that were not synced come
// and go; any call can be made to fail. Owner:   the test.   Thread: one.   Blocks: never.   Fails: as it was told to.
//
// After crash() every File made before it is dead; the folder is as a machine would find it after the power came back.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/hub/log/disk.h"

namespace leat::test {

class SimDisk final : public hub::log::Disk {
 public:
  struct Inode {
    using Versions = std::vector<std::string>;  // of a sector since the last sync, oldest first
    std::string durable, cached;
    std::map<uint64_t, Versions> dirty;
    bool dead = false;
  };
  enum class Fault { none, eio, enospc, brief };  // brief: half of a write, and no error

  explicit SimDisk(uint64_t seed) : random_(seed), sector_(512u << random_.next() % 4) {}

  void crash();
  void kill();  // the process alone: what was written stays
  // The call of that number from now on (1: the next) fails, and `more` behind it.
  void fail(int call, Fault how, int more = 0) { fault_ = how, fault_at_ = calls_ + call, fault_to_ = fault_at_ + more; }
  void heal() { fault_ = Fault::none; }
  bool failing() const { return fault_ != Fault::none && calls_ < fault_to_; }  // some call is still going to
  int calls() const { return calls_; }
  uint64_t used() const;
  void limit(uint64_t bytes) { most_ = bytes; }

  std::string* bytes(const std::string& path);  // of a file, for a test to damage, on the disk and in memory
  void put(const std::string& path, std::string bytes);
  std::vector<std::string> names() const;
  SimDisk copy() const;  // a disk of its own with the same files, all synced

  int open(const std::string& path, Open how, std::unique_ptr<hub::log::File>& file) override;
  int rename(const std::string& from, const std::string& to) override;
  int unlink(const std::string& path) override;
  int list(const std::string& dir, std::vector<std::string>& names) override;
  int make_dir(const std::string&) override { return 0; }
  int sync_dir(const std::string& dir) override;
  int lock(const std::string& dir, std::unique_ptr<Lock>& lock) override;

 private:
  friend class SimFile;
  using Ref = std::shared_ptr<Inode>;  // a name and any number of open files hold one
  struct Change {
    std::string name;
    Ref made;          // null: the name went
    std::string from;  // the name it had; one step with its going
  };

  Fault next();  // counts the call
  void settle(Inode& inode);
  std::string torn(const std::string& old_bytes, const Inode::Versions& versions);

  SplitMix random_;
  uint64_t sector_;
  std::map<std::string, Ref> durable_, cached_;
  std::vector<Change> changes_;
  int calls_ = 0, fault_at_ = 0, fault_to_ = 0;
  Fault fault_ = Fault::none;
  uint64_t most_ = UINT64_MAX;
};

}  // namespace leat::test
