// lookup: adds to each record what a table says about it. The table is a file read into memory, and read again when it changes.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"
#include "core/stage/lender.h"
#include "core/window/by.h"
#include "stages/catalog.h"
#include "stages/transform/key.h"
#include "stages/transform/rewrite.h"

namespace leat {
namespace {

constexpr Port kUnmatched = 2;

enum class Missing : uint8_t { pass, drop, err };

struct Plan {
  KeyOf on;
  std::shared_ptr<const expr::Program> whole;
  std::string as;  // empty: the record itself
  Missing missing;
  std::string table;  // its path, for messages
};

class Lookup final : public Stage {
 public:
  Lookup(Plan plan, const Table& table) : plan_(std::move(plan)), table_(table) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    unmatched_.clear();
    Batch entered = batch.share();
    const Slab& slab = entered.slab();
    rewrite(batch, turn, [&](uint32_t record, std::string& text) {
      const expr::Row row{&slab, record};
      if (!plan_.on.read(machine_, row, key_)) return turn.fail(record, {machine_.code(), machine_.message()});
      const Value* found = table_.find(key_);
      return found ? add(*found, row, text, turn) : miss(record, slab, text, turn);
    });
    if (!unmatched_.empty()) turn.emit(kUnmatched, entered.pick(std::move(unmatched_)));
    entered.let_go();
    return Flow::more;
  }

 private:
  bool add(const Value& found, const expr::Row& row, std::string& text, Turn& turn) {
    Value record;
    if (machine_.one(*plan_.whole, row, record) != expr::Machine::One::value)
      return turn.fail(row.record, {machine_.code(), machine_.message()});
    if (!record.is_object()) return turn.fail(row.record, {"type", "no object, so there is no place for what the table says"});
    if (!plan_.as.empty()) {
      record.put(Value::borrow(plan_.as), found);
    } else {
      for (const Entry& field : found.entries())
        if (!record.find(field.key.view())) record.add(field.key, field.item);
    }
    json::write(record, text);
    return true;
  }

  bool miss(uint32_t record, const Slab& slab, std::string& text, Turn& turn) {
    if (plan_.missing == Missing::err)
      return turn.fail(record, {"lookup", fmt::format("{} has no row for {}", plan_.table, text::quoted(shown()))});
    if (plan_.missing == Missing::drop) return unmatched_.push_back(record), false;
    slab.format->to_json(slab.record(record), text);
    return true;
  }

  // The key without the brackets and the line end that it is kept with.
  std::string_view shown() const { return std::string_view(key_).substr(1, key_.size() - 3); }

  const Plan plan_;
  const Table& table_;
  expr::Machine machine_;
  std::string key_;  // of the record at hand
  std::vector<uint32_t> unmatched_;
};

constexpr std::array kOptions{
    Option{.name = "table", .kind = Option::Kind::text, .value = "FILE", .help = "the rows, in memory", .operand = true, .required = true},
    Option{.name = "on",
           .kind = Option::Kind::keys,
           .value = "[COLUMN=]EXPR",
           .help = "the record's value that a row has in its column",
           .required = true,
           .repeat = true},
    Option{
        .name = "as", .kind = Option::Kind::text, .value = "NAME", .help = "the field that the row becomes, instead of joining the record"},
    Option{.name = "missing",
           .kind = Option::Kind::choice,
           .value = "POLICY",
           .help = "what happens to a record without a row",
           .fallback = "pass",
           .choices = "pass|drop|err"},
    Option{.name = "codec", .kind = Option::Kind::text, .value = "CODEC", .help = "what the file is written in, if its name does not say"},
    Option{.name = "max_rows", .kind = Option::Kind::count, .value = "N", .help = "rows of the table", .fallback = "1000000"},
    Option{.name = "max_bytes", .kind = Option::Kind::size, .value = "SIZE", .help = "memory of the table", .fallback = "256MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "every record, with what the table says"},
                            PortSpec{"err", "records whose key cannot be worked out; with --missing err those without a row"},
                            PortSpec{"unmatched", "with --missing drop: records without a row, as they came"}};

// mlr --icsv --ojson ... join, and by hand
constexpr std::array kExamples{Example{
    .argv = "lookup hosts.csv --on .host",
    .input = "{\"id\":1,\"host\":\"web-01\"}\n{\"id\":2,\"host\":\"web-02\"}\n",
    .output = "{\"id\":1,\"host\":\"web-01\",\"team\":\"red\"}\n{\"id\":2,\"host\":\"web-02\"}\n",
    .file = "hosts.csv",
    .text = "host,team\nweb-01,red\nweb-10,blue\n",
}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  TableUse use{*settings.text("table"), settings.text("codec").value_or(""), {}, *settings.count("max_rows"), *settings.count("max_bytes")};
  for (const auto& value : settings.values("on")) {
    const std::string_view column = value.key.empty() ? window::last_part(value.text) : value.key;
    if (column.empty())
      return Error{Error::Kind::usage, fmt::format("on {} wants to know its column", text::quoted(value.text)),
                   fmt::format("--on 'column={}'", value.text)};
    use.columns.emplace_back(column);
  }
  auto on = KeyOf::compile(texts_of(settings, "on"), context);
  if (!on) return on.error();
  auto whole = compile(".", context);
  if (!whole) return whole.error();
  const std::string missing = *settings.text("missing");
  Plan plan{std::move(*on), std::move(*whole), settings.text("as").value_or(""),
            missing == "err"    ? Missing::err
            : missing == "drop" ? Missing::drop
                                : Missing::pass,
            use.path};
  auto table = context.lender->table(std::move(use));
  if (!table) return table.error();
  return std::unique_ptr<Stage>(std::make_unique<Lookup>(std::move(plan), **table));
}

}  // namespace

constexpr StageSpec kLookup{
    .name = "lookup",
    .group = "transform",
    .summary = "add what a table says about each record",
    .details =
        "The table is a file of any codec (by its extension, or --codec), read whole before the run; each row is an object. A record's "
        "row is the one whose column equals the value of EXPR, whatever its spelling: 1 and 1.0 are one key, and 1 and \"1\" are not. "
        "--on .host means the column host, --on name=.host the column name; with several all must be equal. Of several rows with one "
        "key the last one counts. The fields of the row are added to those of the record, which keeps its own where both have one; with "
        "--as the row becomes one field.\n\n"
        "A record without a row passes as it is, or with --missing drop leaves by the port unmatched (and is counted as dropped where "
        "nobody reads it), or with --missing err fails.\n\n"
        "When the file changes it is read again, beside the stream, and its rows take the place of the old ones between two blocks of "
        "records; that is said. Put a new file in place by renaming it: one that is being written may be read in part. A file that cannot "
        "be read then, or is "
        "no table of at most max_rows and max_bytes, is told of too, and the rows stay as they were. A table that cannot be read before "
        "the run keeps it from "
        "starting.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
