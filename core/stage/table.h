// Table: rows by key, lent to a stage that looks records up in it.
// Owner:   whoever reads its file; outlives the stage.   Thread: under the turn; new rows are put in place between two calls of the stage.
// Blocks:  never.
// Fails:   cannot; whoever fills it bounds it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/data/value.h"

namespace leat {

// Which file, and how much of it.
struct TableUse {
  std::string path, codec;           // codec empty: by the extension
  std::vector<std::string> columns;  // that are the key
  size_t most_rows = 0, most_bytes = 0;
};

class Table {
 public:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  using Rows = std::unordered_map<std::string, Value, Hash, std::equal_to<>>;

  // The row of a key as KeyOf answers it for the columns; null: none.
  const Value* find(std::string_view key) const {
    const auto row = rows_.find(key);
    return row == rows_.end() ? nullptr : &row->second;
  }
  size_t size() const { return rows_.size(); }
  void put(Rows rows) { rows_ = std::move(rows); }

 private:
  Rows rows_;
};

}  // namespace leat
