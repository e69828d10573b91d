// Records as messages and back: what goes to a hub by a codec comes from it by the same.
#include "stages/source/hub_records.h"

#include <gtest/gtest.h>

#include "core/codec/as_json.h"
#include "core/codec/json_format.h"
#include "core/data/artifact.h"
#include "core/hub/message.h"
#include "stages/sink/hub_messages.h"

namespace leat {
namespace {

using Texts = std::vector<std::string>;

class HubRecordsTest : public testing::Test {
 protected:
  // JSON records as a stage has them.
  Batch batch(const Texts& texts) {
    SlabRef slab = pool.take();
    slab->format = &json_format();
    for (const std::string& text : texts) slab->add(text);
    return Batch(std::move(slab), {}, 0);
  }

  // What the sink makes of them.
  hub::client::Session::Piece publish(Batch batch, const std::string& codec, HubMessages::Options how = {"a.b", {}, true}) {
    auto messages = HubMessages::make(how, **codec_called(codec), CodecOptions(), nullptr);
    EXPECT_TRUE(messages) << messages.error().text;
    messages->load(batch, Instant(), [&](uint32_t record, Reason why) {
      failed.push_back({std::string(batch.slab().record(record)), std::string(why.code)});
    });
    batch.let_go();
    hub::client::Session::Piece piece;
    for (size_t i = 0; i < messages->size(); ++i) add(messages->message(i), piece);
    return piece;
  }
  void add(hub::Publish message, hub::client::Session::Piece& piece) {
    message.seq = ++seq;
    message.time = 1'700'000'000'000'000'000;
    subjects.emplace_back(message.subject), keys.emplace_back(message.key), payloads.emplace_back(message.payload);
    hub::write(message, piece.frames);
    ++piece.messages;
  }
  void add(std::string_view payload, hub::client::Session::Piece& piece, uint32_t flags = 0) {
    hub::Publish message;
    message.subject = "a.b", message.payload = payload, message.flags = flags;
    add(message, piece);
  }

  // What the source makes of that, as JSON; faults as their codes.
  Texts receive(hub::client::Session::Piece piece, const std::string& codec, bool envelopes = false) {
    HubRecords records(name, **codec_called(codec), CodecOptions());
    records.envelopes(envelopes);
    records.load(std::move(piece));
    Texts got;
    uint64_t before = 0;
    while (!records.empty()) {
      SlabRef slab = records.next(pool, [&](uint64_t number) { return number == known; });
      if (!slab) continue;
      EXPECT_EQ(slab->offsets.size(), slab->records.size());
      for (const HubRecords::Place& place : records.places()) {
        EXPECT_GE(place.end, before);
        before = place.end;
        places.push_back(place.seq);
      }
      EXPECT_EQ(before, records.position());
      Batch all(slab, {}, 0);
      auto fault = slab->faults.begin();
      AsJson json;
      json.begin(all);
      for (uint32_t i = 0; i < slab->records.size(); ++i) {
        numbers.push_back(slab->position(i));
        if (envelopes) seen.push_back(slab->envelopes[i]);
        if (fault != slab->faults.end() && fault->record == i) {
          got.emplace_back((fault++)->code);
          continue;
        }
        std::string text;
        json.append(*slab, i, text, [&](uint32_t, Reason why) { text = why.code; });
        got.push_back(text);
      }
    }
    return got;
  }

