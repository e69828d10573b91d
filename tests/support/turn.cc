#include "tests/support/turn.h"

#include <algorithm>
#include <functional>
#include <ostream>
#include <set>

#include <gtest/gtest.h>

#include "core/codec/json_format.h"
#include "core/stage/kept.h"

namespace leat::test {
namespace {

std::set<uint32_t> records_of(const Batch& batch) {
  std::set<uint32_t> all;
  batch.each([&](uint32_t i) { all.insert(i); });
  return all;
}

}  // namespace

std::vector<Line> lines(std::initializer_list<std::string_view> texts) {
  std::vector<Line> all;
  for (std::string_view text : texts) all.push_back({std::string(text)});
  return all;
}

void PrintTo(const Failed& failed, std::ostream* out) { *out << failed.record << " failed " << failed.code << ": " << failed.message; }

void PrintTo(const Outcome& outcome, std::ostream* out) {
  for (const auto& [port, records] : outcome.ports)
    for (const std::string& record : records) *out << "\n  port " << port << ": " << record;
  for (const Failed& failed : outcome.failed) *out << "\n  ", PrintTo(failed, out);
  for (const auto& [reason, count] : outcome.dropped) *out << "\n  dropped " << count << " " << reason;
  if (outcome.done) *out << "\n  done";
}

const std::vector<std::string>& Outcome::at(Port port) const {
  static const std::vector<std::string> none;
  const auto found = ports.find(port);
  return found == ports.end() ? none : found->second;
}

bool FakeTurn::log(Level level, std::string_view line) {
  static constexpr std::string_view kLevels[] = {"note", "warning", "error"};
  if (room_) notes.push_back(std::string(kLevels[static_cast<size_t>(level)]).append(": ").append(line));
  return room_;
}

SlabRef FakeTurn::slab() {
  SlabRef slab = pool_.take();
  slab->format = &json_format();
  return slab;
}

Settings settings_of(const StageSpec& spec, const std::vector<Set>& sets) {
  Settings settings(spec.options);
  for (const Set& set : sets) {
    const auto known = std::any_of(spec.options.begin(), spec.options.end(), [&](const Option& option) { return option.name == set.name; });
    EXPECT_TRUE(known) << spec.name << " has no option " << set.name;
    settings.put(set.name).values.push_back({std::string(set.key), std::string(set.text), {}});
  }
  return settings;
}

std::string room_for(size_t records) {
  Pool pool;
  const SlabRef slab = pool.take();
  slab->add("1");
  Kept kept(Batch(slab, Receipt(), 0), 0);
  kept.let_go();
  return std::to_string(records * kept.cost());
}

Rig::Rig(const StageSpec& spec, const std::vector<Set>& sets, std::vector<uint16_t> inputs) : spec_(spec), inputs_(std::move(inputs)) {
  MakeContext context{};
  context.fields = &plan_;
  context.inputs = inputs_;
  context.id = spec.name;
  context.seed = 1;
  context.lender = &library_;
  context.envelopes = &wants_envelopes_;
  auto made = spec.make(settings_of(spec, sets), context);
  if (!made) {
    ADD_FAILURE() << spec.name << " was refused: " << made.error().text;
    return;
  }
  for (auto& table : tables_)
    if (const Done opened = table->load(); !opened) ADD_FAILURE() << opened.error().text;
  stage_ = std::move(*made);
}

Rig::~Rig() {
  stage_.reset();
  held_.clear();
}

SlabRef Rig::make_slab(const std::vector<Line>& script, size_t from, size_t to) {
  SlabRef slab = pool_.take();
  for (size_t i = from; i < to; ++i) slab->add(script[i].text);
  slab->format = &json_format();
  slab->contiguous = true;
  if (make_envelope_)
    for (size_t i = from; i < to; ++i) slab->envelopes.push_back(make_envelope_(i));
  return slab;
}

void Rig::feed(const std::vector<Line>& script, size_t batch_size) {
  for (size_t from = 0; from < script.size();) {
    size_t to = from + 1;
    while (to < script.size() && to - from < batch_size && script[to].at == script[from].at && script[to].origin == script[from].origin)
      ++to;
    if (script[from].at > now_) move_to(script[from].at);
    push(make_slab(script, from, to), script[from].origin);
    from = to;
  }
}

void Rig::feed(const Rig& other) {
  for (const auto& [port, batch] : other.held()) push(batch.ref(), batch.origin());
}

void Rig::push(SlabRef slab, uint16_t origin) {
  if (!stage_) return;
  fed_ += slab->records.size();
  Batch batch(std::move(slab), Receipt(frontier_, fed_), origin);
  Batch entered = batch.share();
  FakeTurn turn(now_, pool_, read_, log_room_);
  read(batch, turn);
  if (!batch.empty() && stage_->process(batch, turn) == Flow::done) outcome_.done = true;
  check_and_hold(turn, &entered, &batch);
  entered.let_go();
}

// As the runner reads the planned columns before a stage sees a batch.
void Rig::read(Batch& batch, FakeTurn& turn) {
  if (plan_.empty()) return;
  Slab& slab = batch.slab();
  slab.width = plan_.width();
  slab.columns.resize(slab.records.size() * slab.width);
  slab.looked.assign(slab.records.size(), Slab::kUnread);
  const auto reader = slab.format->reader(plan_);
  reader->prepare(slab, batch.size());
  batch.keep_if([&](uint32_t i) {
    const bool good = reader->read(slab, i, slab.columns.data() + size_t{i} * slab.width);
    slab.looked[i] = good ? Slab::kGood : Slab::kBad;
    return good || turn.fail(i, {reader->code(), reader->reason()});
  });
}

void Rig::check_and_hold(FakeTurn& turn, const Batch* entered, Batch* left) {
  const std::set<uint32_t> in = entered ? records_of(*entered) : std::set<uint32_t>{};
  std::set<uint32_t> failed, passed;
  // As the runner does: reading fails some before the stage fails others, and `err` keeps the order of the input.
  std::stable_sort(turn.failures.begin(), turn.failures.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [record, reason] : turn.failures) {
    EXPECT_TRUE(in.count(record)) << "record " << record << " failed but did not enter";
    EXPECT_TRUE(failed.insert(record).second) << "record " << record << " failed twice";
    EXPECT_FALSE(reason.code.empty());
    EXPECT_FALSE(reason.message.empty());
    if (entered) outcome_.failed.push_back({std::string(entered->slab().record(record)), std::string(reason.code), reason.message});
  }
  for (auto& [batch, reason] : turn.spoiled) {
    batch.each([&, &made = batch](uint32_t i) {
      outcome_.failed.push_back({std::string(made.slab().record(i)), std::string(reason.code), reason.message});
    });
    batch.let_go();
  }
  if (left && !left->empty()) turn.emitted.emplace_back(kOut, std::move(*left));
  for (auto& [port, batch] : turn.emitted) {
    EXPECT_NE(port, kErr) << "stages do not emit on err";
    EXPECT_FALSE(batch.empty()) << "an empty batch was emitted on port " << port;
    const bool own = entered && batch.ref().get() == entered->ref().get();
    EXPECT_NE(batch.slab().format, nullptr) << "made bytes have no format";
    batch.each([&](uint32_t i) {
      if (own || (spec_.stateless && !spec_.new_bytes && port == kOut)) passed.insert(i);
      outcome_.ports[port].emplace_back(batch.slab().record(i));
    });
    held_.emplace_back(port, std::move(batch));
  }
  if (left && left->empty()) left->let_go();
  for (const auto& [reason, count] : turn.drops) outcome_.dropped[reason] += count;
  for (const auto& [what, count] : turn.counts) outcome_.counted[what] += count;
  outcome_.notes.insert(outcome_.notes.end(), turn.notes.begin(), turn.notes.end());
  if (!entered) return;
  for (uint32_t record : passed) {
    EXPECT_TRUE(in.count(record)) << "record " << record << " left but did not enter";
    EXPECT_FALSE(failed.count(record)) << "record " << record << " failed and left";
  }
}

void Rig::move_to(Instant now) {
  while (stage_) {
    const auto due = stage_->deadline();
    if (!due || *due > now) break;
    if (*due > now_) now_ = *due;
    FakeTurn turn(now_, pool_, read_, log_room_);
    stage_->tick(turn);
    check_and_hold(turn, nullptr, nullptr);
    const auto next = stage_->deadline();
    if (next && *next == *due && turn.emitted.empty()) {
      ADD_FAILURE() << "a tick that did nothing left its deadline where it was";
      return;
    }
  }
  if (now > now_) now_ = now;
}

void Rig::end(uint16_t origin) {
  FakeTurn turn(now_, pool_, read_, log_room_);
  stage_->ended(origin, turn);
  check_and_hold(turn, nullptr, nullptr);
}

void Rig::finish(bool drained) {
  if (!stage_) return;
  for (uint16_t input : inputs_)
    if (!drained) end(input);
  while (!drained && stage_->lingers()) {  // as the runner does: in its own time
    const auto due = stage_->deadline();
    if (!due) {
      ADD_FAILURE() << "keeps records and does not say until when";
      break;
    }
    move_to(*due);
  }
  FakeTurn turn(now_, pool_, read_, log_room_);
  stage_->finish(turn, drained);
  check_and_hold(turn, nullptr, nullptr);
}

void Rig::deliver() {
  for (auto& [port, batch] : held_) batch.let_go();
  held_.clear();
}

void Rig::lose(size_t held) { held_.erase(held_.begin() + static_cast<std::ptrdiff_t>(held)); }

std::string refusal(const StageSpec& spec, const std::vector<Set>& sets) {
  FieldPlan plan;
  const std::vector<uint16_t> inputs{0, 1};
  MakeContext context{};
  bool envelopes = false;
  Library::Tables tables;
  Library library(tables);
  context.lender = &library;
  context.envelopes = &envelopes;
  context.fields = &plan;
  context.inputs = inputs;
  context.id = spec.name;
  auto made = spec.make(settings_of(spec, sets), context);
  return made ? std::string() : made.error().text;
}

Outcome run(const StageSpec& spec, const std::vector<Set>& sets, const std::vector<Line>& script, size_t batch_size) {
  Rig rig(spec, sets);
  rig.feed(script, batch_size);
  rig.finish();
  return rig.outcome();
}

Outcome run_lawful(const StageSpec& spec, const std::vector<Set>& sets, const std::vector<Line>& script) {
  const Outcome whole = run(spec, sets, script, script.size());
  for (size_t size : {1, 2, 7}) {
    SCOPED_TRACE("batches of " + std::to_string(size));
    Rig rig(spec, sets);
    rig.feed(script, size);
    rig.finish();
    EXPECT_EQ(rig.outcome(), whole);
    EXPECT_TRUE(rig.held().empty() || rig.frontier().pending() > 0) << "a record was reported delivered before its output was";
    rig.deliver();
    EXPECT_EQ(rig.frontier().pending(), 0u) << "every output is delivered, and a receipt is not";
    EXPECT_EQ(rig.frontier().lost(), 0u);
    EXPECT_EQ(rig.frontier().committed(), script.size());
  }
  Rig rig(spec, sets);
  rig.feed(script, 2);
  rig.finish();
  size_t owing = rig.held().size();
  while (owing > 0 && !rig.held()[owing - 1].second.receipt()) --owing;
  if (owing > 0) {
    rig.lose(owing - 1);
    rig.deliver();
    EXPECT_GT(rig.frontier().lost(), 0u) << "a lost output went unnoticed";
  }
  return whole;
}

}  // namespace leat::test
