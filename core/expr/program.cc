#include "core/expr/program.h"

#include "core/base/meter.h"
#include "core/data/json.h"
#include "core/expr/compiled.h"
#include "core/expr/named_constants.h"
#include "core/expr/needle.h"
#include "core/expr/parser.h"
#include "core/expr/run.h"

namespace leat::expr {
namespace {

const Compiled& compiled(const Program& program) { return static_cast<const Compiled&>(program); }

}  // namespace

Result<std::shared_ptr<const Program>> Program::compile(std::string_view text, FieldPlan& plan, const CompileOptions& options) {
  auto tree = parse(text);
  if (!tree) return tree.error();
  put_named_constants(*tree);
  auto made = Compiler(text, plan, options).all(**tree);
  if (!made) return made.error();
  return std::shared_ptr<const Program>(
      std::make_shared<Compiled>(std::move(*made), expr::needle(**tree)));  // shared: clones of a stage run one program
}

struct Machine::State {
  explicit State(const Limits& limits) : run(limits) {}
  Run run;
  std::string message;

  // use(env, root) with everything set up for one record.
  template <class F>
  auto with(const Program& program, const Row& row, F&& use) {
    const Compiled& code = compiled(program);
    run.row = &row;
    run.error = Value(), run.bounded = false;
    run.steps = 0, run.depth = 0, run.labels = 0, run.leaving = -1;
    run.memory = meter::taken, run.copied = Value::copied();
    run.stack = static_cast<const char*>(__builtin_frame_address(0));
    for (Value& value : run.parsed) value = Value();
    Locals locals(code.variables());
    Env env{run, locals.data(), nullptr, nullptr};
    return use(env, code.root());
  }

  // Takes the error out either way: it may be a constant of the program, which may be gone by the next run.
  bool failed(bool is) {
    const Value error = std::move(run.error);
    if (!is) return false;
    message.clear();
    if (error.is_string())
      message = error.view();
    else
      json::write(error, message);
    return true;
  }
};

Machine::Machine(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
Machine::~Machine() = default;

void Machine::set(std::string_view variable, Value value) {
  value.own();
  for (auto& [name, known] : state_->run.variables)
    if (name == variable) {
      known = std::move(value);
      return;
    }
  state_->run.variables.emplace_back(variable, std::move(value));
}

void Machine::now(Instant instant) { state_->run.now = instant; }

Machine::Truth Machine::test(const Program& program, const Row& row) {
  bool yes = false;
  const bool failed = state_->with(program, row, [&](Env& env, const Node& root) {
    if (root.single()) return root.truth(env, Value(), yes) == Got::fail;
    return for_each(root, env, Value(), [&](Value&& value) { return (yes = value.truthy()) ? Flow::stop : Flow::go; }) == Flow::fail;
  });
  if (state_->failed(failed)) return Truth::failed;
  return yes ? Truth::yes : Truth::no;
}

Machine::One Machine::one(const Program& program, const Row& row, Value& out) {
  int values = 0;
  const bool failed = state_->with(program, row, [&](Env& env, const Node& root) {
    if (root.single()) {
      const Got end = root.eval(env, Value(), out);
      values = end == Got::value;
      return end == Got::fail;
    }
    return for_each(root, env, Value(), [&](Value&& value) {
             out = std::move(value);
             return ++values > 1 ? Flow::stop : Flow::go;
           }) == Flow::fail;
  });
  if (state_->failed(failed)) return One::failed;
  return values == 0 ? One::none : values == 1 ? One::value : One::several;
}

bool Machine::each(const Program& program, const Row& row, const std::function<bool(const Value&)>& emit) {
  const bool failed = state_->with(program, row, [&](Env& env, const Node& root) {
    return for_each(root, env, Value(), [&](Value&& value) { return emit(value) ? Flow::go : Flow::stop; }) == Flow::fail;
  });
  return !state_->failed(failed);
}

bool Machine::write(const Program& program, const Row& row, std::string& out, std::vector<Span>& spans) {
  const size_t mark = out.size(), known = spans.size();
  state_->run.printed_before = mark;
  const auto line = [&](size_t begin) {
    spans.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(out.size())});
    out += '\n';
  };
  const bool failed = state_->with(program, row, [&](Env& env, const Node& root) {
    if (root.single()) {
      const Got end = root.print(env, Value(), out);
      if (end == Got::value) line(mark);
      if (end == Got::none || end == Got::stop) out.resize(mark);
      return end == Got::fail;
    }
    return for_each(root, env, Value(), [&](Value&& value) {
             const size_t begin = out.size();
             json::write(value, out);
             line(begin);
             return state_->run.printed(out.size()) ? Flow::go : Flow::fail;
           }) == Flow::fail;
  });
  if (!state_->failed(failed)) return true;
  out.resize(mark), spans.resize(known);
  return false;
}

bool Machine::refuse(std::string_view message) {
  state_->run.bounded = false;
  state_->message = message;
  return false;
}

std::string_view Machine::code() const { return state_->run.bounded ? "limit" : "expression"; }
const std::string& Machine::message() const { return state_->message; }

}  // namespace leat::expr
