#include "core/data/artifact.h"

#include <random>

#include <gtest/gtest.h>

#include "tests/support/envelopes.h"
#include "tests/support/tool.h"

namespace leat {
namespace {

const std::string kSchema = LEAT_SOURCE_DIR "/core/data/artifact.capnp";

const Envelope& full() {
  static const Envelope envelope = test::full_envelope();
  return envelope;
}

std::string encoded(const Envelope& envelope, std::string_view payload) {
  std::string out;
  const Done done = artifact::encode(envelope, payload, out);
  EXPECT_TRUE(done) << done.error().text;
  return out;
}

Envelope decoded(std::string_view message) {
  auto envelope = artifact::decode(message);
  EXPECT_TRUE(envelope) << envelope.error().text;
  return envelope ? std::move(*envelope) : Envelope();
}

TEST(Artifact, EveryFieldComesBack) {
  const std::string message = encoded(full(), R"({"n":1})");
  EXPECT_EQ(message.size() % 8, 0u);
  EXPECT_EQ(artifact::frame_size(message), message.size());
  EXPECT_EQ(decoded(message), full());
  const auto view = artifact::view(message);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->media_type, "application/json");
  EXPECT_EQ(view->payload, R"({"n":1})");
  EXPECT_GE(view->payload.data(), message.data()) << "the payload is read in place";
  EXPECT_LT(view->payload.data(), message.data() + message.size());
}

TEST(Artifact, AnUnalignedMessageReadsInPlaceToo) {
  for (size_t shift = 1; shift < 8; ++shift) {
    const std::string buffer = std::string(shift, 'x') + encoded(full(), "payload");
    const std::string_view message = std::string_view(buffer).substr(shift);
    EXPECT_EQ(decoded(message), full());
    const auto view = artifact::view(message);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->payload, "payload");
    EXPECT_GE(view->payload.data(), buffer.data());
    EXPECT_LT(view->payload.data(), buffer.data() + buffer.size());
  }
}

TEST(Artifact, EveryCutIsRefused) {
  const std::string message = encoded(full(), "payload");
  for (size_t size = 0; size < message.size(); ++size) {
    EXPECT_FALSE(artifact::decode(std::string_view(message).substr(0, size))) << size;
    EXPECT_FALSE(artifact::view(std::string_view(message).substr(0, size))) << size;
  }
}

TEST(Artifact, AnyFlippedByteIsReadOrRefused) {
  const std::string message = encoded(full(), "payload");
  std::mt19937 random(7);
  for (size_t at = 0; at < message.size(); ++at) {
    std::string wrong = message;
    wrong[at] = static_cast<char>(random());
    if (const auto envelope = artifact::decode(wrong)) {
      Envelope once = decoded(encoded(*envelope, "")), before = *envelope;
      before.unknown.clear(), once.unknown.clear();  // what is in it may change places
      EXPECT_TRUE(once == before) << at;
    }
  }
}

// Segment tables by hand: the format's own documentation says count - 1, sizes in words, padding to a word.
TEST(Artifact, FrameSizes) {
  const auto words = [](std::initializer_list<uint32_t> table) {
    std::string out;
    for (uint32_t word : table)
      for (int i = 0; i < 4; ++i) out += static_cast<char>(word >> 8 * i);
    return out;
  };
  EXPECT_EQ(artifact::frame_size(""), 0u);
  EXPECT_EQ(artifact::frame_size(words({0})), 0u);
  EXPECT_EQ(artifact::frame_size(words({0, 5})), 8u + 40u);
  EXPECT_EQ(artifact::frame_size(words({1, 5, 7})), 0u) << "the padding is not there yet";
  EXPECT_EQ(artifact::frame_size(words({1, 5, 7, 0})), 16u + 96u);
  EXPECT_EQ(artifact::frame_size(words({2, 1, 1, 1})), 16u + 24u);
  EXPECT_EQ(artifact::frame_size(words({511})), 0u);
  EXPECT_EQ(artifact::frame_size(words({512})), artifact::kNoFrame);
  EXPECT_EQ(artifact::frame_size(words({0xffffffff, 1})), artifact::kNoFrame) << "a count that overflows to no segment";
  EXPECT_EQ(artifact::frame_size(words({1, 0xffffffff, 0xffffffff, 0})), 16 + 8 * 2 * 0xffffffffull) << "sizes do not wrap";
}

