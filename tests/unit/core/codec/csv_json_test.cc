// Rows as JSON text: the quick way must say what the plain one does, which csv_test and peers_test hold against Miller.
#include "core/codec/csv_json.h"

#include <random>

#include <gtest/gtest.h>

namespace leat {
namespace {

constexpr const char* kPieces[] = {"a",
                                   "bc",
                                   "1",
                                   "0",
                                   "-",
                                   ".5",
                                   "1e5",
                                   "true",
                                   "false",
                                   " ",
                                   "12345678901234567890",
                                   "\xC3\xA9",
                                   "\xF0\x9F\x98\x80",
                                   "\\",
                                   "\\t",
                                   "\x01",
                                   "\x7F",
                                   "\r",
                                   "/",
                                   "'",
                                   "a long piece of a field that fills more than a block of sixty-four bytes"};

// Rows of every length against the blocks of 64, with what must be escaped, what must not, and what is none.
TEST(CsvJson, TheQuickWaySaysWhatThePlainOneDoes) {
  std::mt19937_64 random(5);
  const auto pick = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  size_t good = 0, bad = 0;
  for (const bool quotes : {true, false})
    for (const bool infer : {true, false}) {
      const CsvDialect dialect{quotes ? ',' : '\t', quotes};
      CsvFormat format(dialect, infer);
      ASSERT_FALSE(format.header(quotes ? "a,\"b \"\"q\"\"\",\xC3\xA9,d" : "a\tb \"q\"\t\xC3\xA9\td"));
      CsvJson json(format);
      for (int round = 0; round < 4000; ++round) {
        std::string row;
        const size_t fields = pick(20) == 0 ? 3 + 2 * pick(2) : 4;
        for (size_t i = 0; i < fields; ++i) {
          if (i > 0) row += dialect.separator;
          const bool quoted = pick(12) == 0;
          if (quoted) row += quotes ? "\"x,\"\"y\"\"" : "\"";
          for (size_t pieces = pick(3) * pick(3); pieces > 0; --pieces) row += kPieces[pick(std::size(kPieces))];
          if (quoted && quotes) row += '"';
          if (pick(200) == 0) row += '\xFF';
        }
        Pool pool;
        SlabRef slab = pool.take();
        slab->add(row);
        std::string quick = "[", plain = "[";
        const std::string why = json.append(slab->record(0), true, quick);
        ASSERT_EQ(why, json.append(row, false, plain)) << row;
        ASSERT_EQ(quick, plain) << row;
        ASSERT_TRUE(why.empty() || quick == "[") << quick;
        ++(why.empty() ? good : bad);
      }
    }
  EXPECT_GT(good, 10'000u);
  EXPECT_GT(bad, 500u);
}

// python3 -c 'import csv, json': the text of each field, and what of it is a JSON number
TEST(CsvJson, FieldsOfAllSizes) {
  CsvFormat format({',', true}, true);
  ASSERT_FALSE(format.header("a,b"));
  CsvJson json(format);
  for (size_t size = 0; size < 300; ++size) {
    Pool pool;
    SlabRef slab = pool.take();
    slab->add(std::string(size, 'x') + "," + std::string(size, '7'));
    std::string out;
    ASSERT_EQ(json.append(slab->record(0), true, out), "");
    ASSERT_EQ(out, "{\"a\":\"" + std::string(size, 'x') + "\",\"b\":" + (size == 0 ? "\"\"" : std::string(size, '7')) + "}") << size;
  }
}

}  // namespace
}  // namespace leat
