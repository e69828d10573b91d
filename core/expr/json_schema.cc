// The one file that names the validator. It looks at our values as they are, through an adapter. Its own regular expressions recurse
// once for each byte, so that a long text ends the program, and it compares every member of an array to every other: those rules are
// ours, under names it does not know.
#include "core/expr/json_schema.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <iterator>
#include <new>
#include <regex>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#define VALIJSON_USE_EXCEPTIONS 1
#include <fmt/format.h>
#include <valijson/constraint_builder.hpp>
#include <valijson/internal/basic_adapter.hpp>
#include <valijson/internal/frozen_value.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/data/order.h"
#include "core/expr/regex.h"
#include "core/expr/schema_refs.h"

namespace leat::expr {
namespace {

using valijson::adapters::Adapter;

class ValueAdapter;
using Member = std::pair<std::string, ValueAdapter>;

// Over items or entries, answering adapters of them.
template <class Element, class Answer>
class Walk {
 public:
  using iterator_category = std::bidirectional_iterator_tag;
  using value_type = Answer;
  using difference_type = std::ptrdiff_t;
  using pointer = Answer*;
  using reference = Answer;

  explicit Walk(const Element* at) : at_(at) {}
  Answer operator*() const;
  valijson::adapters::DerefProxy<Answer> operator->() const { return valijson::adapters::DerefProxy<Answer>(**this); }
  bool operator==(const Walk& other) const { return at_ == other.at_; }
  bool operator!=(const Walk& other) const { return at_ != other.at_; }
  Walk& operator++() { return ++at_, *this; }
  Walk operator++(int) { return Walk(at_++); }
  Walk& operator--() { return --at_, *this; }
  void advance(std::ptrdiff_t n) { at_ += n; }

 private:
  const Element* at_;
};

class Items {
 public:
  using const_iterator = Walk<Value, ValueAdapter>;
  Items() = default;
  explicit Items(const Value& value) : items_(value.items()) {}
  const_iterator begin() const { return const_iterator(items_.data()); }
  const_iterator end() const { return const_iterator(items_.data() + items_.size()); }
  size_t size() const { return items_.size(); }

 private:
  std::span<const Value> items_;
};

class Members {
 public:
  using const_iterator = Walk<Entry, Member>;
  Members() = default;
  explicit Members(const Value& value) : value_(&value) {}
  const_iterator begin() const { return const_iterator(entries().data()); }
  const_iterator end() const { return const_iterator(entries().data() + entries().size()); }
  const_iterator find(const std::string& name) const {
    const Value* item = value_ ? value_->find(name) : nullptr;
    return item ? const_iterator(reinterpret_cast<const Entry*>(reinterpret_cast<const char*>(item) - offsetof(Entry, item))) : end();
  }
  size_t size() const { return entries().size(); }

 private:
  std::span<const Entry> entries() const { return value_ ? value_->entries() : std::span<const Entry>(); }
  const Value* value_ = nullptr;
};

// The validator's copy of a constant of the schema.
class Constant final : public valijson::adapters::FrozenValue {
 public:
  explicit Constant(const Value& value) : value_(value) { value_.own(); }
  FrozenValue* clone() const override { return new Constant(value_); }
  bool equalTo(const Adapter& other, bool strict) const override;

 private:
  Value value_;
};

// What the validator's own adapter is built on. It points to a value that outlives it, and counts nobody.
class Seen {
 public:
  static const Value& none() {
    static const Value null;
    return null;
  }
  Seen() : value_(&none()) {}
  explicit Seen(const Value& value) : value_(&value) {}

  valijson::adapters::FrozenValue* freeze() const { return new Constant(*value_); }
  opt::optional<Items> getArrayOptional() const { return isArray() ? opt::optional<Items>(Items(*value_)) : opt::optional<Items>(); }
  opt::optional<Members> getObjectOptional() const {
    return isObject() ? opt::optional<Members>(Members(*value_)) : opt::optional<Members>();
  }
  bool getArraySize(size_t& size) const { return size = value_->size(), isArray(); }
  bool getObjectSize(size_t& size) const { return size = value_->size(), isObject(); }
  bool getBool(bool& truth) const { return truth = value_->truthy(), isBool(); }
  bool getDouble(double& number) const { return isDouble() && (number = value_->number(), true); }
  bool getInteger(int64_t& number) const { return value_->is_number() && value_->whole(number); }
  bool getString(std::string& text) const { return isString() && (text = value_->view(), true); }
  static bool hasStrictTypes() { return true; }
  bool isArray() const { return value_->is_array(); }
  bool isBool() const { return value_->is_bool(); }
  bool isDouble() const { return value_->is_number() && !isInteger(); }
  bool isInteger() const {
    int64_t number;
    return getInteger(number);
  }
  bool isNull() const { return value_->is_null(); }
  bool isNumber() const { return value_->is_number(); }
  bool isObject() const { return value_->is_object(); }
  bool isString() const { return value_->is_string(); }

