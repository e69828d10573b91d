#include "stages/transform/secrets.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

constexpr size_t kLeastDigits = 13, kMostDigits = 19;

// Each begins where no like character stands before it, so that a long run of them is looked at once.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kPatterns{{
    {"bearer", R"((?:(?i:\bbearer)[ \t]+)++\K[A-Za-z0-9._~+/-]+=*)"},
    {"email",
     R"((?<![\p{L}\p{M}\p{N}._%+-])[\p{L}\p{M}\p{N}._%+-]++@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])"},
    {"ipv4",
     R"((?<![0-9])(?<![0-9]\.)(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?![0-9]|\.[0-9]))"},
    {"jwt", R"((?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))eyJ[A-Za-z0-9_-]++\.[A-Za-z0-9_-]++\.[A-Za-z0-9_-]*)"},
}};

bool digit(char c) { return c >= '0' && c <= '9'; }
bool hex(char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
// Is what stands in front of `at` a byte as a URL writes it, %20? Its digits are no part of a number.
bool behind_escape(std::string_view text, size_t at) { return at >= 3 && text[at - 3] == '%' && hex(text[at - 2]) && hex(text[at - 1]); }

// ISO/IEC 7812-1, annex B: from the right, every second digit doubled, the digits of that added.
bool checks(const char* digits, size_t count) {
  int sum = 0;
  for (size_t i = 0; i < count; ++i) {
    const int value = digits[count - 1 - i] - '0';
    const int twice = 2 * value;
    sum += i % 2 == 0 ? value : twice > 9 ? twice - 9 : twice;
  }
  return sum % 10 == 0;
}

// The longest number that begins right here.
std::optional<Place> card_at(std::string_view text, size_t begin) {
  std::array<char, kMostDigits> digits{};
  std::optional<Place> longest;
  size_t count = 0;
  for (size_t i = begin; i < text.size() && count < kMostDigits; ++i) {
    if (!digit(text[i])) {
      const bool between = (text[i] == ' ' || text[i] == '-') && i + 1 < text.size() && digit(text[i + 1]);
      if (!between) break;
      continue;
    }
    digits[count++] = text[i];
    const bool ends = i + 1 == text.size() || !digit(text[i + 1]);
    if (ends && count >= kLeastDigits && checks(digits.data(), count)) longest = Place{begin, i + 1};
  }
  return longest;
}

}  // namespace

Result<Finder> finder_of(std::string_view kind) {
  if (kind == "card") return Finder{};
  const auto* at = std::find_if(kPatterns.begin(), kPatterns.end(), [&](const auto& row) { return row.first == kind; });
  if (at == kPatterns.end()) return Error{Error::Kind::internal, fmt::format("nobody knows how {} looks", text::quoted(kind)), {}};
  auto regex = expr::Regex::compile(at->second, {});
  if (!regex) return regex.error();
  return Finder{std::move(*regex)};
}

Result<Finder> finder_for(std::string_view pattern) {
  auto regex = expr::Regex::compile(pattern, {});
  if (!regex) return regex.error();
  expr::RegexScratch scratch;
  if ((*regex)->match({}, 0, scratch) == expr::Regex::Found::yes)
    return Error{Error::Kind::usage, fmt::format("{} matches nothing at all too", text::quoted(pattern)),
                 "+ in place of * wants one at least"};
  return Finder{std::move(*regex)};
}

std::optional<Place> find_card(std::string_view text, size_t at) {
  for (; at + kLeastDigits <= text.size(); ++at) {
    // Cards begin with 2 to 6: most numbers of thirteen digits, which are times in milliseconds, do not.
    if (text[at] < '2' || text[at] > '6' || (at > 0 && digit(text[at - 1]) && !behind_escape(text, at))) continue;
    if (const auto found = card_at(text, at)) return found;
  }
  return std::nullopt;
}

bool Secrets::in(std::string_view text) {
  begin(text);
  return next(text).has_value();
}

void Secrets::begin(std::string_view text) {
  limited_ = false;
  for (size_t i = 0; i < next_.size(); ++i) next_[i] = find((*finders_)[i], text, 0);
}

// Each finder goes over the text by itself, whatever the others have found: what one hides of what another found would else keep the rest
// of it from being found.
std::optional<Place> Secrets::next(std::string_view text) {
  std::optional<Place> all;
  for (const auto& place : next_)
    if (place && (!all || place->begin < all->begin)) all = place;
  for (bool longer = all.has_value(); std::exchange(longer, false);)
    for (size_t i = 0; i < next_.size() && !limited_; ++i)
      for (; next_[i] && next_[i]->begin < all->end; longer = true) {
        all->end = std::max(all->end, next_[i]->end);
        next_[i] = find((*finders_)[i], text, next_[i]->end);
      }
  if (limited_) return std::nullopt;
  return all;
}

std::optional<Place> Secrets::find(const Finder& finder, std::string_view text, size_t at) {
  if (!finder.regex) return find_card(text, at);
  while (at <= text.size()) {
    const auto found = finder.regex->match(text, at, scratch_);
    limited_ |= found == expr::Regex::Found::limit;
    if (found != expr::Regex::Found::yes) return std::nullopt;
    const Place place{scratch_.offsets()[0], scratch_.offsets()[1]};
    if (place.end > place.begin && place.begin >= at) return place;
    // Of nothing there is nothing to hide: on behind the character.
    for (at = std::max(at, place.end) + 1; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;) ++at;
  }
  return std::nullopt;
}

}  // namespace leat
