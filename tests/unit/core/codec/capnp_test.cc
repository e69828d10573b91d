#include "core/codec/capnp.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

#include "core/codec/packing.h"
#include "core/data/artifact.h"
#include "core/data/envelopes.h"
#include "tests/support/feed.h"
#include "tests/support/tool.h"

namespace leat {
namespace {

const std::string kTail = " " LEAT_SOURCE_DIR "/core/data/artifact.capnp Artifact";

std::string message(std::string_view payload, std::string media_type = "application/json", std::string subject = "") {
  Envelope envelope;
  envelope.media_type = std::move(media_type), envelope.subject = std::move(subject);
  std::string out;
  EXPECT_TRUE(artifact::encode(envelope, payload, out));
  return out;
}

std::string packed(std::string_view message) {
  std::string out;
  packing::pack(message, out);
  return out;
}

// Messages of many sizes, some with payloads of zeros and some of bytes that do not pack.
std::vector<std::string> messages(uint32_t seed, int count) {
  std::mt19937 random(seed);
  std::vector<std::string> out;
  for (int i = 0; i < count; ++i) {
    std::string payload(random() % 4 == 0 ? random() % 900 : random() % 40, '\0');
    if (random() % 2)
      for (char& c : payload) c = static_cast<char>(random());
    out.push_back(message(payload, "application/octet-stream", std::string(random() % 9, 's')));
  }
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += part;
  return out;
}

std::string encode_all(Encoder& encoder, const std::vector<SlabRef>& slabs, std::vector<std::string>* failed = nullptr) {
  std::string out;
  for (const SlabRef& slab : slabs) {
    Batch batch(slab, {}, 0);
    encoder.encode(batch, out,
                   [&](uint32_t, const Reason& reason) { failed ? failed->push_back(reason.message) : ADD_FAILURE() << reason.message; });
  }
  return out;
}

const CodecOptions kOptions;
const std::vector<size_t> kPieces{1, 2, 3, 7, 8, 9, 64, 1000, 1 << 20};

TEST(Capnp, AnyPiecesGiveTheSameRecordsAndBytes) {
  const auto all = messages(1, 60);
  for (size_t piece : kPieces) {
    Pool pool;
    const auto framer = capnp_framer(kOptions);
    const auto fed = test::feed(*framer, joined(all), piece, pool);
    EXPECT_FALSE(fed.broken);
    EXPECT_EQ(fed.records, all) << piece;
    const auto encoder = capnp_encoder(kOptions);
    EXPECT_EQ(encode_all(*encoder, fed.slabs), joined(all)) << piece;
    for (const SlabRef& slab : fed.slabs) EXPECT_TRUE(encoder->as_is(*slab));
  }
}

TEST(CapnpPacked, AnyPiecesGiveTheSameRecordsAndBytes) {
  const auto all = messages(2, 60);
  std::string stream;
  for (const auto& one : all) stream += packed(one);
  for (size_t piece : kPieces) {
    Pool pool;
    const auto framer = capnp_packed_framer(kOptions);
    const auto fed = test::feed(*framer, stream, piece, pool);
    EXPECT_FALSE(fed.broken) << fed.broken->text;
    EXPECT_EQ(fed.records, all) << piece;
    EXPECT_EQ(encode_all(*capnp_packed_encoder(kOptions), fed.slabs), stream) << piece;
    EXPECT_EQ(encode_all(*capnp_encoder(kOptions), fed.slabs), joined(all)) << piece;
  }
}

// Zeros and runs may be packed in more ways than one; what came leaves as it came.
TEST(CapnpPacked, ForeignPackingPassesAsItIs) {
  const std::string frame = std::string("\0\0\0\0\2\0\0\0", 8) + std::string(16, '\0');
  const std::string one_by_one("\x10\2\0\0\0\0", 6), in_a_run("\x10\2\0\1", 4);
  for (const std::string& stream : {one_by_one, in_a_run}) {
    Pool pool;
    const auto fed = test::feed(*capnp_packed_framer(kOptions), stream, 1, pool);
    ASSERT_EQ(fed.records, std::vector{frame});
    EXPECT_EQ(encode_all(*capnp_packed_encoder(kOptions), fed.slabs), stream);
  }
}

// By hand, from the encoding's description: segment 0 is a far pointer to a struct pointer and its data in segment 1.
const std::string kTwoSegments(
    "\1\0\0\0\1\0\0\0\3\0\0\0\0\0\0\0"                   // two segments, of 1 and 3 words, and the padding
    "\2\0\0\0\1\0\0\0"                                   // far pointer: word 0 of segment 1
    "\0\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0",  // struct of two data words: version's default, time 5
    48);

TEST(Capnp, ManySegmentsPassAsTheyAre) {
  std::string packed_two;
  packing::pack(kTwoSegments, packed_two);
  for (size_t piece : kPieces) {
    Pool pool;
    const auto fed = test::feed(*capnp_framer(kOptions), kTwoSegments + message("1"), piece, pool);
    ASSERT_EQ(fed.records, (std::vector{kTwoSegments, message("1")}));
    const auto envelope = artifact::decode(fed.records[0]);
    ASSERT_TRUE(envelope) << envelope.error().text;
    EXPECT_EQ(envelope->time, 5);
    EXPECT_EQ(encode_all(*capnp_encoder(kOptions), fed.slabs), kTwoSegments + message("1"));
    const auto small = test::feed(*capnp_packed_framer(kOptions), packed_two, piece, pool);
    EXPECT_EQ(small.records, std::vector{kTwoSegments});
  }
}

TEST(Capnp, EveryCutIsAnErrorAtItsByte) {
  const std::string first = message("1"), last = message("2");
  for (size_t size = 1; size < last.size(); ++size)
    for (size_t piece : {size_t{1}, size_t{4096}}) {
      Pool pool;
      const auto fed = test::feed(*capnp_framer(kOptions), first + last.substr(0, size), piece, pool);
      ASSERT_TRUE(fed.broken) << size;
      EXPECT_EQ(fed.broken->text, "byte " + std::to_string(first.size()) + ": the last message is cut short");
      EXPECT_EQ(fed.records, std::vector{first});
    }
}

TEST(CapnpPacked, EveryCutIsAnErrorAtItsByte) {
  const std::string first = message("1"), last = packed(message("2"));
  for (size_t size = 1; size < last.size(); ++size) {
    Pool pool;
    const auto fed = test::feed(*capnp_packed_framer(kOptions), packed(first) + last.substr(0, size), 1 + size % 5, pool);
    ASSERT_TRUE(fed.broken) << size;
    EXPECT_EQ(fed.broken->text, "byte " + std::to_string(packed(first).size()) + ": the last message is cut short");
    EXPECT_EQ(fed.records, std::vector{first});
  }
}

TEST(Capnp, ATableThatCannotBeBreaksTheStreamThere) {
  const std::string good = message("1"), text = R"({"level":"error","this":"is no capnp"})";
  for (size_t piece : kPieces) {
    Pool pool;
    const auto fed = test::feed(*capnp_framer(kOptions), good + text, piece, pool);
    ASSERT_TRUE(fed.broken);
    EXPECT_EQ(fed.broken->text, "byte " + std::to_string(good.size()) + ": corrupt segment table");
    EXPECT_EQ(fed.records, std::vector{good});
  }
}

TEST(CapnpPacked, ARunPastTheMessageBreaksTheStreamThere) {
  const std::string good = packed(message("1"));
  Pool pool;
  const auto fed = test::feed(*capnp_packed_framer(kOptions), good + std::string("\x10\2\0\2", 4), 3, pool);
  ASSERT_TRUE(fed.broken);
  EXPECT_EQ(fed.broken->text, "byte " + std::to_string(good.size() + 2) + ": not a packed message");
}

TEST(Capnp, ALongMessageIsAFaultAndReadingGoesOn) {
  CodecOptions options;
  options.max_record = 1024;
  const std::string small = message("1"), large = message(std::string(5000, 'x'), "text/plain");
  for (size_t piece : kPieces) {
    Pool pool;
    const auto fed = test::feed(*capnp_framer(options), small + large + small, piece, pool);
    EXPECT_FALSE(fed.broken);
    ASSERT_EQ(fed.faults.size(), 1u) << piece;
    EXPECT_EQ(fed.faults[0].record, 1u);
    EXPECT_EQ(fed.faults[0].code, "limit");
    ASSERT_EQ(fed.records.size(), 3u);
    EXPECT_EQ(fed.records[0], small);
    EXPECT_EQ(fed.records[2], small);
    EXPECT_EQ(large.substr(0, fed.records[1].size()), fed.records[1]);
    for (const SlabRef& slab : fed.slabs) EXPECT_LE(slab->size(), 2 * options.max_record + piece) << "what is skipped is not kept";
  }
  Pool pool;
  const auto cut = test::feed(*capnp_framer(options), small + large.substr(0, 3000), 100, pool);
  ASSERT_TRUE(cut.broken) << "cut short while it is skipped";
}

TEST(CapnpPacked, ALongMessageIsAFaultAndReadingGoesOn) {
  CodecOptions options;
  options.max_record = 1024;
  const std::string small = message("1");
  std::string noise(5000, 'x');
  for (const std::string& large : {message(noise, "text/plain"), message(std::string(2000, '\0'))}) {
    std::set<std::string> kept;
    for (size_t piece : kPieces) {
      Pool pool;
      const auto fed = test::feed(*capnp_packed_framer(options), packed(small) + packed(large) + packed(small), piece, pool);
      EXPECT_FALSE(fed.broken);
      ASSERT_EQ(fed.faults.size(), 1u) << piece;
      EXPECT_EQ(fed.faults[0].record, 1u);
      ASSERT_EQ(fed.records.size(), 3u);
      EXPECT_EQ(fed.records[0], small);
      EXPECT_EQ(fed.records[2], small);
      kept.insert(fed.records[1]);
    }
    ASSERT_EQ(kept.size(), 1u) << "what stands for it is the same, however it came";
    EXPECT_EQ(packed(large).substr(0, kept.begin()->size()), *kept.begin());
  }
}

TEST(CapnpPacked, AThousandToOneIsRefused) {
  const std::string bomb = message(std::string(1 << 20, '\0'));
  ASSERT_GT(bomb.size(), packed(bomb).size() * 500);
  Pool pool;
  const auto fed = test::feed(*capnp_packed_framer(kOptions), packed(bomb), 1 << 20, pool);
  ASSERT_EQ(fed.faults.size(), 1u);
  EXPECT_EQ(fed.faults[0].code, "limit");
  EXPECT_EQ(fed.slabs[0]->size(), packed(bomb).size()) << "and is not unpacked";
}

// ---- As values -----------------------------------------------------------------------------------------------------

class CapnpValue : public testing::Test {
 protected:
  std::string column(const Slab& slab, const Column& at) {
    std::string out;
    if (at.form == Column::Form::foreign)
      slab.format->to_json(slab.text().substr(at.begin, at.size), out);
    else
      out = slab.text().substr(at.begin, at.size);
    return out;
  }

