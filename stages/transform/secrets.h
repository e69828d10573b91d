// Secrets: where in a text stands something that should not be read: an address, a card, a token, what an expression matches.
// Owner:   a stage instance; the plan behind it may be shared.
// Thread:  Finder any; Secrets one.   Blocks: never.
// Fails:   find() with `limit` where a regular expression takes too long over a text.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/expr/regex.h"

namespace leat {

struct Place {
  size_t begin, end;
};

// One thing to look for.
struct Finder {
  std::shared_ptr<const expr::Regex> regex;  // null: the number of a payment card
};

inline constexpr std::string_view kSecretKinds = "bearer|card|email|ipv4|jwt";
Result<Finder> finder_of(std::string_view kind);      // one of those
Result<Finder> finder_for(std::string_view pattern);  // a regular expression

// 13 to 19 digits, of which a blank or a hyphen may stand between two, and whose check digit (Luhn, ISO/IEC 7812) is right.
std::optional<Place> find_card(std::string_view text, size_t at);

class Secrets {
 public:
  explicit Secrets(std::shared_ptr<const std::vector<Finder>> finders) : finders_(std::move(finders)), next_(finders_->size()) {}

  bool any() const { return !finders_->empty(); }
  bool in(std::string_view text);  // is there one
  // hide(place) for each of them, from left to right; those that overlap are one.
  template <class Hide>
  void each(std::string_view text, Hide&& hide) {
    begin(text);
    while (const auto place = next(text)) hide(*place);
  }
  bool limited() const { return limited_; }  // the last text was not looked through to its end

 private:
  void begin(std::string_view text);
  std::optional<Place> next(std::string_view text);
  std::optional<Place> find(const Finder& finder, std::string_view text, size_t at);

  const std::shared_ptr<const std::vector<Finder>> finders_;
  std::vector<std::optional<Place>> next_;  // of each finder: what it has found and nobody has hidden yet
  expr::RegexScratch scratch_;
  bool limited_ = false;
};

}  // namespace leat
