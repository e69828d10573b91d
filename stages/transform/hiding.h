// Hiding: what stands in the place of something that is not to be read: a word, stars, a keyed hash, nothing.
// Owner:   the stage's plan; immutable.   Thread: any.   Blocks: never.
// Fails:   of() where more than one way is asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/sha256.h"
#include "core/data/value.h"
#include "core/stage/settings.h"

namespace leat {

class Hiding {
 public:
  static Result<Hiding> of(const Settings& settings);  // with, keep, hash, drop

  void put(std::string_view secret, std::string& out) const;  // appended
  Value in_place_of(const Value& secret) const;
  bool drops() const { return drop_; }

 private:
  std::string with_;
  std::optional<uint64_t> keep_;
  std::optional<HmacSha256> key_;
  bool drop_ = false;
};

}  // namespace leat
