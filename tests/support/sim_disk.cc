#include "tests/support/sim_disk.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace leat::test {

using hub::log::File;
using hub::log::Io;

class SimFile final : public File {
 public:
  SimFile(SimDisk& disk, SimDisk::Ref inode, bool writable) : disk_(disk), inode_(std::move(inode)), writable_(writable) {}

  Io pread(uint64_t offset, char* to, size_t size) override {
    if (inode_->dead || disk_.next() == SimDisk::Fault::eio) return {EIO, 0};
    if (offset >= inode_->cached.size()) return {};
    const size_t got = inode_->cached.copy(to, size, static_cast<size_t>(offset));
    return {0, got};
  }

  Io pwrite(uint64_t offset, std::string_view bytes) override {
    const auto fault = disk_.next();
    if (inode_->dead || !writable_) return {EBADF, 0};
    if (fault == SimDisk::Fault::eio) {
      write(offset, bytes.substr(0, disk_.random_.next() % (bytes.size() + 1)));  // nobody knows how far it came
      return {EIO, 0};
    }
    const uint64_t grows = std::max<uint64_t>(inode_->cached.size(), offset + bytes.size()) - inode_->cached.size();
    if (fault == SimDisk::Fault::enospc || disk_.used() + grows > disk_.most_) return {ENOSPC, 0};
    if (fault == SimDisk::Fault::brief) bytes = bytes.substr(0, (bytes.size() + 1) / 2);
    write(offset, bytes);
    return {0, bytes.size()};
  }

  // What failed to sync is marked clean: some of it is on the disk and some never will be, and the next sync says all is well.
  int sync() override {
    const auto fault = disk_.next();
    if (inode_->dead) return EIO;
    if (fault == SimDisk::Fault::eio || fault == SimDisk::Fault::enospc) {
      const std::string shown = inode_->cached;
      disk_.settle(*inode_);
      if (disk_.random_.next() % 2) inode_->cached = shown;  // until memory is wanted for something else
      return fault == SimDisk::Fault::eio ? EIO : ENOSPC;
    }
    std::string& durable = inode_->durable;
    if (durable.size() < inode_->cached.size()) durable.resize(inode_->cached.size());
    for (const auto& [sector, versions] : inode_->dirty)
      std::memcpy(durable.data() + sector * disk_.sector_, versions.back().data(), versions.back().size());
    inode_->dirty.clear();
    return 0;
  }

  int size(uint64_t& bytes) override {
    if (inode_->dead || disk_.next() == SimDisk::Fault::eio) return EIO;
    bytes = inode_->cached.size();
    return 0;
  }

 private:
  void write(uint64_t offset, std::string_view bytes) {
    if (bytes.empty()) return;
    std::string& all = inode_->cached;
    if (all.size() < offset + bytes.size()) all.resize(static_cast<size_t>(offset) + bytes.size());
    std::memcpy(all.data() + offset, bytes.data(), bytes.size());
    for (uint64_t sector = offset / disk_.sector_; sector * disk_.sector_ < offset + bytes.size(); ++sector) {
      auto& versions = inode_->dirty[sector];
      if (versions.size() == 4) versions.erase(versions.begin() + 1);
      versions.push_back(all.substr(static_cast<size_t>(sector * disk_.sector_), static_cast<size_t>(disk_.sector_)));
    }
  }

  SimDisk& disk_;
  const SimDisk::Ref inode_;
  const bool writable_;
};

SimDisk::Fault SimDisk::next() {
  ++calls_;
  return fault_ != Fault::none && calls_ >= fault_at_ && calls_ <= fault_to_ ? fault_ : Fault::none;
}

uint64_t SimDisk::used() const {
  uint64_t sum = 0;
  for (const auto& [name, inode] : cached_) sum += inode->cached.size();
  return sum;
}

std::string SimDisk::torn(const std::string& old_bytes, const Inode::Versions& versions) {
  std::string out = versions[random_.next() % versions.size()];
  const uint64_t lot = random_.next() % 16;
  if (lot < 7) return out;
  if (lot < 13) return old_bytes;
  const size_t cut = random_.next() % (out.size() + 1);
  for (size_t i = cut; i < out.size(); ++i)
    if (lot < 15)
      out[i] = i < old_bytes.size() ? old_bytes[i] : '\0';
    else if (i >= old_bytes.size() || out[i] != old_bytes[i])
      out[i] = static_cast<char>(random_.next());
  return out;
}