 private:
  const Value* value_;
};

class ValueAdapter final : public valijson::adapters::BasicAdapter<ValueAdapter, Items, Member, Members, Seen> {
 public:
  ValueAdapter() : ValueAdapter(Seen::none()) {}
  explicit ValueAdapter(const Value& value) : BasicAdapter(Seen(value)), value_(&value) {}

  const Value& value() const { return *value_; }

  // By our own rules, under which all digits of a number count.
  bool equalTo(const Adapter& other, bool strict) const override {
    const auto* ours = dynamic_cast<const ValueAdapter*>(&other);
    return ours ? equal(*value_, *ours->value_) : BasicAdapter::equalTo(other, strict);
  }

 private:
  const Value* value_;
};

bool Constant::equalTo(const Adapter& other, bool strict) const { return ValueAdapter(value_).equalTo(other, strict); }

template <>
ValueAdapter Walk<Value, ValueAdapter>::operator*() const {
  return ValueAdapter(*at_);
}
template <>
Member Walk<Entry, Member>::operator*() const {
  return {std::string(at_->key.view()), ValueAdapter(at_->item)};
}

}  // namespace
}  // namespace leat::expr

template <>
struct valijson::adapters::AdapterTraits<leat::expr::ValueAdapter> {
  using DocumentType = leat::Value;
  static std::string adapterName() { return "Value"; }
};

namespace leat::expr {
namespace {

// A rule of our own.
class Rule final : public valijson::constraints::PolyConstraint {
 public:
  using Test = std::function<bool(const Value&)>;
  Rule(Test test, std::string says) : test_(std::make_shared<const Test>(std::move(test))), says_(std::move(says)) {}

  bool validate(const Adapter& target, const std::vector<std::string>& context, valijson::ValidationResults* results) const override {
    const auto* ours = dynamic_cast<const ValueAdapter*>(&target);
    if (ours ? (*test_)(ours->value()) : (*test_)(Value::text(target.asString()))) return true;  // else the name of a property
    if (results) results->pushError(context, says_);
    return false;
  }

 private:
  valijson::constraints::Constraint* cloneInto(void* place) const override { return new (place) Rule(*this); }
  size_t sizeOf() const override { return sizeof(Rule); }

  std::shared_ptr<const Test> test_;  // shared by the copies the validator makes
  std::string says_;
};

Rule* pattern(const std::string& text) {
  auto regex = Regex::compile(text, {});
  if (!regex) throw std::runtime_error(regex.error().text);
  auto test = [regex = std::move(*regex)](const Value& value) {
    thread_local RegexScratch scratch;
    return !value.is_string() || regex->match(value.view(), 0, scratch) == Regex::Found::yes;
  };
  return new Rule(std::move(test), "does not match the pattern " + text);
}

Rule* format(const std::string& name) {
  const std::string before = name == "time" ? "1970-01-01T" : "", behind = name == "date" ? "T00:00:00Z" : "";
  const bool known = name == "time" || name == "date" || name == "date-time";  // any other is a note to people
  auto test = [before, behind, known](const Value& value) {
    return !known || !value.is_string() || text::rfc3339(before + std::string(value.view()) + behind).has_value();
  };
  return new Rule(std::move(test), "does not have the format " + name);
}

Rule* unique_items(const std::string&) {
  auto test = [](const Value& value) {
    std::vector<const Value*> items;
    for (const Value& item : value.items()) items.push_back(&item);
    std::sort(items.begin(), items.end(), [](const Value* a, const Value* b) { return compare(*a, *b) < 0; });
    return std::adjacent_find(items.begin(), items.end(), [](const Value* a, const Value* b) { return equal(*a, *b); }) == items.end();
  };
  return new Rule(test, "has two equal items, against uniqueItems");
}

struct Keyword {
  std::string_view name;
  const char* ours;
  Rule* (*make)(const std::string& value);
};
constexpr std::array kKeywords{Keyword{"pattern", "leat:pattern", pattern}, Keyword{"format", "leat:format", format},
                               Keyword{"uniqueItems", "leat:unique", unique_items}};

class Builder final : public valijson::ConstraintBuilder {
 public:
  explicit Builder(const Keyword& keyword) : keyword_(keyword) {}
  valijson::constraints::Constraint* make(const Adapter& value) const override { return keyword_.make(value.asString()); }