  // Columns of `.` and `.a.b` of one record, in a slab that has others around it.
  bool read(const std::string& one, bool pack = false) {
    plan_ = {};
    plan_.slot({}), plan_.slot({"a", "b"});
    const std::string stream = message("\"before\"") + one + message("[\"after\"]");
    std::string bytes = stream;
    if (pack) bytes = packed(message("\"before\"")) + packed(one) + packed(message("[\"after\"]"));
    const auto framer = pack ? capnp_packed_framer(kOptions) : capnp_framer(kOptions);
    fed_ = test::feed(*framer, bytes, bytes.size(), pool_);
    const auto reader = capnp_format().reader(plan_);
    reader->prepare(slab(), 3);
    Column other[2];
    EXPECT_TRUE(reader->read(slab(), 0, other));
    const bool good = reader->read(slab(), 1, row_);
    reason_ = good ? "" : reader->reason();
    EXPECT_TRUE(reader->read(slab(), 2, other));
    EXPECT_EQ(other[0].kind, Column::Kind::array);
    return good;
  }
  const Slab& slab() { return *fed_.slabs[0]; }

  Pool pool_;
  FieldPlan plan_;
  test::Fed fed_;
  Column row_[2];
  std::string reason_;
};

TEST_F(CapnpValue, JsonPayloadIsReadInPlace) {
  for (bool pack : {false, true})
    for (const char* type :
         {"", "application/json", "Application/JSON; charset=utf-8", "application/problem+json", "application/x-ndjson"}) {
      ASSERT_TRUE(read(message(R"({ "a" : {"b": 9007199254740993}, "a\n":1})", type), pack)) << reason_;
      EXPECT_EQ(row_[0].kind, Column::Kind::object);
      EXPECT_EQ(column(slab(), row_[0]), R"({ "a" : {"b": 9007199254740993}, "a\n":1})");
      EXPECT_EQ(row_[1].kind, Column::Kind::number);
      EXPECT_EQ(column(slab(), row_[1]), "9007199254740993");
    }
}

TEST_F(CapnpValue, TextIsAString) {
  ASSERT_TRUE(read(message("caf\xc3\xa9 \"x\"\n", "text/plain")));
  EXPECT_EQ(row_[0].kind, Column::Kind::string);
  EXPECT_EQ(row_[0].form, Column::Form::plain);
  EXPECT_EQ(column(slab(), row_[0]), "caf\xc3\xa9 \"x\"\n");
  EXPECT_EQ(row_[1].kind, Column::Kind::wrong);
  EXPECT_EQ(row_[1].size, static_cast<uint32_t>(Column::Kind::string));
  ASSERT_TRUE(read(message("a\xff", "text/plain")));
  EXPECT_EQ(column(slab(), row_[0]), "\"a\xef\xbf\xbd\"");
}

TEST_F(CapnpValue, AnythingElseIsAStringOfBase64) {
  ASSERT_TRUE(read(message(std::string("\0\1\2\xff", 4), "image/png")));
  EXPECT_EQ(row_[0].kind, Column::Kind::string);
  EXPECT_EQ(column(slab(), row_[0]), "\"AAEC/w==\"");  // printf '\0\1\2\377' | base64
}

TEST_F(CapnpValue, NoPayloadIsNullOrAnEmptyString) {
  ASSERT_TRUE(read(message("")));
  EXPECT_EQ(row_[0].kind, Column::Kind::null);
  EXPECT_EQ(row_[0].form, Column::Form::plain);
  std::string text;
  slab().format->to_json(slab().record(1), text);
  EXPECT_EQ(text, "null");
  EXPECT_EQ(row_[1].kind, Column::Kind::missing);
  ASSERT_TRUE(read(message("", "text/plain")));
  EXPECT_EQ(row_[0].kind, Column::Kind::string);
  EXPECT_EQ(column(slab(), row_[0]), "");
}

TEST_F(CapnpValue, WhatIsNotSaysWhy) {
  EXPECT_FALSE(read(message("{\"a\":")));
  EXPECT_EQ(reason_.rfind("payload: not JSON at byte ", 0), 0u) << reason_;
  std::string newer = message("{}");
  newer[16] ^= 1 ^ 2;
  EXPECT_FALSE(read(newer));
  EXPECT_EQ(reason_, "envelope v2 unsupported");
}

// ---- Envelopes -----------------------------------------------------------------------------------------------------

struct Counting final : Random {
  uint64_t next() override { return ++n * 0x9E3779B97F4A7C15; }
  uint64_t n = 0;
};

const Instant kNow(Duration(1700000000123456789));

TEST(CapnpEnvelopes, AnUnchangedRecordKeepsItsBytesAndAChangedOneItsRest) {
  Pool pool;
  const auto all =
      std::vector{message(R"({"a":1})", "application/json", "one"), message(R"( {"a" : 2} )", "", "two"), message("raw", "text/plain")};
  auto fed = test::feed(*capnp_framer(kOptions), joined(all), 1 << 20, pool);
  Slab& slab = *fed.slabs[0];
  Counting random;
  add_envelopes(slab, "source", kNow, random);
  ASSERT_EQ(slab.envelopes.size(), 3u);
  EXPECT_EQ(slab.envelopes[1].subject, "two");
  EXPECT_EQ(slab.envelopes[1].origin, "") << "what it carries counts, not where it came from";
  const auto encoder = capnp_encoder(kOptions);
  EXPECT_EQ(encode_all(*encoder, fed.slabs), joined(all));

  slab.envelopes[1].subject = "changed";
  EXPECT_FALSE(encoder->as_is(slab));
  EXPECT_EQ(encode_all(*encoder, fed.slabs), all[0] + message(R"( {"a" : 2} )", "", "changed") + all[2]);
}

TEST(CapnpEnvelopes, ARecordThatIsNoArtifactIsAFault) {
  Pool pool;
  std::string newer = message("{}");
  newer[16] ^= 1 ^ 2;
  auto fed = test::feed(*capnp_framer(kOptions), message("1") + newer + message("2"), 1 << 20, pool);
  Counting random;
  add_envelopes(*fed.slabs[0], "source", kNow, random);
  ASSERT_EQ(fed.slabs[0]->faults.size(), 1u);
  EXPECT_EQ(fed.slabs[0]->faults[0].record, 1u);
  EXPECT_EQ(fed.slabs[0]->faults[0].message, "envelope v2 unsupported");
}

TEST(Uuid7, IsOfTheFormAndSortsByTime) {
  Counting random;
  const std::string id = uuid7(kNow, random);
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id.substr(0, 15), "018bcfe5-687b-7");  // python3: hex(1700000000123) = 0x18bcfe5687b
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  EXPECT_LT(id, uuid7(kNow + std::chrono::milliseconds(1), random));
  EXPECT_NE(id, uuid7(kNow, random));
}

// ---- Peers ---------------------------------------------------------------------------------------------------------

class CapnpPeer : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_tool("capnp")) GTEST_SKIP() << "NOT TESTED AGAINST ITS PEER: no capnp tool here (apt install capnproto)";
  }
  static std::string capnp(const std::string& words, std::string_view input) {
    const auto out = test::run_tool("capnp " + words + kTail, input);
    EXPECT_TRUE(out) << words;
    return out.value_or("");
  }
};