  const std::string name = "hub:a.>";
  Pool pool;
  uint64_t seq = 0, known = 0;
  Texts subjects, keys, payloads;
  std::vector<std::pair<std::string, std::string>> failed;
  std::vector<uint64_t> numbers, places;
  std::vector<Envelope> seen;
};

TEST_F(HubRecordsTest, EveryCodecBringsBackWhatItTook) {
  const Texts objects{R"({"n":1,"s":"x"})", R"({"n":2,"s":"two words"})", R"({"n":3,"s":""})"};
  for (const char* codec : {"ndjson", "json", "json-array", "length-prefixed", "msgpack", "cbor", "capnp"})
    EXPECT_EQ(receive(publish(batch(objects), codec), codec), objects) << codec;
  const Texts rows{R"({"n":1,"s":"x"})", R"({"n":2,"s":"two words"})"};
  for (const char* codec : {"csv", "tsv", "logfmt"}) EXPECT_EQ(receive(publish(batch(rows), codec), codec), rows) << codec;
  const Texts texts{R"("plain")", R"("with\rreturn\r")", R"("")", R"("a b")"};
  for (const char* codec : {"lines", "nul"}) EXPECT_EQ(receive(publish(batch(texts), codec), codec), texts) << codec;
  EXPECT_TRUE(failed.empty());
}

TEST_F(HubRecordsTest, APayloadIsTheRecordAndNoLineEnd) {
  publish(batch({R"({"a":1})", "2"}), "ndjson");
  publish(batch({R"("text")"}), "lines");
  publish(batch({R"({"a":1})"}), "csv");
  EXPECT_EQ(payloads, (Texts{R"({"a":1})", "2", "text", "a\n1\n"}));
}

TEST_F(HubRecordsTest, SubjectsAndKeysAreMadeOfTheRecord) {
  publish(batch({R"({"r":"eu.de","k":7})", R"({"r":"a b","k":1})", R"({"r":null,"k":1})", R"({"r":"us","k":[1]})", R"({"r":"x","k":"y"})"}),
          "ndjson", {"orders.{.r}", ".k", false});
  EXPECT_EQ(subjects, (Texts{"orders.eu.de", "orders.x"}));
  EXPECT_EQ(keys, (Texts{"7", "y"}));
  EXPECT_EQ(failed, (std::vector<std::pair<std::string, std::string>>{
                        {R"({"r":"a b","k":1})", "subject"}, {R"({"r":null,"k":1})", "type"}, {R"({"r":"us","k":[1]})", "type"}}));
}

TEST_F(HubRecordsTest, EnvelopesMakeArtifactsUnlessACodecIsNamed) {
  for (const bool named : {false, true}) {
    payloads.clear();
    Batch one = batch({"1"});
    one.slab().envelopes.resize(1);
    one.slab().envelopes[0].subject = "mine", one.slab().envelopes[0].media_type = "application/json";
    const auto piece = publish(std::move(one), "ndjson", {"a.b", {}, named});
    if (named) {
      EXPECT_EQ(payloads, Texts{"1"});
      continue;
    }
    seen.clear();
    EXPECT_EQ(receive(piece, "lines", true), Texts{"1"});  // an artifact is one, whatever the codec
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].subject, "mine");
  }
}

TEST_F(HubRecordsTest, AnEnvelopeSaysWhatTheHubKnows) {
  hub::client::Session::Piece piece;
  hub::Publish message;
  message.subject = "a.b", message.payload = "1\n2", message.key = "k", message.reply_to = "$client.me.r.1";
  message.headers = {{"trace", "t"}};
  add(message, piece);
  EXPECT_EQ(receive(piece, "ndjson", true), (Texts{"1", "2"}));
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].subject, "a.b");
  EXPECT_EQ(seen[0].origin, name);
  EXPECT_EQ(seen[0].time, 1'700'000'000'000'000'000);
  EXPECT_NE(seen[0].id, seen[1].id);
  using Meta = std::vector<std::pair<std::string, MetaValue>>;
  EXPECT_EQ(
      seen[0].meta,
      (Meta{{"trace", std::string("t")}, {"seq", int64_t{1}}, {"key", std::string("k")}, {"reply_to", std::string("$client.me.r.1")}}));
  const std::string before = seen[0].id;
  seen.clear();
  receive(piece, "ndjson", true);
  EXPECT_EQ(seen[0].id, before);  // delivered again it is known again
}

TEST_F(HubRecordsTest, WhatIsNoRecordFailsAloneAndWithItsBytes) {
  hub::client::Session::Piece piece;
  add("1", piece);
  add("{\"a\":", piece);
  add("", piece);
  add("no artifact", piece, hub::Publish::kArtifact);
  add("4\n5", piece);
  EXPECT_EQ(receive(piece, "ndjson"), (Texts{"1", "malformed", "malformed", "4", "5"}));
  EXPECT_EQ(numbers, (std::vector<uint64_t>{1, 2, 4, 5, 5}));
  EXPECT_EQ(places, (std::vector<uint64_t>{1, 2, 3, 4, 5}));

  hub::client::Session::Piece binary;
  add(std::string("\x82\x01", 2), binary);  // an array of two, of which one has come
  add(std::string("\x05", 1), binary);
  EXPECT_EQ(receive(binary, "cbor"), (Texts{"malformed", "5"}));
}

TEST_F(HubRecordsTest, WhatWasGivenBeforeIsPassedOver) {
  hub::client::Session::Piece piece;
  for (const char* text : {"1", "2", "3"}) add(text, piece);
  known = 2;
  EXPECT_EQ(receive(piece, "ndjson"), (Texts{"1", "3"}));
  EXPECT_EQ(places, (std::vector<uint64_t>{1, 3}));
}

}  // namespace
}  // namespace leat
