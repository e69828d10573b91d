#include "core/codec/letter.h"

#include <gtest/gtest.h>

#include "core/codec/capnp.h"
#include "core/codec/json_format.h"
#include "core/data/artifact.h"
#include "tests/support/envelopes.h"
#include "tests/support/feed.h"
#include "tests/support/tool.h"

namespace leat {
namespace {

class LetterTest : public testing::TestWithParam<bool> {
 protected:
  // As the driver hands failed records on: their bytes, and an envelope that says what happened.
  void fail(Slab& slab, std::string_view record, Envelope envelope) {
    slab.add(record);
    if (!envelope.failure) envelope.failure = std::make_unique<Failure>(Failure{"malformed", "why", "filter", "err", "a.log", 7, 2, 5, 9});
    slab.envelopes.push_back(std::move(envelope));
  }

  std::string written(const SlabRef& slab) {
    std::string out;
    letter_encoder(GetParam())->encode(Batch(slab, {}, 0), out, [](uint32_t, const Reason& reason) { ADD_FAILURE() << reason.message; });
    return out;
  }

  struct Read {
    std::vector<Letter> letters;
    std::vector<std::string> bytes, wrong;
    std::optional<Error> broken;
  };
  Read read(std::string_view file, size_t piece, const CodecOptions& options = {}) {
    const auto fed = test::feed(*letter_framer(GetParam(), options), file, piece, pool_);
    Read read;
    read.broken = fed.broken;
    for (const SlabRef& slab : fed.slabs)
      for (uint32_t i = 0; i < slab->records.size(); ++i) {
        Letter letter;
        const Done done = open_letter(*slab->format, slab->record(i), letter);
        if (!done) {
          read.wrong.push_back(done.error().text);
          continue;
        }
        read.bytes.emplace_back(letter.bytes);
        read.letters.push_back(std::move(letter));
      }
    return read;
  }

  Pool pool_;
};
INSTANTIATE_TEST_SUITE_P(, LetterTest, testing::Values(true, false), [](const auto& each) { return each.param ? "Json" : "Artifacts"; });

TEST_P(LetterTest, Row38EveryByteAndTheReasonComeBack) {
  std::mt19937 random(3);
  SlabRef slab = pool_.take();
  slab->format = &json_format();
  std::vector<std::string> records{"{bad", " {\"a\": 1.0} ", "", "\xff\xfe", "line\r"};
  std::vector<Envelope> envelopes(records.size());
  for (int i = 0; i < 200; ++i) {
    records.push_back(test::random_bytes(random, 30));
    envelopes.push_back(test::random_envelope(random));
  }
  for (size_t i = 0; i < records.size(); ++i) fail(*slab, records[i], envelopes[i]);
  const std::string file = written(slab);
  for (size_t piece : {size_t{1}, size_t{77}, file.size()}) {
    const Read back = read(file, piece);
    EXPECT_FALSE(back.broken);
    EXPECT_EQ(back.wrong, std::vector<std::string>());
    ASSERT_EQ(back.bytes, records);
    for (size_t i = 0; i < records.size(); ++i) {
      EXPECT_EQ(*back.letters[i].envelope.failure, *slab->envelopes[i].failure);
      EXPECT_EQ(back.letters[i].codec, "ndjson");
      EXPECT_EQ(back.letters[i].envelope.meta.size(), slab->envelopes[i].meta.size());
      EXPECT_EQ(back.letters[i].envelope.subject, slab->envelopes[i].subject);
    }
  }
}

TEST_P(LetterTest, AFailedArtifactIsKeptWhole) {
  std::string message;
  Envelope own = test::full_envelope();
  own.failure.reset();
  ASSERT_TRUE(artifact::encode(own, "{bad", message));
  SlabRef slab = pool_.take();
  slab->format = &capnp_format();
  fail(*slab, message, {});
  fail(*slab, "no message at all", {});
  const Read back = read(written(slab), 64);
  ASSERT_EQ(back.bytes, (std::vector<std::string>{message, "no message at all"}));
  EXPECT_EQ(back.letters[0].codec, "capnp");
  EXPECT_EQ(back.letters[0].envelope.failure->code, "malformed");
  EXPECT_TRUE(back.letters[0].envelope.signature.empty()) << "which was over its own payload";
}

TEST_P(LetterTest, AChangedByteIsNoticed) {
  SlabRef slab = pool_.take();
  slab->format = &json_format();
  fail(*slab, "abcdefgh", {});
  std::string file = written(slab);
  file[file.find("abcdefgh")] = 'x';
  EXPECT_EQ(read(file, 100).wrong, std::vector<std::string>{"the letter's bytes are not those that were written: crc32c differs"});
}

TEST_P(LetterTest, ATornLastLetterLeavesTheOthersReadable) {
  SlabRef slab = pool_.take();
  slab->format = &json_format();
  fail(*slab, "one", {});
  const std::string first = written(slab);
  for (size_t size = 1; size + 2 < first.size(); size += 5) {
    const Read back = read(first + first.substr(0, size), 50);
    EXPECT_EQ(back.bytes, std::vector<std::string>{"one"});
    EXPECT_EQ(back.broken.has_value() + back.wrong.size(), 1u) << "and it is said";
  }
}

TEST_P(LetterTest, TheLongestRecordStillFits) {
  CodecOptions options;
  options.max_record = 100000;
  SlabRef slab = pool_.take();
  slab->format = &json_format();
  fail(*slab, std::string(options.max_record, '\x01'), {});
  const Read back = read(written(slab), 1 << 20, options);
  EXPECT_EQ(back.wrong, std::vector<std::string>());
  ASSERT_EQ(back.bytes.size(), 1u);
  EXPECT_EQ(back.bytes[0].size(), options.max_record);
}

TEST_P(LetterTest, AnArtifactWithoutAnErrorIsNone) {
  std::string file;
  if (GetParam())
    file = "{\"payload_text\":\"x\"}\n";
  else
    ASSERT_TRUE(artifact::encode({}, "x", file));
  EXPECT_EQ(read(file, 10).wrong, std::vector<std::string>{"no dead letter: it has no error"});
}

TEST(Letters, TheFilesNameSaysHowTheyAreSpelled) {
  EXPECT_TRUE(letters_as_json("dead.ndjson"));
  EXPECT_TRUE(letters_as_json("a/b.jsonl"));
  EXPECT_FALSE(letters_as_json("dead.bin"));
  EXPECT_FALSE(letters_as_json("ndjson"));
}

// What a user would do with a file of letters and jq alone.
TEST(LetterPeer, JqGetsTheOriginalRecordsBack) {
  if (!test::has_tool("jq")) GTEST_SKIP() << "NOT TESTED AGAINST ITS PEER: no jq here";
  Pool pool;
  SlabRef slab = pool.take();
  slab->format = &json_format();
  std::string records;
  for (const char* record : {"{bad \"quotes\" \\ ", "[1,2", "caf\xc3\xa9\t"}) {
    slab->add(record);
    slab->envelopes.emplace_back().failure = std::make_unique<Failure>();
    slab->envelopes.back().failure->code = "malformed";
    records += record + std::string("\n");
  }
  std::string file;
  letter_encoder(true)->encode(Batch(slab, {}, 0), file, [](uint32_t, const Reason&) { FAIL(); });
  EXPECT_EQ(test::run_tool("jq -r 'select(.error.code == \"malformed\") | .payload_text'", file), records);
}

}  // namespace
}  // namespace leat
