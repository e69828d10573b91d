// Regex: a compiled regular expression and the ones a run has met.
// Owner:   the program (constant patterns) or the Run (patterns made from data).
// Thread:  Regex any; RegexCache one.   Blocks: never.
// Fails:   compile() with the library's words; match() with `limit` past its bounds.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace leat::expr {

class Regex {
 public:
  struct Flags {
    bool global = false, skip_empty = false;
    uint32_t options = 0;
  };
  static bool only_text(std::string_view pattern);  // it stands for itself
  // The letters g i x s n p l; false: an unknown one.
  static bool flags(std::string_view letters, Flags& out);
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern, const Flags& flags);
  ~Regex();

  enum class Found : uint8_t { no, yes, limit };
  // From byte `at` of UTF-8 text: fills the scratch's offsets.
  Found match(std::string_view text, size_t at, class RegexScratch& scratch) const;

  const Flags& flags() const { return flags_; }
  uint32_t groups() const { return groups_; }
  // By number, 1 first; empty: unnamed.
  const std::vector<std::string>& names() const { return names_; }

 private:
  Regex() = default;
  void* code_ = nullptr;
  Flags flags_;
  uint32_t groups_ = 0;
  std::vector<std::string> names_;
  std::string literal_;  // the whole pattern, where it is only text
  bool plain_ = false;
};

// RegexScratch: offsets and the library's working memory of one thread.
class RegexScratch {
 public:
  RegexScratch() = default;
  ~RegexScratch();
  RegexScratch(const RegexScratch&) = delete;
  RegexScratch& operator=(const RegexScratch&) = delete;
  static constexpr size_t kUnset = SIZE_MAX;
  std::span<const size_t> offsets() const { return offsets_; }  // begin and end of the match and each group, kUnset where it took no part

 private:
  friend class Regex;
  void* data_ = nullptr;
  void* context_ = nullptr;
  void* stack_ = nullptr;
  uint32_t room_ = 0;
  std::vector<size_t> offsets_;
};

class RegexCache {
 public:
  // The compiled pattern, or null with the reason.
  std::shared_ptr<const Regex> find(std::string_view pattern, std::string_view flags, std::string& reason);
  RegexScratch scratch;

 private:
  static constexpr size_t kKept = 32;
  struct Known {
    std::string pattern, flags;
    std::shared_ptr<const Regex> regex;
  };
  std::vector<Known> known_;
  size_t next_ = 0;
};

}  // namespace leat::expr
