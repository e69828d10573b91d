#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/expr/regex.h"

#include <pcre2.h>

#include <array>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat::expr {
namespace {

// Past these a pattern is taken to run away on its text.
constexpr uint32_t kMatchLimit = 10'000'000, kDepthLimit = 100'000, kHeapKiB = 64 * 1024;

pcre2_code* code(void* of) { return static_cast<pcre2_code*>(of); }

}  // namespace

bool Regex::only_text(std::string_view pattern) { return pattern.find_first_of("\\^$.[|()?*+{#") == std::string_view::npos; }

bool Regex::flags(std::string_view letters, Flags& out) {
  for (char letter : letters) {
    switch (letter) {
      case 'g':
        out.global = true;
        break;
      case 'i':
        out.options |= PCRE2_CASELESS;
        break;
      case 'x':
        out.options |= PCRE2_EXTENDED;
        break;
      case 's':
        break;  // ^ and $ only at the ends of the text: they are anyway
      case 'p':
        out.options |= PCRE2_DOTALL;
        break;
      case 'n':
        out.skip_empty = true;
        break;
      case 'l':
        break;  // longest of equals: PCRE2 answers the first, as Perl does
      default:
        return false;
    }
  }
  return true;
}

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern, const Flags& flags) {
  std::shared_ptr<Regex> regex(new Regex);
  regex->flags_ = flags;
  int error = 0;
  size_t at = 0;
  const uint32_t options = flags.options | PCRE2_UTF | PCRE2_UCP | PCRE2_DUPNAMES | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C;
  regex->code_ = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options, &error, &at, nullptr);
  if (!regex->code_) {
    std::array<unsigned char, 200> words{};
    pcre2_get_error_message(error, words.data(), words.size());
    return Error{
        Error::Kind::usage,
        fmt::format("{} (at offset {}) is not a valid regex: {}", text::quoted(pattern), at, reinterpret_cast<char*>(words.data())), ""};
  }
  pcre2_jit_compile(code(regex->code_), PCRE2_JIT_COMPLETE);  // without JIT the interpreter does it
  pcre2_pattern_info(code(regex->code_), PCRE2_INFO_CAPTURECOUNT, &regex->groups_);
  regex->names_.resize(regex->groups_);
  uint32_t count = 0, width = 0;
  PCRE2_SPTR table = nullptr;
  pcre2_pattern_info(code(regex->code_), PCRE2_INFO_NAMECOUNT, &count);
  pcre2_pattern_info(code(regex->code_), PCRE2_INFO_NAMEENTRYSIZE, &width);
  pcre2_pattern_info(code(regex->code_), PCRE2_INFO_NAMETABLE, &table);
  for (uint32_t i = 0; i < count; ++i, table += width)
    regex->names_[(table[0] << 8 | table[1]) - 1u] = reinterpret_cast<const char*>(table + 2);
  regex->plain_ = flags.options == 0 && only_text(pattern);
  if (regex->plain_) regex->literal_ = pattern;
  return std::shared_ptr<const Regex>(std::move(regex));
}

Regex::~Regex() { pcre2_code_free(code(code_)); }

RegexScratch::~RegexScratch() {
  pcre2_match_data_free(static_cast<pcre2_match_data*>(data_));
  pcre2_match_context_free(static_cast<pcre2_match_context*>(context_));
  pcre2_jit_stack_free(static_cast<pcre2_jit_stack*>(stack_));
}

Regex::Found Regex::match(std::string_view text, size_t at, RegexScratch& scratch) const {
  if (plain_) {
    const size_t found = text::find(text, literal_, at);
    if (found == std::string_view::npos) return Found::no;
    scratch.offsets_.assign({found, found + literal_.size()});
    return Found::yes;
  }
  if (!scratch.context_) {
    auto* context = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_depth_limit(context, kDepthLimit);
    pcre2_set_heap_limit(context, kHeapKiB);
    auto* stack = pcre2_jit_stack_create(32 * 1024, 1024 * 1024, nullptr);
    pcre2_jit_stack_assign(context, nullptr, stack);
    scratch.stack_ = stack;
    scratch.context_ = context;
  }
  if (!scratch.data_ || scratch.room_ < groups_ + 1) {
    pcre2_match_data_free(static_cast<pcre2_match_data*>(scratch.data_));
    scratch.data_ = pcre2_match_data_create_from_pattern(code(code_), nullptr);
    scratch.room_ = groups_ + 1;
  }
  auto* data = static_cast<pcre2_match_data*>(scratch.data_);
  const int result = pcre2_match(code(code_), reinterpret_cast<PCRE2_SPTR>(text.data() ? text.data() : ""), text.size(), at,
                                 PCRE2_NO_UTF_CHECK, data, static_cast<pcre2_match_context*>(scratch.context_));
  if (result == PCRE2_ERROR_NOMATCH) return Found::no;
  if (result < 0) return Found::limit;
  const size_t* offsets = pcre2_get_ovector_pointer(data);
  scratch.offsets_.assign(offsets, offsets + 2 * (groups_ + 1));
  return Found::yes;
}

std::shared_ptr<const Regex> RegexCache::find(std::string_view pattern, std::string_view letters, std::string& reason) {
  for (const Known& known : known_)
    if (known.pattern == pattern && known.flags == letters) return known.regex;
  Regex::Flags flags;
  if (!Regex::flags(letters, flags)) return reason = fmt::format("{} is not a valid modifier string", letters), nullptr;
  auto regex = Regex::compile(pattern, flags);
  if (!regex) return reason = regex.error().text, nullptr;
  Known known{std::string(pattern), std::string(letters), *regex};
  if (known_.size() < kKept)
    known_.push_back(std::move(known));
  else
    known_[next_++ % kKept] = std::move(known);
  return *regex;
}

}  // namespace leat::expr
