// switch, split and partition, and what they and route say in envelopes. The rows are those of the table of behaviours that each test
// answers. Expected records by jq's select, one call for each port; hashes by FNV-1a in ten lines of Python.
#include <gtest/gtest.h>

#include "stages/catalog.h"
#include "tests/support/turn.h"

namespace leat {
namespace {

using test::lines;
using Lines = std::vector<std::string>;

const std::vector<test::Set> kByType{{"on", ".type"}, {"case", "people", "user"}, {"case", "sales", "order"}, {"case", "sales", "return"}};

TEST(Switch, Row82_AKeyGoesToThePortBesideIt) {
  const auto script =
      lines({R"({"type":"order","n":1})", R"({"type":"ping"})", R"({"type":"user"})", R"({"type":"return"})", R"({"type":"order","n":2})"});
  const auto outcome = test::run_lawful(kSwitch, kByType, script);
  EXPECT_EQ(outcome.at(2), (Lines{R"({"type":"user"})"}));
  EXPECT_EQ(outcome.at(3), (Lines{R"({"type":"order","n":1})", R"({"type":"return"})", R"({"type":"order","n":2})"}));
  EXPECT_EQ(outcome.out(), (Lines{R"({"type":"ping"})"}));
}

TEST(Switch, Row81_OtherKeysGoToTheDefaultWhereThereIsOne) {
  auto sets = kByType;
  sets.push_back({"default", "rest"});
  EXPECT_EQ(kSwitch.more_ports(test::settings_of(kSwitch, sets)), (Lines{"people", "sales", "rest"}));
  const auto own = test::run_lawful(kSwitch, sets, lines({R"({"type":"ping"})", R"({"type":"user"})", "{}"}));
  EXPECT_EQ(own.at(4), (Lines{R"({"type":"ping"})", "{}"}));
  EXPECT_TRUE(own.out().empty());
  sets.back() = {"default", "sales"};
  EXPECT_EQ(test::run_lawful(kSwitch, sets, lines({"{}", R"({"type":"order"})"})).at(3), (Lines{"{}", R"({"type":"order"})"}));
}

TEST(Switch, Row90_ARecordWithoutOneKeyFailsAndGoesNowhere) {
  for (std::string_view key : {".a | error", "empty", ".a, .b"}) {
    const auto outcome = test::run_lawful(kSwitch, {{"on", key}, {"case", "x", "1"}, {"default", "y"}}, lines({R"({"a":1,"b":2})"}));
    ASSERT_EQ(outcome.failed.size(), 1u) << key;
    EXPECT_EQ(outcome.failed[0].code, "expression");
    EXPECT_TRUE(outcome.ports.empty()) << key;
  }
}

TEST(Switch, KeysThatAreNoTextAreSpeltAsJson) {
  const std::vector<test::Set> sets{{"on", "."}, {"case", "a", "200"}, {"case", "b", "true"}, {"case", "c", "null"}, {"case", "d", "0.5"}};
  const auto outcome =
      test::run_lawful(kSwitch, sets, lines({"200", "2e2", "\"200\"", "200.0", "true", "\"true\"", "null", "5e-1", "201"}));
  EXPECT_EQ(outcome.at(2), (Lines{"200", "2e2", "\"200\"", "200.0"}));
  EXPECT_EQ(outcome.at(3), (Lines{"true", "\"true\""}));
  EXPECT_EQ(outcome.at(4), (Lines{"null"}));
  EXPECT_EQ(outcome.at(5), (Lines{"5e-1"}));
  EXPECT_EQ(outcome.out(), (Lines{"201"}));
}

TEST(Switch, Row91_RefusesPortsAndKeysThatCannotBe) {
  for (std::string_view port : {"out", "err", "else", "A", "a.b"})
    EXPECT_NE(test::refusal(kSwitch, {{"on", ".a"}, {"case", port, "k"}}), "") << port;
  EXPECT_NE(test::refusal(kSwitch, {{"on", ".a"}, {"case", "x", "k"}, {"default", "out"}}), "");
  EXPECT_EQ(test::refusal(kSwitch, {{"on", ".a"}, {"case", "x", "k"}, {"case", "y", "k"}}), "two cases are for the key 'k'");
}

TEST(Split, Row83_EachRecordToOneOfTwo) {
  const auto outcome = test::run_lawful(
      kSplit, {{"expr", ".a > 3"}}, lines({R"({"a":1})", R"({"a": 5})", R"({"a":"x"})", R"({"a":null})", "nonsense", "[]", R"({"a":4})"}));
  EXPECT_EQ(outcome.at(2), (Lines{R"({"a": 5})", R"({"a":"x"})", R"({"a":4})"}));
  EXPECT_EQ(outcome.at(3), (Lines{R"({"a":1})", R"({"a":null})"}));
  EXPECT_TRUE(outcome.out().empty());
  ASSERT_EQ(outcome.failed.size(), 2u);
  EXPECT_EQ(outcome.failed[0].code + outcome.failed[1].code, std::string("malformed") + "expression");
  EXPECT_EQ(kSplit.more_ports(test::settings_of(kSplit, {{"expr", "."}})), (Lines{"pass", "fail"}));
}

// FNV-1a mod 3: alice 2, bob 0, carol 1, 7 2, null 1, dé 2, "" 2.
TEST(Partition, Row88_TheSameKeyGoesToTheSamePartInOrder) {
  const auto outcome = test::run_lawful(kPartition, {{"parts", "3"}, {"by", ".k"}},
                                        lines({R"({"k":"alice","n":1})", R"({"k":"bob"})", R"({"k":"carol"})", R"({"k":7})", R"({"k":7.0})",
                                               R"({"k":"\u0061lice","n":2})", R"({"k":"dé"})", R"({"k":""})", "{}"}));
  EXPECT_EQ(outcome.at(2), (Lines{R"({"k":"bob"})"}));
  EXPECT_EQ(outcome.at(3), (Lines{R"({"k":"carol"})", "{}"}));
  EXPECT_EQ(outcome.at(4),
            (Lines{R"({"k":"alice","n":1})", R"({"k":7})", R"({"k":7.0})", R"({"k":"\u0061lice","n":2})", R"({"k":"dé"})", R"({"k":""})"}));
  EXPECT_TRUE(outcome.out().empty());
}

TEST(Partition, Row89_WithoutAKeyInTurn) {
  const auto outcome = test::run_lawful(kPartition, {{"parts", "2"}}, lines({"1", "2", "3", "4", "5"}));
  EXPECT_EQ(outcome.at(2), (Lines{"1", "3", "5"}));
  EXPECT_EQ(outcome.at(3), (Lines{"2", "4"}));
}

TEST(Partition, Row90_ARecordWithoutOneKeyFailsAndGoesNowhere) {
  const auto outcome = test::run_lawful(kPartition, {{"parts", "2"}, {"by", ".a.b"}}, lines({R"({"a":1})", R"({"a":{"b":1}})"}));
  ASSERT_EQ(outcome.failed.size(), 1u);
  EXPECT_EQ(outcome.failed[0].record, R"({"a":1})");
  EXPECT_EQ(test::run_lawful(kPartition, {{"parts", "2"}, {"by", ".[]"}}, lines({"[1,2]", "[]"})).failed.size(), 2u);
}

TEST(Partition, Row91_RefusesNumbersOfPartsThatCannotBe) {
  for (std::string_view parts : {"0", "-1", "1.5", "x"}) EXPECT_FALSE(check_value(kPartition.options[0], parts)) << parts;
  EXPECT_EQ(test::refusal(kPartition, {{"parts", "1025"}}), "partition makes 1024 parts at most, not 1025");
  EXPECT_EQ(test::refusal(kPartition, {{"parts", "1024"}}), "");
}

// The metadata of the records on a port, by number of the record.
std::vector<std::string> said(const StageSpec& spec, const std::vector<test::Set>& sets, std::string_view key, bool is_signed = false) {
  std::vector<std::string> all;
  const auto script = lines({"1", "2", "3", "4"});
  for (size_t size : {1, 4}) {
    test::Rig rig(spec, sets);
    rig.envelopes([&](size_t line) {
      Envelope envelope;
      envelope.subject = "line " + std::to_string(line);
      if (is_signed) envelope.signature = "signed";
      return envelope;
    });
    rig.feed(script, size);
    std::vector<std::string> found(script.size());
    for (const auto& [port, batch] : rig.held()) {
      batch.each([&, &made = batch](uint32_t i) {
        const Envelope& envelope = made.slab().envelopes.at(i);
        const std::string number(made.slab().record(i));
        EXPECT_EQ(envelope.subject, "line " + std::to_string(std::stoi(number) - 1)) << "an envelope of another record";
        EXPECT_EQ(envelope.signature, is_signed ? "signed" : "");
        const MetaValue* value = envelope.find(key);
        std::string& word = found.at(static_cast<size_t>(std::stoi(number) - 1));
        if (!value) return;
        word += std::holds_alternative<int64_t>(*value) ? std::to_string(std::get<int64_t>(*value)) : std::get<std::string>(*value);
      });
    }
    if (all.empty()) all = found;
    EXPECT_EQ(found, all) << "batches are seen";
  }
  return all;
}

TEST(Ports, Row92_EnvelopesSayWhereTheirRecordsWent) {
  const std::vector<test::Set> route{{"case", ". > 3", "big"}, {"case", ". > 1", "some"}};
  EXPECT_EQ(said(kRoute, route, "route"), (Lines{"", "some", "some", "big"}));
  EXPECT_EQ(said(kRoute, {route[0], route[1], {"all"}}, "route"), (Lines{"", "some", "some", "bigsome"}));
  EXPECT_EQ(said(kSplit, {{"expr", ". > 2"}}, "route"), (Lines{"fail", "fail", "pass", "pass"}));
  EXPECT_EQ(said(kSwitch, {{"on", "."}, {"case", "one", "1"}, {"default", "rest"}}, "route"), (Lines{"one", "rest", "rest", "rest"}));
  EXPECT_EQ(said(kPartition, {{"parts", "3"}}, "partition_index"), (Lines{"0", "1", "2", "0"}));
  EXPECT_EQ(said(kPartition, {{"parts", "3"}}, "partition_total"), (Lines{"3", "3", "3", "3"}));
  EXPECT_EQ(said(kPartition, {{"parts", "3"}}, "partition_strategy")[0], "round-robin");
  EXPECT_EQ(said(kPartition, {{"parts", "3"}, {"by", "."}}, "partition_strategy")[0], "hash");
}

TEST(Ports, WhatIsSignedIsLeftAsItWas) {
  EXPECT_EQ(said(kRoute, {{"case", ". > 1", "some"}}, "route", true), (Lines{"", "", "", ""}));
  EXPECT_EQ(said(kPartition, {{"parts", "3"}}, "partition_index", true), (Lines{"", "", "", ""}));
}

}  // namespace
}  // namespace leat
