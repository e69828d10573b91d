#include "core/expr/regex_node.h"

#include <fmt/format.h>

#include "core/expr/access.h"
#include "core/expr/compiler.h"
#include "core/expr/nodes_build.h"
#include "core/expr/run.h"

namespace leat::expr {
namespace {

using Found = Regex::Found;

Flow runaway(Run& run) { return run.past("the regular expression took too long on this text"), Flow::fail; }

// f(begin, end, matches' offsets) for each match; all of them where `global`.
template <class F>
Flow matches(Run& run, const Regex& regex, std::string_view text, bool global, F&& f) {
  for (size_t at = 0; at <= text.size();) {
    const Found found = regex.match(text, at, run.regexes.scratch);
    if (found == Found::limit) return runaway(run);
    if (found == Found::no) return Flow::go;
    // The reader may match other texts with the same scratch.
    const std::vector<size_t> offsets(run.regexes.scratch.offsets().begin(), run.regexes.scratch.offsets().end());
    if (!run.spend(1 + offsets.size())) return Flow::fail;
    if (offsets[1] != offsets[0] || !regex.flags().skip_empty)
      if (const Flow end = f(offsets); end != Flow::go) return end;
    if (!global) return Flow::go;
    at = offsets[1];
    if (offsets[1] == offsets[0])
      for (++at; at < text.size() && (text[at] & 0xC0) == 0x80;) ++at;
  }
  return Flow::go;
}

// Code points up to a byte, going on from the last one asked for.
class Counter {
 public:
  explicit Counter(std::string_view text) : text_(text) {}
  int64_t upto(size_t byte) {
    if (byte < at_) at_ = 0, count_ = 0;
    count_ += static_cast<int64_t>(characters(text_.substr(at_, byte - at_)));
    at_ = byte;
    return count_;
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
  int64_t count_ = 0;
};

Value one_match(Counter& counter, std::string_view text, size_t begin, size_t end) {
  Value out = Value::object(4);
  const bool took_part = begin != RegexScratch::kUnset;
  const int64_t offset = took_part ? counter.upto(begin) : -1;
  out.put(Value::borrow("offset"), Value::integer(offset));
  if (!took_part) out.put(Value::borrow("string"), Value());
  out.put(Value::borrow("length"), Value::integer(took_part ? counter.upto(end) - offset : 0));
  if (took_part) out.put(Value::borrow("string"), Value::text(text.substr(begin, end - begin)));
  return out;
}

Value match_value(Counter& counter, const Regex& regex, std::string_view text, const std::vector<size_t>& offsets) {
  Value out = one_match(counter, text, offsets[0], offsets[1]);
  Value captures = Value::array(regex.groups());
  for (size_t i = 0; i < regex.groups(); ++i) {
    Value group = one_match(counter, text, offsets[2 * i + 2], offsets[2 * i + 3]);
    group.put(Value::borrow("name"), regex.names()[i].empty() ? Value() : Value::text(regex.names()[i]));
    captures.push(std::move(group));
  }
  out.put(Value::borrow("captures"), std::move(captures));
  return out;
}

Value group_text(std::string_view text, const std::vector<size_t>& offsets, size_t group) {
  const size_t begin = offsets[2 * group], end = offsets[2 * group + 1];
  return begin == RegexScratch::kUnset ? Value() : Value::text(text.substr(begin, end - begin));
}

Value capture_value(const Regex& regex, std::string_view text, const std::vector<size_t>& offsets) {
  Value out = Value::object();
  for (size_t i = 0; i < regex.groups(); ++i)
    if (!regex.names()[i].empty()) out.put(Value::text(regex.names()[i]), group_text(text, offsets, i + 1));
  return out;
}

Value scan_value(const Regex& regex, std::string_view text, const std::vector<size_t>& offsets) {
  if (regex.groups() == 0) return group_text(text, offsets, 0);
  Value out = Value::array(regex.groups());
  for (size_t i = 1; i <= regex.groups(); ++i) out.push(group_text(text, offsets, i));
  return out;
}

// The pattern and flags behind the arguments: "re", or ["re", "flags"] where no flags are given.
bool read_pattern(Run& run, const Value& given, const Value& given_flags, bool may_be_list, std::string& pattern, std::string& flags) {
  const Value *word = &given, *letters = &given_flags;
  static const Value kNone;
  if (given.is_array() && may_be_list && given.size() > 0) {
    word = &given.items()[0];
    if (given.size() > 1) letters = &given.items()[1];
  } else if (may_be_list && !given.is_string()) {
    return run.fail(fmt::format("{} not a string or array", kind_name(given.kind()))), false;
  }
  if (!word->is_string()) return run.fail(fmt::format("{} cannot be matched, as it is not a string", shown(*word))), false;
  if (!letters->is_null() && !letters->is_string()) return run.fail(shown(*letters) + " is not a string"), false;
  pattern = word->view();
  flags = letters->is_string() ? letters->view() : "";
  return true;
}

// use(regex) for each pattern and flags the two nodes give.
template <class F>
Flow each_regex(Env& env, const Value& in, const Node& pattern, const Node* flags, F&& use) {
  const auto with = [&](const Value& word, const Value& letters) {
    std::string text, options, reason;
    if (!read_pattern(env.run, word, letters, !flags, text, options)) return Flow::fail;
    const auto regex = env.run.regexes.find(text, options, reason);
    if (!regex) return env.run.fail(reason), Flow::fail;
    return use(*regex);
  };
  if (!flags) return for_each(pattern, env, Value(in), [&](Value&& word) { return with(word, Value()); });
  return for_each(*flags, env, Value(in),
                  [&](Value&& letters) { return for_each(pattern, env, Value(in), [&](Value&& word) { return with(word, letters); }); });
}

Node::Yield yield_of(RegexWay way, const Node& input, const Node& pattern, const Node* flags) {
  if (way != RegexWay::test && way != RegexWay::split) return Node::Yield::many;
  return wider(input.yield(), wider(pattern.yield(), flags ? flags->yield() : Node::Yield::one));
}

Got not_text(Run& run, const Value& text) { return run.fail(shown(text) + " cannot be matched, as it is not a string"); }

}  // namespace

RegexNode::RegexNode(RegexWay way, NodePtr input, NodePtr pattern, NodePtr flags, std::shared_ptr<const Regex> fixed)
    : Node(yield_of(way, *input, *pattern, flags.get())),
      way_(way),
      input_(std::move(input)),
      pattern_(std::move(pattern)),
      flags_(std::move(flags)),
      fixed_(std::move(fixed)) {}

template <class F>
Flow RegexNode::with_regex(Env& env, const Value& in, F&& use) const {
  return fixed_ ? use(*fixed_) : each_regex(env, in, *pattern_, flags_.get(), use);
}

Got RegexNode::truth(Env& env, Value&& in, bool& yes) const {
  if (!fixed_ || way_ != RegexWay::test) return Node::truth(env, std::move(in), yes);
  Value text;
  if (const Got end = input_->eval(env, std::move(in), text); end != Got::value) return end;
  if (!text.is_string()) return not_text(env.run, text);
  if (fixed_->flags().skip_empty) {  // an empty match does not count
    yes = false;
    return got(matches(env.run, *fixed_, text.view(), true, [&](const auto&) { return yes = true, Flow::stop; })) == Got::fail ? Got::fail
                                                                                                                               : Got::value;
  }
  const Found found = fixed_->match(text.view(), 0, env.run.regexes.scratch);
  yes = found == Found::yes;
  return found == Found::limit ? got(runaway(env.run)) : Got::value;
}

Got RegexNode::eval(Env& env, Value&& in, Value& out) const {
  if (!fixed_ || way_ != RegexWay::test) return Node::eval(env, std::move(in), out);
  bool yes = false;
  const Got end = truth(env, std::move(in), yes);
  if (end == Got::value) out = Value(yes);
  return end;
}

Flow RegexNode::run(Env& env, const Regex& regex, const Value& value, const Spot& in, Emit emit) const {
  if (!value.is_string()) return flow(not_text(env.run, value));
  const std::string_view text = value.view();
  if (way_ == RegexWay::test) {
    bool found = false;
    const Flow end = matches(env.run, regex, text, false, [&](const auto&) { return found = true, Flow::go; });
    return end == Flow::go ? emit(in.with(Value(found))) : end;
  }
  if (way_ == RegexWay::splits || way_ == RegexWay::split) return pieces(env, regex, value, in, emit);
  Counter counter(text);
  return matches(env.run, regex, text, regex.flags().global || global(), [&](const std::vector<size_t>& offsets) {
    if (way_ == RegexWay::match) return emit(in.with(match_value(counter, regex, text, offsets)));
    return emit(in.with(way_ == RegexWay::capture ? capture_value(regex, text, offsets) : scan_value(regex, text, offsets)));
  });
}

Flow RegexNode::pieces(Env& env, const Regex& regex, const Value& value, const Spot& in, Emit emit) const {
  const std::string_view text = value.view();
  size_t from = 0;
  Value list = Value::array();
  const auto give = [&](size_t to) {
    Value piece = Value::text(text.substr(from, to - from));
    if (way_ == RegexWay::splits) return emit(in.with(std::move(piece)));
    list.push(std::move(piece));
    return Flow::go;
  };
  Flow end = matches(env.run, regex, text, true, [&](const std::vector<size_t>& offsets) {
    const Flow given = give(offsets[0]);
    from = offsets[1];
    return given;
  });
  if (end == Flow::go) end = give(text.size());
  return end == Flow::go && way_ == RegexWay::split ? emit(in.with(std::move(list))) : end;
}

Flow RegexNode::each(Env& env, Spot&& in, Emit emit) const {
  return with_regex(env, in.value, [&](const Regex& regex) {
    return for_each(*input_, env, Value(in.value), [&](Value&& text) { return run(env, regex, text, in, emit); });
  });
}

Substitute::Substitute(bool global, NodePtr input, NodePtr pattern, NodePtr flags, NodePtr with)
    : Node(Yield::many),
      global_(global),
      input_(std::move(input)),
      pattern_(std::move(pattern)),
      flags_(std::move(flags)),
      with_(std::move(with)) {}

Flow Substitute::each(Env& env, Spot&& in, Emit emit) const {
  return each_regex(env, in.value, *pattern_, flags_.get(), [&](const Regex& regex) {
    return for_each(*input_, env, Value(in.value), [&](Value&& text) { return run(env, regex, text, in, emit); });
  });
}

// The n-th output of the replacement goes into the n-th result, for every match.
Flow Substitute::run(Env& env, const Regex& regex, const Value& value, const Spot& in, Emit emit) const {
  if (!value.is_string()) return flow(not_text(env.run, value));
  const std::string_view text = value.view();
  std::vector<Value> results;
  size_t from = 0;
  const Flow end = matches(env.run, regex, text, global_ || regex.flags().global, [&](const std::vector<size_t>& offsets) {
    const std::string_view gap = text.substr(from, offsets[0] - from);
    from = offsets[1];
    size_t nth = 0;
    return for_each(*with_, env, capture_value(regex, text, offsets), [&](Value&& insert) {
      if (nth == results.size()) results.push_back(Value::text(""));
      Value piece;
      if (binary(env.run, Op::add, Value::text(gap), std::move(insert), piece) != Got::value) return Flow::fail;
      results[nth++].append(piece.view());
      return env.run.spend(1 + piece.size() / 8) ? Flow::go : Flow::fail;
    });
  });
  if (end != Flow::go) return end;
  if (results.empty()) return emit(in.with(value));
  for (Value& result : results) {
    result.append(text.substr(from));
    if (const Flow given = emit(in.with(std::move(result))); given != Flow::go) return given;
  }
  return Flow::go;
}

// A constant pattern is compiled with the expression, and a wrong one is the expression's mistake.
NodePtr compile_regex(Compiler& compiler, const Ast& call, const Context& in, RegexWay way) {
  std::vector<NodePtr> arguments = compiler.arguments(call, in);
  if (arguments.size() != call.kids.size()) return nullptr;
  NodePtr flags = arguments.size() > 1 ? std::move(arguments[1]) : nullptr;
  std::shared_ptr<const Regex> fixed;
  const Value *pattern = arguments[0]->constant(), *letters = flags ? flags->constant() : nullptr;
  const bool plain = pattern && pattern->is_string() && (!flags || (letters && (letters->is_string() || letters->is_null())));
  if (plain) {
    Regex::Flags options;
    if (letters && !Regex::flags(letters->view(), options))
      return compiler.fail(call.kids[1]->at, fmt::format("'{}' are no flags of a regular expression", letters->view()),
                           "known are g i x s n p l");
    auto regex = Regex::compile(pattern->view(), options);
    if (!regex) return compiler.fail(call.kids[0]->at, regex.error().text, "");
    fixed = *regex;
  }
  return std::make_unique<RegexNode>(way, compiler.input(in), std::move(arguments[0]), std::move(flags), std::move(fixed));
}

NodePtr compile_substitute(Compiler& compiler, const Ast& call, const Context& in, bool global) {
  NodePtr pattern = compiler.node(compiler.argument(call, 0), in);
  NodePtr with = pattern ? compiler.node(compiler.argument(call, 1), Context{}) : nullptr;
  NodePtr flags = with && call.kids.size() > 2 ? compiler.node(compiler.argument(call, 2), in) : nullptr;
  if (!with || (call.kids.size() > 2 && !flags)) return nullptr;
  if (const Value* constant = pattern->constant(); constant && constant->is_string() && !flags) {
    auto regex = Regex::compile(constant->view(), {});
    if (!regex) return compiler.fail(call.kids[0]->at, regex.error().text, "");
  }
  return std::make_unique<Substitute>(global, compiler.input(in), std::move(pattern), std::move(flags), std::move(with));
}

}  // namespace leat::expr
