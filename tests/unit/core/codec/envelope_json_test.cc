#include "core/codec/envelope_json.h"

#include <gtest/gtest.h>

#include "core/codec/json_format.h"
#include "core/codec/json_members.h"
#include "core/codec/json_text.h"
#include "core/data/artifact.h"
#include "tests/support/envelopes.h"
#include "tests/support/feed.h"
#include "tests/support/tool.h"

namespace leat {
namespace {

using envelope_json::Spell;

std::string written(const Envelope& envelope, std::string_view payload, Spell spell = Spell::readable) {
  std::string out;
  envelope_json::write(envelope, payload, spell, out);
  EXPECT_FALSE(json::fault(out)) << out;
  EXPECT_EQ(out.find('\n'), std::string::npos) << out;
  return out;
}

std::string refusal(std::string_view object) {
  Parts parts;
  const Done done = envelope_json::read(object, parts);
  return done ? "" : done.error().text;
}

// By hand; the time is python3's datetime.utcfromtimestamp(1700000000), base64 is coreutils'.
TEST(EnvelopeJson, EveryFieldByItsName) {
  EXPECT_EQ(
      written(test::full_envelope(), R"({"n": 1})"),
      R"({"time":"2023-11-14T22:13:20.123456789Z","id":"018f3b1c-7e2a-7cde-8123-456789abcdef","origin":"gw1","issuer":"ca",)"
      R"("destination":"sink","subject":"orders.eu","media_type":"application/json","role":"user","scope":"params",)"
      R"("trace":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","parent":"p1",)"
      R"("meta":{"tenant":"a","retries":-3,"ratio":0.5,"sampled":true,"blob":{"base64":"AP8="}},)"
      R"("checksum_algorithm":"crc32c","checksum":"EjQ=","signature_algorithm":"ed25519","signature_key":"k1","signature":"c2ln","attempt":2,)"
      R"("error":{"code":"malformed","message":"no value","stage":"filter","port":"out","source":"a.ndjson","offset":77,"attempts":3,)"
      R"("first":"1970-01-01T00:00:00.000000005Z","last":"1970-01-01T00:00:00.000000009Z"},)"
      R"("approvals":[{"kind":"zk","body":"AAE="}],"payload":{"n": 1}})");
  EXPECT_EQ(written(Envelope(), ""), "{}");
}

TEST(EnvelopeJson, WhatIsWrittenIsReadTheSame) {
  std::mt19937 random(11);
  const char* const kTypes[] = {"", "application/json", "text/plain", "image/png"};
  const char* const kPayloads[] = {"", "1", "{\"a\":[1,2]}", "\"x\"", "null", "{bad", "caf\xc3\xa9\r\n", "\xff", "{\"base64\":\"AA==\"}"};
  for (int round = 0; round < 2000; ++round) {
    Envelope e = test::random_envelope(random);
    e.media_type = kTypes[random() % std::size(kTypes)];
    const std::string payload = random() % 3 ? kPayloads[random() % std::size(kPayloads)] : test::random_bytes(random, 9);
    for (Spell spell : {Spell::readable, Spell::exact}) {
      const std::string line = written(e, payload, spell);
      Parts parts;
      const Done done = envelope_json::read(line, parts);
      ASSERT_TRUE(done) << done.error().text << line;
      ASSERT_EQ(parts.envelope, e) << line;
      // A JSON payload may lose white space around it: that is what the other spelling is for.
      const bool exact = spell == Spell::exact || payload.find_first_of(" \t\r\n") == payload.npos;
      ASSERT_TRUE(!exact || parts.payload == payload) << line;
      ASSERT_EQ(written(parts.envelope, parts.payload, spell), line);
    }
  }
}

TEST(EnvelopeJson, PayloadIsSpelledAsItsMediaTypeReads) {
  const struct {
    const char *type, *payload, *spelled;
  } kCases[] = {{"", "{ \"a\" : 9007199254740993 }", R"("payload":{ "a" : 9007199254740993 })"},
                {"application/json", "[1,\n 2]", R"("payload":[1,2])"},
                {"application/json", "{bad", R"("payload_text":"{bad")"},
                {"application/json", "\xff", R"("payload_base64":"/w==")"},
                {"text/plain", "a\n\"b\"", R"("payload":"a\n\"b\"")"},
                {"text/plain", "\xff", R"("payload_base64":"/w==")"},
                {"application/xml", "<a/>", R"("payload_text":"<a/>")"},
                {"image/png", "\x89PNG", R"("payload_base64":"iVBORw==")"}};
  for (const auto& [type, payload, spelled] : kCases) {
    Envelope e;
    e.media_type = type;
    const std::string line = written(e, payload);
    EXPECT_NE(line.find(std::string(spelled) + "}"), line.npos) << line;
  }
}

TEST(EnvelopeJson, WrittenByHand) {
  Parts parts;
  ASSERT_TRUE(envelope_json::read(
      R"( { "subject" : "a\u00e9b" , "media_type":"text/csv", "payload":"x,y\n", "time": 5, "meta":{"f":1e3,"i":1000} } )", parts));
  EXPECT_EQ(parts.envelope.subject,
            "a\xc3\xa9"
            "b");
  EXPECT_EQ(parts.payload, "x,y\n");
  EXPECT_EQ(parts.envelope.time, 5);
  EXPECT_EQ(*parts.envelope.find("f"), MetaValue(1000.0));
  EXPECT_EQ(*parts.envelope.find("i"), MetaValue(int64_t{1000}));
  ASSERT_TRUE(envelope_json::read(R"({"time":"2023-11-14T23:13:20+01:00","payload":null})", parts));
  EXPECT_EQ(parts.envelope.time, 1700000000000000000);
  EXPECT_EQ(parts.payload, "null");
}

TEST(EnvelopeJson, WhatIsNoArtifactSaysWhy) {
  const std::pair<const char*, const char*> kCases[] = {
      {"[1]", "an object expected"},
      {R"({"orgin":"x"})", "no field 'orgin' (did you mean origin?)"},
      {R"({"origin":1})", "origin: a string expected"},
      {R"({"time":"yesterday"})", "time: an RFC 3339 time from 1678 to 2261 expected"},
      {R"({"attempt":-1})", "attempt: a whole number from 0 to 4294967295 expected"},
      {R"({"attempt":1.5})", "attempt: a whole number from 0 to 4294967295 expected"},
      {R"({"checksum":"x"})", "checksum: base64 expected"},
      {R"({"unknown":"AAAA"})", "unknown: an artifact message expected"},
      {R"({"meta":[]})", "meta: an object expected"},
      {R"({"meta":{"a":[1]}})", "meta.a: text, a number of 64 bits, true, false, {\"base64\": ...} or {\"float\": \"nan\"} expected"},
      {R"({"meta":{"a":9223372036854775808}})",
       "meta.a: text, a number of 64 bits, true, false, {\"base64\": ...} or {\"float\": \"nan\"} expected"},
      {R"({"meta":{"a":{"base64":"AA==","b":1}}})",
       "meta.a: text, a number of 64 bits, true, false, {\"base64\": ...} or {\"float\": \"nan\"} expected"},
      {R"({"error":{"cod":"x"}})", "error.cod: no such field"},
      {R"({"payload":1,"payload_text":"x"})", "payload_text: only one spelling of the payload expected"},
      {R"({"media_type":"text/plain","payload":1})", "payload: a string for media type 'text/plain' expected"},
      {R"({"payload_text":1})", "payload_text: a string for it expected"}};
  for (const auto& [object, why] : kCases) EXPECT_EQ(refusal(object), why) << object;
  EXPECT_EQ(refusal("{\"id\":").rfind("not JSON at byte ", 0), 0u);
  EXPECT_EQ(refusal("").rfind("not JSON at byte ", 0), 0u);
}

TEST(JsonMembers, PartsAsTheyAreSpelled) {
  json::Members members(" { \"a\\n\" : [1, {\"x\":\"}]\\\"\"}] ,\"b\":-1e5,\"c\": \"q,}\" , \"d\":true } ");
  std::string key;
  std::string_view value;
  const std::pair<const char*, const char*> kParts[] = {{"a\n", "[1, {\"x\":\"}]\\\"\"}]"}, {"b", "-1e5"}, {"c", "\"q,}\""}, {"d", "true"}};
  for (const auto& [name, text] : kParts) {
    ASSERT_TRUE(members.next(key, value));
    EXPECT_EQ(key, name);
    EXPECT_EQ(value, text);
  }
  EXPECT_FALSE(members.next(key, value));
  json::Members items("[[],{} ,1]");
  for (const char* text : {"[]", "{}", "1"}) {
    ASSERT_TRUE(items.next(value));
    EXPECT_EQ(value, text);
  }
  EXPECT_FALSE(items.next(value));
}

// ---- As records ----------------------------------------------------------------------------------------------------

class EnvelopeRecords : public testing::Test {
 protected:
  // The columns of `.` and `.a` of a line, in text; "?" for what is no value.
  std::pair<std::string, std::string> read(const std::string& line) {
    FieldPlan plan;
    plan.slot({}), plan.slot({"a"});
    SlabRef slab = pool_.take();
    slab->format = &envelope_format();
    slab->add(R"({"payload":0})");
    slab->add(line);
    const auto reader = envelope_format().reader(plan);
    reader->prepare(*slab, 2);
    Column row[2];
    EXPECT_TRUE(reader->read(*slab, 0, row));
    if (!reader->read(*slab, 1, row)) return {"refused", reader->reason()};
    std::string whole;
    slab->format->to_json(slab->record(1), whole);
    EXPECT_EQ(whole, row[0].kind == Column::Kind::null ? "null" : text(*slab, row[0])) << "to_json and the column differ";
    return {text(*slab, row[0]), text(*slab, row[1])};
  }

  static std::string text(const Slab& slab, const Column& column) {
    if (column.kind == Column::Kind::missing) return "missing";
    if (column.kind == Column::Kind::wrong)
      return column.size == static_cast<uint32_t>(Column::Kind::string) ? "of a string" : "of another";
    const std::string inside(slab.text().substr(column.begin, column.size));
    return column.kind == Column::Kind::string ? "\"" + inside + "\"" : inside;
  }

  using Texts = std::pair<std::string, std::string>;
  Pool pool_;
};

TEST_F(EnvelopeRecords, TheValueIsThePayload) {
  EXPECT_EQ(read(R"({"id":"x","payload":{"a":1}})"), Texts(R"({"a":1})", "1"));
  EXPECT_EQ(read(R"({"payload":[1],"media_type":"application/x+json"})"), Texts("[1]", "of another"));
  EXPECT_EQ(read(R"({"media_type":"text\/plain","payload":"t\n"})"), Texts(R"("t\n")", "of a string"));
  EXPECT_EQ(read(R"({"payload_text":"{bad","media_type":"application/json"})"), Texts(R"("{bad")", "of a string"));
  EXPECT_EQ(read(R"({"payload_base64":"AAE="})"), Texts(R"("AAE=")", "of a string"));
  EXPECT_EQ(read(R"({"id":"x"})").second, "missing");
  EXPECT_EQ(read(R"({"media_type":"text/plain"})"), Texts(R"("")", "of a string"));
}

TEST_F(EnvelopeRecords, WhatIsNotSaysWhy) {
  EXPECT_EQ(read("[1]"), Texts("refused", "an object expected"));
  EXPECT_EQ(read(R"({"payload":1,"payload_text":""})"), Texts("refused", "only one spelling of the payload expected"));
  EXPECT_EQ(read(R"({"payload":1,"media_type":"text/plain"})"), Texts("refused", "payload: a string expected for its media type"));
  EXPECT_EQ(read(R"({"payload_text":1})"), Texts("refused", "a string expected for the payload"));
  EXPECT_EQ(read(R"({"payload":{"a":})").first, "refused");
}

TEST_F(EnvelopeRecords, AnUnchangedLineKeepsItsBytesAndAChangedOneIsWrittenAnew) {
  SlabRef slab = pool_.take();
  slab->format = &envelope_format();
  slab->add(R"({ "subject" : "a", "payload": 1.0 })");
  slab->add(R"({ "subject" : "b", "payload": {"x":1} })");
  Parts parts;
  for (uint32_t i = 0; i < 2; ++i) {
    ASSERT_TRUE(envelope_format().unpack(slab->record(i), parts));
    slab->envelopes.push_back(parts.envelope);
  }
  slab->envelopes[1].subject = "c";
  std::string out;
  envelope_encoder({})->encode(Batch(slab, {}, 0), out, [](uint32_t, const Reason& reason) { ADD_FAILURE() << reason.message; });
  EXPECT_EQ(out, "{ \"subject\" : \"a\", \"payload\": 1.0 }\n{\"subject\":\"c\",\"payload\":{\"x\":1}}\n");
}

TEST_F(EnvelopeRecords, LinesInAnyPieces) {
  const std::string lines = "{\"id\":\"a\",\"payload\":1}\n\n{\"id\":\"b\"}\r\n{\"id\":\"c\"}";
  for (size_t piece : {1, 2, 5, 100}) {
    const auto fed = test::feed(*envelope_framer({}), lines, piece, pool_);
    EXPECT_EQ(fed.records, (std::vector<std::string>{R"({"id":"a","payload":1})", R"({"id":"b"})", R"({"id":"c"})"}));
    for (const SlabRef& slab : fed.slabs) EXPECT_EQ(slab->format, &envelope_format());
  }
}

TEST_F(EnvelopeRecords, ToCapnpAndBack) {
  std::mt19937 random(5);
  std::string lines;
  for (int i = 0; i < 50; ++i) {
    Envelope e = test::random_envelope(random);
    e.media_type = "text/plain";
    envelope_json::write(e, test::random_words(random), Spell::readable, lines);
    lines += '\n';
  }
  const auto convert = [&](const char* in, const char* out, const std::string& bytes) {
    const auto fed = test::feed(*find_codec(in)->framer({}), bytes, 1000, pool_);
    EXPECT_FALSE(fed.broken);
    std::string written;
    const auto encoder = find_codec(out)->encoder({});
    for (const SlabRef& slab : fed.slabs)
      encoder->encode(Batch(slab, {}, 0), written, [](uint32_t, const Reason& reason) { ADD_FAILURE() << reason.message; });
    return written;
  };
  const std::string flat = convert("envelope", "capnp", lines);
  EXPECT_EQ(convert("capnp", "envelope", flat), lines);
  const std::string packed = convert("capnp", "capnp-packed", flat);
  EXPECT_LT(packed.size(), flat.size());
  EXPECT_EQ(convert("capnp-packed", "capnp", packed), flat);
  EXPECT_EQ(convert("envelope", "capnp-packed", lines), packed);
  EXPECT_EQ(convert("capnp-packed", "envelope", packed), lines);
}

TEST_F(EnvelopeRecords, OtherFormatsBecomeArtifacts) {
  const auto encoded = [&](const char* in, const std::string& bytes, std::vector<std::string>* failed) {
    const auto fed = test::feed(*find_codec(in)->framer({}), bytes, 1000, pool_);
    std::string out;
    const auto encoder = envelope_encoder({});
    for (const SlabRef& slab : fed.slabs)
      encoder->encode(Batch(slab, {}, 0), out, [&](uint32_t, const Reason& reason) { failed->push_back(std::string(reason.code)); });
    return out;
  };
  std::vector<std::string> failed;
  EXPECT_EQ(encoded("ndjson", "{\"a\": 1}\n{bad\n2\n", &failed),
            "{\"media_type\":\"application/json\",\"payload\":{\"a\": 1}}\n{\"media_type\":\"application/json\",\"payload\":2}\n");
  EXPECT_EQ(failed, std::vector<std::string>{"malformed"}) << "what is no JSON is not passed off as some";
  EXPECT_EQ(encoded("lines", "x y\n", &failed), "{\"media_type\":\"text/plain\",\"payload\":\"x y\"}\n");
}

// A text that map turned into JSON is no text/plain any more; a JSON of its own kind stays what it was.
TEST_F(EnvelopeRecords, TheMediaTypeFollowsTheBytes) {
  SlabRef slab = pool_.take();
  slab->format = &json_format();
  for (const char* type : {"text/plain", "application/geo+json", ""}) {
    slab->add("[1]");
    slab->envelopes.emplace_back().media_type = type;
  }
  std::string out;
  envelope_encoder({})->encode(Batch(slab, {}, 0), out, [](uint32_t, const Reason& reason) { ADD_FAILURE() << reason.message; });
  EXPECT_EQ(out,
            "{\"media_type\":\"application/json\",\"payload\":[1]}\n{\"media_type\":\"application/"
            "geo+json\",\"payload\":[1]}\n{\"payload\":[1]}\n");
}

// ---- Peers ---------------------------------------------------------------------------------------------------------

// The same artifact as capnp prints it and as we do, compared by python3.
TEST(EnvelopeJsonPeer, SaysWhatTheCapnpToolSays) {
  if (!test::has_tool("capnp") || !test::has_tool("python3")) GTEST_SKIP() << "NOT TESTED AGAINST ITS PEERS: capnp or python3 is missing";
  std::string message;
  ASSERT_TRUE(artifact::encode(test::full_envelope(), R"({"n":1})", message));
  const auto theirs = test::run_tool("capnp convert binary:json " LEAT_SOURCE_DIR "/core/data/artifact.capnp Artifact", message);
  ASSERT_TRUE(theirs);
  std::string ours = written(test::full_envelope(), R"({"n":1})");
  const char* const kCompare = R"(python3 -c '
import sys, json, base64, re
ours, theirs = json.JSONDecoder().raw_decode(sys.stdin.readline())[0], json.loads(sys.stdin.read())
raw = lambda text: list(base64.b64decode(text))
def ns(text):
  import datetime, calendar
  whole, fraction = re.fullmatch(r"(.*?)(?:\.(\d+))?Z", text).groups()
  return str(calendar.timegm(datetime.datetime.fromisoformat(whole).timetuple()) * 10**9 + int((fraction or "").ljust(9, "0")))
for theirs_name, our_name in dict(id="id", mediaType="media_type", origin="origin", issuer="issuer", destination="destination", subject="subject",
                                  role="role", scope="scope", trace="trace", parent="parent", attempt="attempt").items():
  assert theirs[theirs_name] == ours[our_name], theirs_name
assert theirs["time"] == ns(ours["time"])
assert bytes(theirs["payload"]).decode() == "{\"n\":1}" and ours["payload"] == {"n": 1}
assert theirs["checksum"] == {"algorithm": ours["checksum_algorithm"], "value": raw(ours["checksum"])}
assert theirs["signature"] == {"algorithm": ours["signature_algorithm"], "key": ours["signature_key"], "value": raw(ours["signature"])}
error = ours["error"]
assert theirs["error"] == dict(error, offset=str(error["offset"]), first=ns(error["first"]), last=ns(error["last"]))
assert theirs["approvals"] == [{"kind": one["kind"], "body": raw(one["body"])} for one in ours["approvals"]]
meta = {entry["key"]: entry["value"] for entry in theirs["metadata"]}
assert meta == {"tenant": {"text": ours["meta"]["tenant"]}, "retries": {"int": str(ours["meta"]["retries"])}, "ratio": {"float": ours["meta"]["ratio"]},
                "sampled": {"bool": ours["meta"]["sampled"]}, "blob": {"binary": raw(ours["meta"]["blob"]["base64"])}}, meta
')";
  EXPECT_TRUE(test::run_tool(kCompare, ours + "\n" + *theirs)) << ours << *theirs;
}

}  // namespace
}  // namespace leat
