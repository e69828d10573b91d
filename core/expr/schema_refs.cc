#include "core/expr/schema_refs.h"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat::expr {
namespace {

constexpr size_t kMostSteps = 256;  // from one schema to the next without a step down: the validator recurses for each

// What a JSON pointer (RFC 6901) leads to; null: nothing.
const Value* at_pointer(const Value& document, std::string_view pointer) {
  const Value* at = &document;
  while (at && !pointer.empty()) {
    const size_t end = pointer.find('/', 1);
    std::string step;
    for (size_t i = 1; i < std::min(end, pointer.size()); ++i) {
      const bool escaped = pointer[i] == '~' && i + 1 < pointer.size();
      step += escaped ? (pointer[++i] == '1' ? '/' : '~') : pointer[i];
    }
    const auto index = text::whole(step);
    at = at->is_object() ? at->find(step) : at->is_array() && index && *index < at->items().size() ? &at->items()[*index] : nullptr;
    pointer = end == pointer.npos ? std::string_view() : pointer.substr(end);
  }
  return at;
}

class Search {
 public:
  explicit Search(const Value& document) : document_(document) {}

  // All there is: what is no schema refers to nothing, or to what is one.
  bool all_end(const Value& value) {
    if (value.is_object() && !length(value, 0)) return false;
    for (const Value& item : value.items())
      if (!all_end(item)) return false;
    for (const Entry& entry : value.entries())
      if (!all_end(entry.item)) return false;
    return true;
  }
  const std::string& ref() const { return ref_; }

 private:
  using Length = std::optional<size_t>;  // of the longest way of schemas that look at one value; nothing: it does not end, or too late

  Length length(const Value& schema, size_t before) {
    if (!schema.is_object()) return 0;
    const auto [at, fresh] = known_.emplace(&schema, std::nullopt);
    if (!fresh) return at->second && before + *at->second <= kMostSteps ? at->second : std::nullopt;
    if (before > kMostSteps) return std::nullopt;
    const Length found = follow(schema, before + 1);
    return known_[&schema] = found ? Length(*found + 1) : found;
  }

  Length follow(const Value& schema, size_t before) {
    if (const Value* ref = schema.find("$ref"); ref && ref->is_string()) {  // what stands beside it does not count
      const Value* to = ref->view().starts_with('#') ? at_pointer(document_, ref->view().substr(1)) : nullptr;
      const Length found = to ? length(*to, before) : 0;
      if (!found && ref_.empty()) ref_ = ref->view();
      return found;
    }
    size_t longest = 0;
    const auto take = [&](const Value& inner) {
      const Length found = length(inner, before);
      longest = std::max(longest, found.value_or(0));
      return found.has_value();
    };
    for (const char* key : {"allOf", "anyOf", "oneOf"})
      if (const Value* list = schema.find(key))
        for (const Value& item : list->items())
          if (!take(item)) return std::nullopt;
    for (const char* key : {"not", "if", "then", "else"})
      if (const Value* inner = schema.find(key); inner && !take(*inner)) return std::nullopt;
    return longest;
  }

  const Value& document_;
  std::map<const Value*, Length> known_;  // nothing: it is being followed
  std::string ref_;
};

}  // namespace

std::optional<std::string> endless_refs(const Value& document) {
  Search search(document);
  if (search.all_end(document)) return std::nullopt;
  return fmt::format("$ref {} leads back to where it stands, or through more than {} schemas, and no further into the record",
                     text::quoted(search.ref()), kMostSteps);
}

}  // namespace leat::expr
