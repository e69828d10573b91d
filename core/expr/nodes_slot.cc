#include "core/expr/nodes_slot.h"

#include <cmath>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/data/number.h"
#include "core/data/order.h"
#include "core/data/spelling.h"
#include "core/expr/run.h"

namespace leat::expr {
namespace {

using Kind = Column::Kind;
using Form = Column::Form;

std::string_view bytes(const Run& run, const Column& column) { return {run.row->slab->data() + column.begin, column.size}; }

// The characters of a string column, in `scratch` where they are not as they lie. A whole record may be any bytes.
std::string_view characters(std::string_view text, Form form, bool whole, std::string& scratch) {
  if (form != Form::plain)
    append_characters(text, form, scratch);
  else if (whole && !text::utf8(text))
    json::repair(text, scratch);
  else
    return text;
  return scratch;
}

}  // namespace

Got Slot::wrong(Run& run) const {
  // The column knows the kind of the value that has no fields, not which step met it: read the record again.
  const Slab& slab = *run.row->slab;
  if (path_.keys.size() == 1 && path_.optional[0]) return Got::none;
  std::string text(slab.record(run.row->record));
  if (slab.format) {
    const std::string record = std::exchange(text, {});
    slab.format->to_json(record, text);
  }
  Value value;
  json::Mistake mistake;
  if (!json::parse(text, json::Keep::borrowed, value, mistake)) return run.fail(mistake.what);
  for (size_t step = 0; step < path_.keys.size() && !value.is_null(); ++step) {
    const std::string& key = path_.keys[step];
    if (!value.is_object() && path_.optional[step]) return Got::none;
    if (!value.is_object()) return run.fail(fmt::format("Cannot index {} with string \"{}\"", kind_name(value.kind()), key));
    const Value* item = value.find(key);
    value = item ? Value(*item) : Value();
  }
  return run.fail("Cannot read the field");
}

Got Slot::container(Run& run, std::string_view text, Value& out) const {
  if (run.parsed.size() <= place_) run.parsed.resize(place_ + 1);
  Value& known = run.parsed[place_];
  if (known.is_null()) {
    json::Mistake mistake;
    if (!json::parse(text, json::Keep::borrowed, known, mistake)) return known = Value(), run.past(mistake.what);
    if (!run.within(known)) return Got::fail;
  }
  out = known;
  return Got::value;
}

Got Slot::eval(Env& env, Value&&, Value& out) const {
  Run& run = env.run;
  const Column& column = run.column(column_);
  if (column.form == Form::foreign) {
    if (run.parsed.size() <= place_) run.parsed.resize(place_ + 1);
    if (run.parsed[place_].is_null()) {
      std::string text;
      run.row->slab->format->to_json(bytes(run, column), text);
      json::Mistake mistake;
      if (!json::parse(text, json::Keep::copied, run.parsed[place_], mistake)) return run.parsed[place_] = Value(), run.past(mistake.what);
    }
    out = run.parsed[place_];
    return Got::value;
  }
  switch (column.kind) {
    case Kind::missing:
    case Kind::null:
      out = Value();
      break;
    case Kind::no:
      out = Value(false);
      break;
    case Kind::yes:
      out = Value(true);
      break;
    case Kind::number:
      out = Value::literal(bytes(run, column));
      break;
    case Kind::string: {
      std::string scratch;
      const std::string_view text = characters(bytes(run, column), column.form, whole(), scratch);
      out = text.data() == scratch.data() ? Value::text(text) : Value::borrow(text);
      break;
    }
    case Kind::array:
    case Kind::object:
      return container(run, bytes(run, column), out);
    case Kind::wrong:
      return wrong(run);
  }
  return Got::value;
}

Got Slot::truth(Env& env, Value&&, bool& yes) const {
  const Column& column = env.run.column(column_);
  if (column.kind == Kind::wrong) return wrong(env.run);
  yes = column.form == Form::foreign || (column.kind != Kind::missing && column.kind != Kind::null && column.kind != Kind::no);
  return Got::value;
}

Got Slot::print(Env& env, Value&& in, std::string& out) const {
  Run& run = env.run;
  const Column& column = run.column(column_);
  const std::string_view text = column.kind == Kind::wrong ? std::string_view() : bytes(run, column);
  switch (column.kind) {
    case Kind::missing:
    case Kind::null:
      out += "null";
      return Got::value;
    case Kind::no:
      out += "false";
      return Got::value;
    case Kind::yes:
      out += "true";
      return Got::value;
    case Kind::number:
      out += text;
      return Got::value;
    case Kind::wrong:
      return wrong(run);
    case Kind::array:
    case Kind::object:
      if (column.form == Form::foreign) break;
      json::compact(text, out);
      return Got::value;
    case Kind::string:
      if (column.form == Form::plain && !whole()) return json::write_string(text, out), Got::value;
      if (column.form != Form::escaped) break;
      out += '"', out += text, out += '"';
      return Got::value;
  }
  return Node::print(env, std::move(in), out);
}

Got SlotCheck::fits(Env& env) const { return env.run.column(slot_->column()).kind == Kind::wrong ? slot_->wrong(env.run) : Got::value; }

Got SlotCheck::eval(Env& env, Value&& in, Value& out) const {
  const Got fit = fits(env);
  return fit == Got::value ? rest_->eval(env, std::move(in), out) : fit;
}

Flow SlotCheck::each(Env& env, Spot&& in, Emit emit) const {
  const Got fit = fits(env);
  return fit == Got::value ? rest_->each(env, std::move(in), emit) : flow(fit);
}

Got SlotCheck::truth(Env& env, Value&& in, bool& yes) const {
  const Got fit = fits(env);
  return fit == Got::value ? rest_->truth(env, std::move(in), yes) : fit;
}

Got SlotCheck::print(Env& env, Value&& in, std::string& out) const {
  const Got fit = fits(env);
  return fit == Got::value ? rest_->print(env, std::move(in), out) : fit;
}

Got SlotPresent::eval(Env& env, Value&& in, Value& out) const {
  const Kind kind = env.run.column(slot_->column()).kind;
  if (kind == Kind::wrong) return slow_->eval(env, std::move(in), out);
  out = Value(kind != Kind::missing);  // null has no keys either
  return Got::value;
}

bool holds(Op op, int order) {
  switch (op) {
    case Op::equal:
      return order == 0;
    case Op::differ:
      return order != 0;
    case Op::less:
      return order < 0;
    case Op::most:
      return order <= 0;
    case Op::more:
      return order > 0;
    default:
      return order >= 0;
  }
}

SlotCompare::SlotCompare(std::unique_ptr<const Slot> slot, Op op, Value constant)
    : Node(slot->yield()),
      slot_(std::move(slot)),
      op_(op),
      constant_(std::move(constant)),
      is_whole_(constant_.is_number() && constant_.exact(whole_)),
      real_(constant_.is_number() ? constant_.number() : std::nan("")) {
  constant_.freeze();
}

SlotCompare::~SlotCompare() { constant_.thaw(); }

// The order where the column's bytes tell it at once.
bool SlotCompare::quick(Run& run, int& order) const {
  const Column& column = run.column(slot_->column());
  if (column.form != Form::plain) return false;
  if (column.kind == Kind::number) {
    int64_t value;
    if (is_whole_ && number::whole(bytes(run, column), value)) return order = value < whole_ ? -1 : value > whole_, true;
    const double real = number::real(bytes(run, column));
    order = real < real_ ? -1 : 1;
    return real < real_ || real > real_;  // equal when rounded: all their digits decide
  }
  if (column.kind != Kind::string || !constant_.is_string() || slot_->whole()) return false;
  order = bytes(run, column).compare(constant_.view());
  return true;
}

Got SlotCompare::truth(Env& env, Value&& in, bool& yes) const {
  int order;
  if (!quick(env.run, order)) {
    Value value;
    if (const Got end = slot_->eval(env, std::move(in), value); end != Got::value) return end;
    order = op_ == Op::equal || op_ == Op::differ ? !equal(value, constant_) : compare(value, constant_);
  }
  yes = holds(op_, order);
  return Got::value;
}

Got SlotCompare::eval(Env& env, Value&& in, Value& out) const {
  bool yes = false;
  const Got end = truth(env, std::move(in), yes);
  out = Value(yes);
  return end;
}

}  // namespace leat::expr