TEST_F(CapnpPeer, PackingIsByteForByteTheTools) {
  const auto all = messages(3, 80);
  std::string ours;
  for (const auto& one : all) ours += packed(one);
  // The tool lays a message out anew, so compare with its packing of what it laid out.
  const std::string theirs_flat = capnp("convert binary:binary", joined(all)), theirs_packed = capnp("convert binary:packed", joined(all));
  Pool pool;
  const auto flat = test::feed(*capnp_framer(kOptions), theirs_flat, 1 << 20, pool);
  ASSERT_EQ(flat.records.size(), all.size());
  EXPECT_EQ(encode_all(*capnp_packed_encoder(kOptions), flat.slabs), theirs_packed);
  EXPECT_EQ(capnp("convert packed:text", ours), capnp("convert binary:text", joined(all)));
}

TEST_F(CapnpPeer, WeReadTheToolsPackedStreamInAnyPieces) {
  const auto all = messages(4, 40);
  const std::string stream = capnp("convert binary:packed", joined(all)), flat = capnp("convert binary:binary", joined(all));
  for (size_t piece : kPieces) {
    Pool pool;
    const auto fed = test::feed(*capnp_packed_framer(kOptions), stream, piece, pool);
    EXPECT_FALSE(fed.broken);
    EXPECT_EQ(joined(fed.records), flat) << piece;
  }
}

TEST_F(CapnpPeer, JsonToPackedAndBack) {
  const std::string json = R"({"id":"x","mediaType":"application/json","payload":[123,125],"metadata":[{"key":"n","value":{"int":"7"}}]})";
  const std::string stream = capnp("convert json:packed", json);
  Pool pool;
  const auto fed = test::feed(*capnp_packed_framer(kOptions), stream, 5, pool);
  ASSERT_EQ(fed.records.size(), 1u);
  const auto envelope = artifact::decode(fed.records[0]);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->id, "x");
  EXPECT_EQ(*envelope->find("n"), MetaValue(int64_t{7}));
  EXPECT_EQ(artifact::view(fed.records[0])->payload, "{}");
}

}  // namespace
}  // namespace leat
