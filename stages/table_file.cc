#include "stages/table_file.h"

#include <sys/stat.h>

#include <optional>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/codec.h"
#include "core/data/json.h"
#include "core/io/background.h"
#include "core/io/path_watch.h"
#include "core/window/canonical.h"
#include "stages/library.h"

namespace leat {
namespace {

// Reads the rows out of the text of a file.
class Rows {
 public:
  explicit Rows(const TableUse& use) : use_(use) {}

  Done read(const CodecSpec& codec, std::string_view text) {
    Pool pool(0);
    const SlabRef slab = pool.take();
    slab->append(text);
    const auto framer = codec.framer({});
    slab->resize(framer->cut(*slab, 0, true));
    if (const Error* error = framer->broken()) return refuse(error->text);
    framer->frame(*slab);
    if (!slab->faults.empty()) return refuse(at(*slab, slab->faults[0].record), slab->faults[0].message);
    const FieldPlan whole;
    const auto reader = slab->format->reader(whole);
    reader->prepare(*slab, slab->records.size());
    for (uint32_t i = 0; i < slab->records.size(); ++i) {
      json_.clear();
      if (!reader->append_json(*slab, i, false, json_)) return refuse(at(*slab, i), reader->reason());
      if (const Done added = add(*slab, i); !added) return added.error();
    }
    return {};
  }
  Table::Rows take() { return std::move(rows_); }

 private:
  Error refuse(std::string_view why) const { return {Error::Kind::no_input, fmt::format("{}: {}", use_.path, why), {}}; }
  Error refuse(uint64_t byte, std::string_view why) const { return refuse(fmt::format("the row at byte {}: {}", byte, why)); }
  static uint64_t at(const Slab& slab, uint32_t record) { return slab.position(record); }

  Done add(const Slab& slab, uint32_t record) {
    Value row;
    json::Mistake mistake;
    if (!json::parse(json_, json::Keep::copied, row, mistake)) return refuse(at(slab, record), mistake.what);
    if (!row.is_object()) return refuse(at(slab, record), "no object");
    Value key = Value::array(use_.columns.size());
    for (const std::string& column : use_.columns) {
      const Value* part = row.find(column);
      if (!part) return refuse(at(slab, record), fmt::format("no field {}", text::quoted(column)));
      Value one = Value::array(1);
      one.push(*part);
      if (use_.columns.size() == 1)
        key = std::move(one);
      else
        key.push(std::move(one));
    }
    std::string text;
    window::canonical(key, text);
    text += '\n';
    bytes_ += text.size() + size_t{16} * row.weight() + kOverhead;
    if (bytes_ > use_.most_bytes) return refuse(fmt::format("its rows take more than {} (max-bytes)", text::size(use_.most_bytes)));
    rows_.insert_or_assign(std::move(text), std::move(row));
    if (rows_.size() > use_.most_rows) return refuse(fmt::format("more than {} rows (max-rows)", use_.most_rows));
    return {};
  }

  static constexpr size_t kOverhead = 96;  // bytes of an entry of the map beside its text and its values
  const TableUse& use_;
  Table::Rows rows_;
  std::string json_;
  size_t bytes_ = 0;
};

}  // namespace

Result<Table::Rows> read_table(const TableUse& use) {
  const CodecSpec* codec = use.codec.empty() ? codec_of_path(use.path) : find_codec(use.codec);
  if (!codec || !codec->framer)
    return Error{Error::Kind::usage, fmt::format("{}: what is a row of it?", use.path), "--codec csv, ndjson ..."};
  const auto text = read_file(use.path, use.most_bytes);
  if (!text) return text.error();
  Rows rows(use);
  if (const Done done = rows.read(*codec, *text); !done) return done.error();
  return rows.take();
}

TableFile::TableFile(TableUse use) : use_(std::move(use)) {}
TableFile::~TableFile() = default;

Done TableFile::load() {
  stamp_ = stamp_of(use_.path);
  auto rows = read_table(use_);
  if (!rows) return rows.error();
  table_.put(std::move(*rows));
  return {};
}

Done TableFile::open(TableHost host) {
  host_ = std::move(host);
  if (Done loaded = load(); !loaded) return loaded;
  watch_ = std::make_unique<PathWatch>(*host_.loop, use_.path, [this] { changed(); });
  return {};
}

TableFile::Stamp TableFile::stamp_of(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {info.st_ino, static_cast<uint64_t>(info.st_size), info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec};
}

// Shared between the thread that reads and the loop's.
struct TableFile::Reading {
  Stamp stamp;
  std::optional<Result<Table::Rows>> rows;  // nothing: the file has not changed
};

// Its folder tells of every file in it, so this is asked far more often than there is something to read.
void TableFile::changed() {
  again_ = busy_;
  if (std::exchange(busy_, true)) return;
  const auto reading = std::make_shared<Reading>(Reading{stamp_, {}});
  const auto read = [reading, use = use_] {
    const Stamp now = stamp_of(use.path);
    if (now == std::exchange(reading->stamp, now)) return;
    reading->rows = read_table(use);
  };
  background(*host_.loop, read, [this, reading, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) done(*reading);
  });
}

void TableFile::done(Reading& reading) {
  busy_ = false;
  stamp_ = reading.stamp;
  if (reading.rows && !*reading.rows) {
    host_.note(fmt::format("{}; the rows read before stay", reading.rows->error().text));
  } else if (reading.rows) {
    host_.note(fmt::format("{}: changed, {} rows", use_.path, (*reading.rows)->size()));
    // Shared, since what is posted is copied; the last copy goes when it has run.
    host_.post([this, rows = std::make_shared<Table::Rows>(std::move(**reading.rows)), alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired()) table_.put(std::move(*rows));
    });
  }
  if (again_) changed();
}

}  // namespace leat