TEST(Artifact, TextThatIsNoneIsRefusedBothWays) {
  Envelope e = full();
  e.subject = "\xff";
  std::string out;
  const Done done = artifact::encode(e, "", out);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text, "subject is not UTF-8");
  EXPECT_TRUE(out.empty());

  std::string message = encoded(full(), "");
  message.replace(message.find("orders.eu"), 1, "\xff");
  const auto envelope = artifact::decode(message);
  ASSERT_FALSE(envelope);
  EXPECT_EQ(envelope.error().text, "subject is not UTF-8");
}

TEST(Artifact, AnUnknownVersionIsRefused) {
  std::string message = encoded(Envelope(), "x");
  message[16] ^= 1 ^ 3;  // first data word, behind the segment table and the root pointer; stored xor its default of 1
  for (const auto& text : {artifact::decode(message).error().text, artifact::view(message).error().text})
    EXPECT_EQ(text, "envelope v3 unsupported");
}

TEST(Artifact, TooManyMetadataEntriesAreRefusedBothWays) {
  Envelope e;
  for (uint32_t i = 0; i < artifact::kMaxMeta; ++i) e.meta.emplace_back("k" + std::to_string(i), int64_t{i});
  EXPECT_EQ(decoded(encoded(e, "")), e);
  e.put("one more", true);
  std::string out;
  EXPECT_FALSE(artifact::encode(e, "", out));
}

TEST(Artifact, LastWriteOfAKeyWins) {
  Envelope twice;
  twice.meta = {{"k", std::string("first")}, {"other", true}, {"k", int64_t{2}}};
  const Envelope read = decoded(encoded(twice, ""));
  ASSERT_EQ(read.meta.size(), 2u);
  ASSERT_NE(read.find("k"), nullptr);
  EXPECT_EQ(*read.find("k"), MetaValue(int64_t{2}));
}

TEST(Artifact, RandomEnvelopesComeBack) {
  std::mt19937 random(42);
  for (int round = 0; round < 1000; ++round) {
    const Envelope e = test::random_envelope(random);
    const std::string payload = test::random_bytes(random, 40);
    const std::string message = encoded(e, payload);
    ASSERT_EQ(decoded(message), e) << round;
    ASSERT_EQ(artifact::view(message)->payload, payload) << round;
  }
}

// ---- Peers: the capnp tool reads what we write, we read what it writes ---------------------------------------------

class ArtifactPeer : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_tool("capnp")) GTEST_SKIP() << "NOT TESTED AGAINST ITS PEER: no capnp tool here (apt install capnproto)";
  }
  static std::string capnp(const std::string& words, std::string_view input, const std::string& schema = kSchema) {
    const auto out = test::run_tool("capnp " + words + " " + schema + " Artifact", input);
    EXPECT_TRUE(out) << words;
    return out.value_or("");
  }
};

const char kText[] =
    R"(( version = 1, id = "018f3b1c-7e2a-7cde-8123-456789abcdef", time = 1700000000123456789, mediaType = "application/json", origin = "gw1", )"
    R"(issuer = "ca", destination = "sink", subject = "orders.eu", role = "user", scope = "params", metadata = [ )"
    R"((key = "tenant", value = (text = "a")), (key = "retries", value = (int = -3)), (key = "ratio", value = (float = 0.5)), )"
    R"((key = "sampled", value = (bool = true)), (key = "blob", value = (binary = 0x"00 ff")) ], payload = "{}", )"
    R"(checksum = (algorithm = "crc32c", value = "\x124"), signature = (algorithm = "ed25519", key = "k1", value = "sig"), )"
    R"(error = ( code = "malformed", message = "no value", stage = "filter", port = "out", source = "a.ndjson", offset = 77, attempts = 3, )"
    R"(first = 5, last = 9 ), approvals = [(kind = "zk", body = 0x"00 01")], )"
    R"(trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", parent = "p1", attempt = 2 ))";

TEST_F(ArtifactPeer, WeReadWhatTheToolEncodes) {
  const std::string message = capnp("encode", kText);
  EXPECT_EQ(decoded(message), full());
  EXPECT_EQ(artifact::view(message)->payload, "{}");
  EXPECT_EQ(decoded(capnp("convert text:binary", kText)), full());
}

TEST_F(ArtifactPeer, TheToolReadsWhatWeEncode) {
  const std::string ours = encoded(full(), "{}");
  EXPECT_EQ(capnp("decode --short", ours), capnp("decode --short", capnp("encode", kText)));
  EXPECT_EQ(capnp("convert binary:json", ours), capnp("convert text:json", kText));
  const std::string packed = capnp("convert binary:packed", ours);
  EXPECT_EQ(decoded(capnp("convert packed:binary", packed)), full());
}

