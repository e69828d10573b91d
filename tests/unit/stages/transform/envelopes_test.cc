// What every stage of the catalog owes the envelopes of its records, whatever else it does: one that lies about its payload may not
// leave, and one that was there may not get lost. The catalog is walked, so a new stage is asked as well.
#include <map>
#include <optional>

#include <gtest/gtest.h>

#include "core/data/artifact.h"
#include "core/data/envelopes.h"
#include "stages/catalog.h"
#include "tests/support/stage_runs.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

const auto kLines = test::lines({"[1, 2]", "[ 2 ]", "[3,\"\\u0041\"]", "[4]", "[5, {\"a\": 1}]"});
// Of stages that take nothing but objects.
const auto kObjects = test::lines({R"({"a":{"b": 1}})", R"({"a":"\u0041"})"});
const std::vector<test::Line>& lines_of(std::string_view stage) { return stage == "flatten" ? kObjects : kLines; }

constexpr std::string_view kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

constexpr std::string_view kWhole = "whole";

std::string signed_words(Envelope envelope, std::string_view payload) {
  envelope.unsign();
  std::string words;
  EXPECT_TRUE(artifact::encode(envelope, payload, words));
  return words;
}

Envelope vouched(std::string_view payload, size_t line) {
  Envelope envelope;
  envelope.id = "id-" + std::to_string(line);
  envelope.subject = "kept";
  envelope.trace = kTrace;
  envelope.put("mark", static_cast<int64_t>(line));
  envelope.put_checksum(payload);
  const std::string words = signed_words(envelope, payload);
  envelope.signature_algorithm = kWhole, envelope.signature_key = "test", envelope.signature = words;
  return envelope;
}

struct Made {
  Envelope envelope;
  std::string bytes;
};

std::vector<Made> run(const StageSpec& spec, const std::vector<test::Set>& sets, size_t batch_size) {
  const auto& lines = lines_of(spec.name);
  const auto feed = test::kStageFeeds.find(spec.name);
  std::optional<test::Rig> before;
  test::Rig rig(spec, sets, {0, 1});
  test::Rig& first = feed == test::kStageFeeds.end() ? rig : before.emplace(*find_stage(feed->second), test::kStageRuns.at(feed->second));
  first.envelopes([&](size_t line) { return vouched(lines[line].text, line); });
  first.feed(lines, batch_size);
  if (before) rig.feed(*before);
  rig.finish();
  std::vector<Made> all;
  for (const auto& [port, batch] : rig.held()) {
    if (port < spec.ports.size() && spec.ports[port].made) {  // it tells of records and is none of them
      batch.each([&, &made = batch](uint32_t i) { EXPECT_FALSE(made.slab().envelopes.at(i).id.empty()); });
      continue;
    }
    EXPECT_EQ(batch.slab().envelopes.size(), batch.slab().records.size()) << "records left without their envelopes";
    if (batch.slab().envelopes.size() != batch.slab().records.size()) continue;
    Parts parts;
    batch.each([&, &made = batch](uint32_t i) {
      EXPECT_TRUE(take_apart(made.slab(), i, parts));
      all.push_back({made.slab().envelopes[i], std::string(parts.payload)});
    });
  }
  rig.deliver();
  return all;
}

TEST(Envelopes, NoStageLetsOneOutThatDoesNotHold) {
  for (const StageSpec* spec : stage_catalog()) {
    if (spec->calls) continue;  // they are answered from outside: tests/unit/pipelines/calls_test.cc
    const auto sets = test::kStageRuns.find(spec->name);
    ASSERT_NE(sets, test::kStageRuns.end()) << spec->name << " is not tried: say how to run it";
    for (size_t size : {1, 2, 9}) {
      SCOPED_TRACE(std::string(spec->name) + ", batches of " + std::to_string(size));
      const auto all = run(*spec, sets->second, size);
      EXPECT_FALSE(all.empty()) << "nothing came out, so nothing was tried";
      std::map<std::string, int> ids;
      for (const auto& [envelope, bytes] : all) {
        EXPECT_FALSE(envelope.id.empty());
        EXPECT_EQ(++ids[envelope.id], 1) << "two records with one id";
        if (!envelope.checksum.empty()) {
          EXPECT_TRUE(envelope.has_checksum_of(bytes)) << bytes;
        }
        if (envelope.signature_algorithm == kWhole) {  // sign has put another in its place, of which others ask
          EXPECT_EQ(envelope.signature, signed_words(envelope, bytes)) << bytes;
        }
        if (spec->missing == StageSpec::Missing::absorbed && spec->new_bytes) continue;  // what it makes is about many records
        EXPECT_EQ(envelope.subject, "kept");
        EXPECT_NE(envelope.find("mark"), nullptr);
      }
    }
  }
}