 private:
  const Keyword& keyword_;
};

// The schema with the keywords that are ours under our names; what is data in it, and the names of properties, stay as they are.
class Ours {
 public:
  Value schema(const Value& value) {
    if (value.is_array()) return array(value);
    if (!value.is_object()) return value;
    Value made = Value::object(value.size());
    for (const Entry& entry : value.entries()) {
      const std::string_view key = entry.key.view();
      const auto* ours = std::find_if(kKeywords.begin(), kKeywords.end(), [&](const Keyword& keyword) { return keyword.name == key; });
      if (ours != kKeywords.end() && (entry.item.is_string() || entry.item.truthy()))
        made.put(Value::borrow(ours->ours), entry.item);
      else if (key == "enum" || key == "const" || key == "default" || key == "examples")
        made.put(entry.key, entry.item);
      else if (key == "properties" || key == "patternProperties" || key == "definitions" || key == "dependencies")
        made.put(entry.key, named(entry.item, key == "patternProperties"));
      else
        made.put(entry.key, schema(entry.item));
    }
    return made;
  }
  bool matches_names() const { return matches_names_; }

 private:
  Value array(const Value& value) {
    Value made = Value::array(value.size());
    for (const Value& item : value.items()) made.push(schema(item));
    return made;
  }

  Value named(const Value& value, bool patterns) {
    if (!value.is_object()) return value;
    Value made = Value::object(value.size());
    for (const Entry& entry : value.entries()) {
      if (patterns) std::regex(std::string(entry.key.view())), matches_names_ = true;  // throws if it is none
      made.put(entry.key, schema(entry.item));
    }
    return made;
  }

  bool matches_names_ = false;
};

constexpr size_t kLongestName = 256;           // that the validator's own expressions may look at
constexpr uint32_t kMostExplained = 1u << 16;  // values in a record, each of which may break a rule

bool short_names(const Value& value) {
  for (const Value& item : value.items())
    if (!short_names(item)) return false;
  for (const Entry& entry : value.entries())
    if (entry.key.size() > kLongestName || !short_names(entry.item)) return false;
  return true;
}

// What was read of a schema; all lanes look at it and nobody changes it.
struct Rules {
  valijson::Schema schema;
  bool matches_names = false;
};

class Draft7 final : public JsonSchema {
 public:
  explicit Draft7(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

  bool fits(const Value& value) override {
    if (value.depth() > kDeepest) return refuse("limit", fmt::format("deeper than {} levels", kDeepest));
    if (rules_->matches_names && !short_names(value)) return refuse("limit", fmt::format("a name of over {} bytes", kLongestName));
    try {
      const ValueAdapter adapter(value);
      if (validator_.validate(rules_->schema, adapter, nullptr)) return true;
      if (value.weight() > kMostExplained) return refuse("schema", "breaks a rule, in a record too large to say where");
      valijson::ValidationResults results;
      validator_.validate(rules_->schema, adapter, &results);
      return refuse("schema", results.numErrors() > 0 ? explained(*results.begin()) : "breaks a rule");
    } catch (const std::exception& error) {
      return refuse("schema", error.what());
    }
  }

  std::unique_ptr<JsonSchema> clone() const override { return std::make_unique<Draft7>(rules_); }

 private:
  static constexpr uint32_t kDeepest = 256;  // the validator recurses through several frames a level

  // Its context is <root>, then [name] or [index] for each step: a JSON pointer (RFC 6901) without its escapes.
  static std::string explained(const valijson::ValidationResults::Error& error) {
    std::string text;
    for (size_t i = 1; i < error.context.size(); ++i) {
      text += '/';
      for (const char c : std::string_view(error.context[i]).substr(1, error.context[i].size() - 2))
        c == '~' ? text += "~0" : c == '/' ? text += "~1" : text += c;
    }
    if (!text.empty()) text += ": ";
    text += error.description;
    if (text.back() == '.') text.pop_back();
    return text;
  }

  const std::shared_ptr<const Rules> rules_;
  valijson::Validator validator_;
};

}  // namespace

Result<std::unique_ptr<JsonSchema>> JsonSchema::compile(std::string_view text) {
  Value document;
  json::Mistake mistake;
  if (!json::parse(text, json::Keep::copied, document, mistake))
    return Error{Error::Kind::config, fmt::format("byte {}: {}", mistake.at, mistake.what), {}};
  if (const auto why = endless_refs(document)) return Error{Error::Kind::config, fmt::format("no JSON Schema: {}", *why), {}};
  try {
    Ours ours;
    const Value schema = ours.schema(document);
    auto rules = std::make_shared<Rules>();
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    for (const Keyword& keyword : kKeywords) parser.addConstraintBuilder(keyword.ours, new Builder(keyword));
    parser.populateSchema(ValueAdapter(schema), rules->schema);
    rules->matches_names = ours.matches_names();
    return std::unique_ptr<JsonSchema>(std::make_unique<Draft7>(std::move(rules)));
  } catch (const std::exception& error) {
    return Error{Error::Kind::config, fmt::format("no JSON Schema: {}", error.what()), {}};
  }
}

}  // namespace leat::expr