TEST_F(ArtifactPeer, TheToolsEmptyMessageIsAnEmptyEnvelope) {
  EXPECT_EQ(decoded(capnp("encode", "()")), Envelope());
  EXPECT_EQ(capnp("decode --short", encoded(Envelope(), "")), "(version = 1, time = 0, attempt = 0)\n");
}

// A schema of the future: everything that the growth rules allow, used.
class ArtifactGrowth : public ArtifactPeer {
 protected:
  void SetUp() override {
    ArtifactPeer::SetUp();
    std::ifstream file(kSchema);
    std::string schema(std::istreambuf_iterator<char>(file), {});
    const auto add = [&](const std::string& behind, const std::string& text) {
      const size_t at = schema.find(behind);
      ASSERT_NE(at, std::string::npos) << behind;
      schema.insert(schema.find('\n', at), "\n" + text);
    };
    add("attempt @18", "shard @19 :UInt16 = 0; region @20 :Text; quota @21 :Quota; struct Quota { left @0 :Int64; who @1 :List(Text); }");
    add("binary @5", "span @6 :Span;");
    add("binary @5", "");
    add("bool @4", "");
    add("last @8", "hint @9 :Text;");
    add("body @1", "expires @2 :Int64;");
    add("struct Entry {", "struct Span { begin @0 :Int64; end @1 :Int64; }");
    path_ = (std::filesystem::temp_directory_path() / ("leat-growth-" + std::to_string(getpid()) + ".capnp")).string();
    std::ofstream(path_) << schema;
  }
  void TearDown() override { std::filesystem::remove(path_); }
  std::string newer(const std::string& words, std::string_view input) const { return capnp(words, input, path_); }

  std::string path_;
};

TEST_F(ArtifactGrowth, WhatANewerWriterSaidIsKeptWhenTheEnvelopeChanges) {
  const std::string message =
      newer("encode",
            R"(( subject = "a", metadata = [(key = "n", value = (int = 1)), (key = "s", value = (span = (begin = 1, end = 2)))],
                                        payload = "old", error = (code = "x", hint = "look"), approvals = [(kind = "k", body = "b", expires = 9)],
                                        shard = 7, region = "eu", quota = (left = 5, who = ["me", "you"]) ))");
  Envelope e = decoded(message);
  EXPECT_FALSE(e.unknown.empty());
  EXPECT_EQ(e.meta.size(), 1u) << "a value of a kind we do not know cannot be read";
  e.subject = "b";
  e.put("n", std::string("two"));
  e.put("new", true);
  e.failure->attempts = 4;
  const std::string again = encoded(e, "new payload");
  EXPECT_EQ(newer("decode --short", again),
            newer("decode --short",
                  newer("encode",
                        R"(( subject = "b", metadata = [(key = "n", value = (text = "two")), (key = "new", value = (bool = true)),
                                        (key = "s", value = (span = (begin = 1, end = 2)))], payload = "new payload",
                                        error = (code = "x", hint = "look", attempts = 4), approvals = [(kind = "k", body = "b", expires = 9)],
                                        shard = 7, region = "eu", quota = (left = 5, who = ["me", "you"]) ))")));
  Envelope once_more = decoded(again);
  EXPECT_EQ(once_more.subject, "b");
  EXPECT_EQ(encoded(once_more, "new payload"), again) << "and it does not grow by being read and written";
}

TEST_F(ArtifactGrowth, EveryKindOfAdditionIsNoticed) {
  for (const char* text :
       {"(shard = 1)", "(region = \"x\")", "(quota = (left = 1))", "(metadata = [(key = \"s\", value = (span = (begin = 1)))])",
        "(error = (hint = \"x\"))", "(approvals = [(expires = 1)])"})
    EXPECT_FALSE(decoded(newer("encode", text)).unknown.empty()) << text;
  EXPECT_TRUE(decoded(newer("encode", kText)).unknown.empty()) << "additions that nobody set cost nothing";
}

TEST_F(ArtifactGrowth, AKeyWrittenOverTakesThePlaceOfAnUnknownKind) {
  Envelope e = decoded(newer("encode", R"((metadata = [(key = "s", value = (int = 1)), (key = "s", value = (span = (begin = 1)))]))"));
  EXPECT_EQ(e.find("s"), nullptr);
  e.put("s", false);
  EXPECT_EQ(newer("decode --short", encoded(e, "")),
            "(version = 1, time = 0, metadata = [(key = \"s\", value = (bool = false))], attempt = 0, shard = 0)\n");
}

}  // namespace
}  // namespace leat
