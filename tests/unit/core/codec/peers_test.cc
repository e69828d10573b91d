// What Python's json and csv modules say of the same texts (data/make_peers.py writes the files).
#include <fstream>

#include "core/codec/json_members.h"
#include "core/codec/json_reader.h"
#include "core/codec/json_text.h"
#include "tests/support/codec_laws.h"

namespace leat {
namespace {

std::ifstream data(const std::string& name) {
  std::ifstream file(std::string(LEAT_SOURCE_DIR "/tests/unit/core/codec/data/") + name);
  EXPECT_TRUE(file) << name;
  return file;
}

// Code points below 256 back to the bytes they stand for.
std::string bytes_of(std::string_view quoted) {
  std::string out;
  const std::string characters = json::words(quoted);
  for (size_t i = 0; i < characters.size(); ++i) {
    const auto byte = static_cast<unsigned char>(characters[i]);
    out += byte < 0x80 ? characters[i] : static_cast<char>((byte & 3) << 6 | (characters[++i] & 0x3F));
  }
  return out;
}

std::string kind(const Column& column) {
  static constexpr const char* kNames[] = {"missing", "null", "no", "yes", "number", "string", "array", "object", "wrong"};
  const std::string name = kNames[static_cast<size_t>(column.kind)];
  return column.kind == Column::Kind::wrong ? name + " " + kNames[column.size] : name;
}

TEST(Peers, JsonOfPython) {
  FieldPlan plan;
  for (const FieldPlan::Path& path : std::vector<FieldPlan::Path>{{}, {"a"}, {"a", "b"}, {"ab"}}) plan.slot(path);
  const auto reader = json_reader(plan);
  Pool pool;
  int good = 0, bad = 0;
  auto file = data("json_python.ndjson");
  for (std::string line; std::getline(file, line);) {
    std::string key, text;
    std::vector<std::string> kinds;
    std::string_view value, item;
    for (json::Members members(line); members.next(key, value);) {
      if (key == "bytes") text = bytes_of(value);
      if (key == "kinds")
        for (json::Members items(value); items.next(item);) kinds.push_back(json::words(item));
    }
    const auto slab = pool.take();
    slab->add(text);
    std::vector<Column> row(plan.width());
    reader->prepare(*slab, 1);
    ASSERT_EQ(reader->read(*slab, 0, row.data()), !kinds.empty()) << line << reader->reason();
    ASSERT_EQ(!json::fault(text), !kinds.empty()) << line;
    for (size_t i = 0; i < kinds.size(); ++i) ASSERT_EQ(kind(row[i]), kinds[i]) << line << i;
    ++(kinds.empty() ? bad : good);
  }
  EXPECT_GT(good, 500);
  EXPECT_GT(bad, 500);
}

TEST(Peers, CsvOfPython) {
  CodecOptions options;
  options.infer = false;
  Pool pool;
  size_t total = 0;
  auto file = data("csv_python.ndjson");
  for (std::string line; std::getline(file, line);) {
    std::string key, csv, rows;
    std::string_view value, item;
    for (json::Members members(line); members.next(key, value);) {
      if (key == "csv") csv = json::words(value);
      if (key != "rows") continue;
      for (json::Members items(value); items.next(item); ++total) json::compact(item, rows), rows += '\n';
    }
    const auto read = test::read_as_json(test::feed_in_pieces(test::codec("csv"), csv, pool, options));
    ASSERT_EQ(read.bytes, rows) << line;
    ASSERT_TRUE(read.failed.empty()) << line;
  }
  EXPECT_GT(total, 500u);
}

}  // namespace
}  // namespace leat
