// What a stage holds has a bound, whatever comes: the catalog is walked, so that a new one cannot forget it.
#include <malloc.h>

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "core/codec/json_format.h"
#include "stages/catalog.h"
#include "stages/library.h"
#include "tests/support/stage_runs.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

constexpr size_t kRecords = 1'000'000, kBlock = 1000;
constexpr int64_t kDeclared = 16 << 20;  // where bytes can be set
constexpr uint64_t kKeys = 10'000;       // where keys can

int64_t in_use() {
  const auto info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

bool has(const StageSpec& spec, std::string_view option) {
  return std::any_of(spec.options.begin(), spec.options.end(), [&](const Option& each) { return each.name == option; });
}

// Where the settings that others try would let nothing pile up.
std::vector<test::Set> sets_of(const StageSpec& spec) {
  std::vector<test::Set> sets = test::kStageRuns.at(spec.name);
  if (spec.name == "batch") sets = {{"bytes", "4MiB"}};
  if (spec.name == "sample") sets = {{"reservoir", "1000000"}};
  if (spec.name == "window") sets = {{"size", "1h"}, {"by", ".[1]", "k"}, {"emit", "{n: count}"}};
  if (spec.name == "topk") sets = {{"count", "1"}, {"value", ".[0]"}, {"by", ".[1]"}};
  if (has(spec, "max_bytes")) sets.push_back({"max_bytes", "16MiB"});
  if (has(spec, "max_keys")) sets.push_back({"max_keys", has(spec, "max_bytes") ? "1000000" : "10000"});
  if (has(spec, "max_records")) sets.push_back({"max_records", "1000000"});
  return sets;
}

// A stage that holds back what comes has enough.
class Gated final : public test::FakeTurn {
 public:
  using FakeTurn::FakeTurn;
  void hold(bool hold) override { held |= hold; }
  void hold_from(uint16_t, bool hold) override { held |= hold; }
  bool held = false;
};

class Bounds : public testing::TestWithParam<const StageSpec*> {};

TEST_P(Bounds, AMillionKeysTakeNoMoreThanWasDeclared) {
  if (in_use() == 0) GTEST_SKIP() << "this allocator does not count";
  const StageSpec& spec = *GetParam();
  Pool pool;
  Frontier frontier;
  FieldPlan plan;
  Library::Tables tables;
  Library library(tables);
  bool envelopes = false;
  const std::vector<uint16_t> inputs = spec.name == "join" || spec.name == "merge" ? std::vector<uint16_t>{0, 1} : std::vector<uint16_t>{0};
  MakeContext context{};
  context.fields = &plan, context.inputs = inputs, context.id = spec.name, context.seed = 1, context.lender = &library;
  context.envelopes = &envelopes;
  auto stage = spec.make(test::settings_of(spec, sets_of(spec)), context);
  ASSERT_TRUE(stage) << stage.error().text;
  const auto reader = json_format().reader(plan);
  const int64_t before = in_use();
  int64_t most = 0;
  bool held = false;
  for (size_t fed = 0; fed < kRecords && !held; fed += kBlock) {
    const SlabRef slab = pool.take();
    slab->format = &json_format();
    for (size_t i = fed; i < fed + kBlock; ++i) slab->add(fmt::format("[{},\"name-{:016x}\"]", i, i * 0x9E3779B97F4A7C15u));
    slab->width = plan.width();
    slab->columns.resize(kBlock * slab->width);
    slab->looked.assign(kBlock, Slab::kGood);
    reader->prepare(*slab, kBlock);
    for (uint32_t i = 0; i < kBlock; ++i) ASSERT_TRUE(reader->read(*slab, i, slab->columns.data() + size_t{i} * slab->width));
    Batch batch(slab, Receipt(frontier, fed + kBlock), 0);
    Gated turn(test::at_second(1), pool, true);
    (*stage)->process(batch, turn);
    held = turn.held;
    most = std::max(most, in_use() - before);
  }
  const bool by_bytes = has(spec, "max_bytes") || has(spec, "bytes");
  const int64_t declared = by_bytes ? kDeclared : has(spec, "max_keys") ? static_cast<int64_t>(kKeys * 256) : 0;
  EXPECT_LT(most, declared + declared / 2 + (4 << 20)) << "and what is on its way, and what the allocator adds";
  RecordProperty("bytes", std::to_string(most));
}

std::vector<const StageSpec*> stateful() {
  std::vector<const StageSpec*> all;
  for (const StageSpec* spec : stage_catalog())
    if (!spec->stateless && !spec->calls) all.push_back(spec);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Catalog, Bounds, testing::ValuesIn(stateful()), [](const auto& stage) { return std::string(stage.param->name); });

}  // namespace
}  // namespace leat