// What stands on the disk of a file when nobody waited for it.
void SimDisk::settle(Inode& inode) {
  std::string out = inode.durable;
  const uint64_t lot = random_.next() % 4;  // all, none, the first so many writes, or each sector as it comes
  const uint64_t upto = lot == 2 && !inode.dirty.empty() ? random_.next() % inode.dirty.size() : 0;
  uint64_t place = 0;
  for (const auto& [sector, versions] : inode.dirty) {
    const auto at = static_cast<size_t>(sector * sector_);
    const std::string old_bytes = at < out.size() ? out.substr(at, static_cast<size_t>(sector_)) : std::string();
    const bool keep = lot == 0 || (lot == 2 && place < upto);
    const bool tear = lot == 3 || (lot == 2 && place == upto);
    const std::string now = keep ? versions.back() : tear ? torn(old_bytes, versions) : old_bytes;
    ++place;
    if (now.empty() || now == old_bytes) continue;
    if (out.size() < at + now.size()) out.resize(at + now.size());
    std::memcpy(out.data() + at, now.data(), now.size());
  }
  inode.durable = inode.cached = std::move(out);
  inode.dirty.clear();
}

void SimDisk::crash() {
  const bool in_order = random_.next() % 2;  // a journal loses the last changes of names, others any
  const size_t keep = changes_.empty() ? 0 : random_.next() % (changes_.size() + 1);
  for (size_t i = 0; i < changes_.size(); ++i) {
    if (in_order ? i >= keep : random_.next() % 2) continue;
    const Change& change = changes_[i];
    if (!change.from.empty()) durable_.erase(change.from);
    if (change.made)
      durable_[change.name] = change.made;
    else
      durable_.erase(change.name);
  }
  changes_.clear();
  std::map<std::string, Ref> found;
  std::map<Inode*, Ref> copies;
  for (auto& [name, inode] : durable_) {
    Ref& copy = copies[inode.get()];
    if (!copy) {
      settle(*inode);
      copy = std::make_shared<Inode>(Inode{inode->durable, inode->durable, {}, false});
    }
    found[name] = copy;
  }
  for (auto& [name, inode] : durable_) inode->dead = true;
  for (auto& [name, inode] : cached_) inode->dead = true;
  durable_ = cached_ = std::move(found);
  heal();
}

void SimDisk::kill() { heal(); }

std::string* SimDisk::bytes(const std::string& path) {
  const auto found = cached_.find(path);
  if (found == cached_.end()) return nullptr;
  found->second->durable = found->second->cached;
  return &found->second->cached;
}

void SimDisk::put(const std::string& path, std::string bytes) {
  cached_[path] = durable_[path] = std::make_shared<Inode>(Inode{bytes, bytes, {}, false});
}

std::vector<std::string> SimDisk::names() const {
  std::vector<std::string> out;
  for (const auto& [name, inode] : cached_) out.push_back(name);
  return out;
}

SimDisk SimDisk::copy() const {
  SimDisk out(1);
  for (const auto& [name, inode] : cached_) out.put(name, inode->cached);
  return out;
}

int SimDisk::open(const std::string& path, Open how, std::unique_ptr<File>& file) {
  const auto fault = next();
  if (fault == Fault::eio) return EIO;
  if (fault == Fault::enospc && how == Open::create) return ENOSPC;
  auto found = cached_.find(path);
  if (how == Open::create) {
    cached_[path] = std::make_shared<Inode>();
    changes_.push_back({path, cached_[path], {}});
    found = cached_.find(path);
  }
  if (found == cached_.end()) return ENOENT;
  file = std::make_unique<SimFile>(*this, found->second, how != Open::read);
  return 0;
}

int SimDisk::rename(const std::string& from, const std::string& to) {
  const auto fault = next();
  if (fault == Fault::enospc) return ENOSPC;
  const auto found = cached_.find(from);
  if (found == cached_.end()) return ENOENT;
  if (fault == Fault::eio && random_.next() % 2) return EIO;  // else it is done, and said not to be
  const Ref inode = found->second;
  cached_.erase(found);
  cached_[to] = inode;
  changes_.push_back({to, inode, from});
  return fault == Fault::eio ? EIO : 0;
}

int SimDisk::unlink(const std::string& path) {
  if (next() == Fault::eio) return EIO;
  if (cached_.erase(path) == 0) return ENOENT;
  changes_.push_back({path, nullptr, {}});
  return 0;
}

int SimDisk::list(const std::string& dir, std::vector<std::string>& names) {
  if (next() == Fault::eio) return EIO;
  names.clear();
  for (const auto& [path, inode] : cached_)
    if (path.compare(0, dir.size() + 1, dir + "/") == 0) names.push_back(path.substr(dir.size() + 1));
  return 0;
}

int SimDisk::sync_dir(const std::string&) {
  const auto fault = next();
  if (fault == Fault::eio) return EIO;
  if (fault == Fault::enospc) return ENOSPC;
  durable_ = cached_;
  changes_.clear();
  return 0;
}

int SimDisk::lock(const std::string&, std::unique_ptr<Lock>& lock) {
  lock = std::make_unique<Lock>();
  return 0;
}

}  // namespace leat::test
