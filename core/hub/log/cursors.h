// Cursors: how far the durable consumers of a stream have come.
// Owner:   the broker; it is opened before the Log, whose Options::next_seq is highest(): a floor may have reached the disk
//          when the records below it had not.
// Thread:  one at a time.
// Blocks:  flush: for the device; the others never.
// Fails:   put: names and sizes out of bounds, with nothing changed. flush: the disk; what is not on it is tried again by the next one.
//
// What a crash loses of it is delivered once more, so the caller flushes some times a second and not for every acknowledgement.
// A file of records, the last of each name counts; it is written anew, beside itself, when it has grown or a write has failed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/hub/log/disk.h"

namespace leat::hub::log {

struct Cursor {
  uint64_t floor = 1;                                     // every number below is acknowledged
  std::vector<std::pair<uint64_t, uint64_t>> acked;       // above it: from, and behind the last; in order, not touching
  std::vector<std::pair<uint64_t, uint32_t>> deliveries;  // of those still pending: number, how often; in order

  bool operator==(const Cursor& other) const = default;
};

class Cursors {
 public:
  static constexpr size_t kName = 1024, kCursors = 4096, kAcked = 16384, kDeliveries = 16384;
  static constexpr uint64_t kSlack = 1 << 20;  // so much of the file may be outdated before it is written anew

  // A missing file is no cursor. What of it cannot be read is left out, and `lost` says how many bytes that were.
  static Result<std::unique_ptr<Cursors>> open(Disk& disk, const std::string& dir);
  uint64_t lost() const { return lost_; }

  const std::map<std::string, Cursor, std::less<>>& all() const { return cursors_; }
  const Cursor* find(std::string_view name) const;
  uint64_t lowest() const;   // everything below is acknowledged by all; without a cursor UINT64_MAX
  uint64_t highest() const;  // every number that somebody was given is below; without a cursor 1

  // A floor never goes back, whatever is put; ranges below it or touching it become part of it.
  Done put(std::string_view name, Cursor cursor);
  void erase(std::string_view name);
  Done flush();

 private:
  Cursors(Disk& disk, const std::string& dir) : disk_(disk), dir_(dir), path_(dir + "/cursors") {}
  Done load();
  bool load_record(std::string_view body);
  int append();
  int rewrite();

  Disk& disk_;
  const std::string dir_, path_;
  std::map<std::string, Cursor, std::less<>> cursors_;
  std::set<std::string, std::less<>> changed_;
  std::unique_ptr<File> file_;  // null: it must be written anew
  uint64_t size_ = 0, live_ = 0;
  uint64_t lost_ = 0;
};

}  // namespace leat::hub::log
