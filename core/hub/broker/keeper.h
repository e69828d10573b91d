// Keeper: what makes a history last: it takes its messages to the disk, in groups, and reads them back.
// Owner:   the history.   Thread: the hub's loop; what it does on the disk is done elsewhere.   Blocks: never.
// Fails:   trouble() says why nothing more can be kept; what synced() has said stays.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/hub/broker/block.h"
#include "core/hub/broker/metrics.h"
#include "core/hub/frame.h"
#include "core/hub/log/cursors.h"

namespace leat::hub {

class Keeper {
 public:
  // A stretch of what is kept, or why there is none: messages nobody can read any more.
  struct Kept {
    Run run;             // of whole frames
    uint64_t first = 0;  // number of the first
    std::optional<Gap> gap;
  };

  virtual ~Keeper() = default;
  virtual uint64_t first() const = 0;    // the oldest that is kept
  virtual uint64_t synced() const = 0;   // every number below is on the disk
  virtual uint64_t waiting() const = 0;  // bytes that are not
  virtual bool settled() const = 0;      // nothing is on its way to it
  virtual uint64_t bytes() const = 0;    // that are
  // Appended behind what was put before; `time` is its stamp.
  virtual void put(const Run& run, uint64_t number, int64_t time) = 0;
  virtual void commit() = 0;  // what was put goes to the disk, unless something is on its way: then behind that
  // From that number on, when it has been read; nothing comes behind the keeper's end.
  virtual void read(uint64_t from, std::function<void(Kept)> then) = 0;
  virtual uint64_t since(int64_t time) const = 0;  // a number at or before the first that is not older
  // Of that durable subscription (or that there is none): on the disk soon, and behind what is there by then.
  virtual void remember(const std::string& key, std::optional<log::Cursor> cursor) = 0;
  virtual const std::string& trouble() const = 0;  // empty: none; else nothing new can be kept now
  virtual bool lost() const = 0;                   // ... and what waits never will be
  virtual const Syncs* syncs() const { return nullptr; }
};

}  // namespace leat::hub
