// Originals: what a stream's records were, once they have been letters: the same format, and the same bytes when written again.
#include "core/codec/originals.h"

#include <gtest/gtest.h>

#include "tests/support/feed.h"

namespace leat {
namespace {

struct Sample {
  std::string_view codec, stream;  // as the codec itself writes it
};
constexpr Sample kSamples[] = {
    {"ndjson", "{\"a\": 1}\n{bad\n"},
    {"json", "{\"a\": 1}\n[2]\n"},
    {"csv", "id,\"the, name\"\n1,\"x\"\n2,too,many\n\"q\"uote,y\n"},
    {"tsv", "id\tname\n1\ta\\tb\n2\n"},
    {"logfmt", "a=1 b=\"x y\"\n=bad\n"},
    {"lines", "one\r\r\n\n{\n"},
    {"nul", std::string_view("a\nb\0\0c\0", 7)},
    {"length-prefixed", std::string_view("\0\0\0\1"
                                         "1\0\0\0\3"
                                         "{\n}",
                                         12)},
    {"envelope", "{\"id\":\"x\",\"payload\":{\"a\": 1}}\n{\"bad\":1}\n"},
};

class OriginalsTest : public testing::TestWithParam<Sample> {
 protected:
  // As the driver hands failed records on, as the dead-letter sink writes them, and as its file is read.
  std::vector<SlabRef> as_letters(const test::Fed& fed, bool as_json) {
    std::string file;
    for (const SlabRef& slab : fed.slabs) {
      slab->envelopes.assign(slab->records.size(), {});
      for (size_t i = 0; i < slab->records.size(); ++i)
        slab->envelopes[i].failure = std::make_unique<Failure>(
            Failure{"malformed", "why", "filter", "err", "a.log", slab->position(static_cast<uint32_t>(i)), 2, 5, 9});
      letter_encoder(as_json)->encode(Batch(slab, {}, 0), file, [](uint32_t, const Reason& reason) { ADD_FAILURE() << reason.message; });
    }
    return test::feed(*letter_framer(as_json, {}), file, 50, pool_).slabs;
  }

  Pool pool_;
};
INSTANTIATE_TEST_SUITE_P(, OriginalsTest, testing::ValuesIn(kSamples), [](const auto& each) {
  std::string name(each.param.codec);
  std::erase(name, '-');
  return name;
});

TEST_P(OriginalsTest, RecordsComeBackAsTheyWereAndCanBeWrittenAgain) {
  const CodecSpec& codec = *find_codec(GetParam().codec);
  const auto framer = codec.framer({});
  const auto fed = test::feed(*framer, GetParam().stream, 1, pool_);
  for (bool as_json : {true, false}) {
    Originals originals("ndjson", {});
    const auto encoder = codec.encoder({});
    std::string written;
    std::vector<std::string> records;
    for (const SlabRef& letters : as_letters(fed, as_json)) {
      Letter letter;
      SlabRef slab = pool_.take();
      for (uint32_t i = 0; i < letters->records.size(); ++i) {
        ASSERT_TRUE(open_letter(*letters, i, letter));
        ASSERT_TRUE(*originals.add(letter, *slab));
        EXPECT_EQ(slab->envelopes[i].attempt, 2u);
        EXPECT_EQ(slab->envelopes[i].first_failed, 5);
        EXPECT_FALSE(slab->envelopes[i].failure);
        records.emplace_back(slab->record(i));
      }
      EXPECT_EQ(slab->format->name(), GetParam().codec);
      EXPECT_EQ(slab->format->header_row(), fed.slabs[0]->format->header_row());
      EXPECT_EQ(*slab->source, "a.log");
      slab->envelopes.clear();
      encoder->encode(Batch(slab, {}, 0), written, [](uint32_t, const Reason& reason) { ADD_FAILURE() << reason.message; });
    }
    EXPECT_EQ(records, fed.records);
    EXPECT_EQ(written, GetParam().stream);
  }
}

// A letter whose bytes go to a slab that has others asks for one of its own.
TEST(Originals, AnotherHeaderSourceOrCodecIsAnotherSlab) {
  Pool pool;
  Originals originals("lines", {});
  Letter letter;
  letter.envelope.failure = std::make_unique<Failure>();
  letter.bytes = "1,2";
  SlabRef slab = pool.take();
  EXPECT_TRUE(*originals.add(letter, *slab));
  EXPECT_EQ(slab->format->name(), "lines") << "of which it does not say otherwise";
  EXPECT_EQ(slab->source, nullptr);
  const auto moves_on = [&] {
    const bool stays = *originals.add(letter, *slab);
    if (!stays) slab = pool.take();
    return !stays && *originals.add(letter, *slab) && *originals.add(letter, *slab);
  };
  EXPECT_TRUE(*originals.add(letter, *slab));
  EXPECT_TRUE((letter.codec = "csv", moves_on()));
  EXPECT_TRUE((letter.header = "a,b", moves_on()));
  EXPECT_TRUE((letter.header = "b,a", moves_on()));
  EXPECT_EQ(slab->format->header_row(), "b,a");
  EXPECT_TRUE((letter.envelope.failure->source = "x.csv", moves_on()));
  letter.codec = "morse";
  const auto unknown = originals.add(letter, *slab);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().text, "a record of codec 'morse', which is not read here");
}

}  // namespace
}  // namespace leat