// Where the bytes stay, what vouches for them stays; set and stamp write to what was signed.
TEST(Envelopes, WhatIsNotChangedStaysVouchedFor) {
  for (const StageSpec* spec : stage_catalog()) {
    if (spec->new_bytes) continue;
    SCOPED_TRACE(std::string(spec->name));
    for (const auto& [envelope, bytes] : run(*spec, test::kStageRuns.at(spec->name), 9)) {
      EXPECT_TRUE(envelope.has_checksum_of(bytes));
      EXPECT_EQ(envelope.signature.empty(), spec->name == "set" || spec->name == "stamp");
    }
  }
}

// Whatever is made of a record belongs to the trace that the record came with; what is about many records belongs to none.
TEST(Envelopes, Row164ATraceGoesThroughEveryStage) {
  for (const StageSpec* spec : stage_catalog()) {
    if (spec->calls || (spec->missing == StageSpec::Missing::absorbed && spec->new_bytes)) continue;
    for (const auto& [envelope, bytes] : run(*spec, test::kStageRuns.at(spec->name), 2)) EXPECT_EQ(envelope.trace, kTrace) << spec->name;
  }
}

// A stage says whether there is chance in what it makes, and it is right: tests and people who compare two runs go by it.
TEST(Envelopes, AndBytesAreTheSameEachTimeUnlessTheStageSaysOtherwise) {
  for (const StageSpec* spec : stage_catalog()) {
    if (spec->calls) continue;
    const auto words = [&] {
      std::string all;
      for (const auto& [envelope, bytes] : run(*spec, test::kStageRuns.at(spec->name), 2))
        EXPECT_TRUE(artifact::encode(envelope, bytes, all)) << spec->name;
      return all;
    };
    const auto feed = test::kStageFeeds.find(spec->name);  // what only passes has the chance of who made it
    const bool came = feed != test::kStageFeeds.end() && find_stage(feed->second)->random && !spec->new_bytes;
    EXPECT_EQ(words() != words(), spec->random || came) << spec->name;
  }
}

TEST(Envelopes, OneOutputIsTheSameRecordAndSeveralAreItsChildren) {
  const auto one = run(kMap, {{"expr", "length"}}, 9);
  ASSERT_EQ(one.size(), 5u);
  EXPECT_EQ(one[3].envelope.id, "id-3");
  EXPECT_EQ(one[3].envelope.parent, "");
  const auto several = run(kMap, {{"expr", ".[]"}}, 9);
  ASSERT_EQ(several.size(), 8u);
  EXPECT_EQ(several[0].envelope.parent, "id-0");
  EXPECT_EQ(several[1].envelope.parent, "id-0");
  EXPECT_NE(several[0].envelope.id, several[1].envelope.id);
}

// A batch that was changed on the way does not give its members' envelopes to others.
TEST(Envelopes, OfMembersGoOnlyToTheArrayTheyCameWith) {
  const auto arrays = run(kBatch, {{"size", "5"}}, 9);
  ASSERT_EQ(arrays.size(), 1u);
  for (const bool changed : {false, true}) {
    test::Rig apart(kUnbatch, {});
    apart.envelopes([&](size_t) { return arrays[0].envelope; });
    apart.feed({{changed ? "[[5],[4],[3],[2],[1]]" : arrays[0].bytes}}, 1);
    ASSERT_EQ(apart.held().size(), 1u);
    const auto& members = apart.held()[0].second.slab().envelopes;
    ASSERT_EQ(members.size(), 5u);
    EXPECT_EQ(members[0].id == "id-0", !changed);
    EXPECT_EQ(members[0].parent, changed ? arrays[0].envelope.id : "");
    if (changed) {
      EXPECT_EQ(members[0].find("batch_members"), nullptr);
    }
  }
}

// The bounds are those of the answer; the key by hand.
TEST(Envelopes, OfAnAnswerSayWhatWindowItIsOf) {
  const auto answers = run(kWindow, {{"size", "10s"}, {"every", "5s"}, {"by", "length", "n"}, {"time", ".[0]"}, {"emit", "{c: count}"}}, 2);
  ASSERT_FALSE(answers.empty());
  const Envelope& first = answers[0].envelope;  // the window from -5 to 5 holds 1 to 4; those with one item, then those with two
  EXPECT_EQ(answers[0].bytes, R"({"start":"1969-12-31T23:59:55Z","end":"1970-01-01T00:00:05Z","n":1,"c":2})");
  EXPECT_EQ(*first.find("window_type"), MetaValue("hopping"));
  EXPECT_EQ(*first.find("window_start"), MetaValue("1969-12-31T23:59:55Z"));
  EXPECT_EQ(*first.find("window_end"), MetaValue("1970-01-01T00:00:05Z"));
  EXPECT_EQ(*first.find("window_size"), MetaValue("10s"));
  EXPECT_EQ(*first.find("window_slide"), MetaValue("5s"));
  EXPECT_EQ(*first.find("window_key"), MetaValue("1"));
  EXPECT_EQ(first.media_type, "application/json");
}

}  // namespace
}  // namespace leat
