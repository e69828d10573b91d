// sort: records in the order of a key: all of them at the end of the input, or, of a stream that is nearly in order, each as soon as
// enough others have come after it. What it holds is bounded.
#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/chunks.h"
#include "core/data/order.h"
#include "core/stage/kept.h"
#include "stages/catalog.h"
#include "stages/transform/key.h"

namespace leat {
namespace {

struct Order {
  KeyOf key;
  bool falling;

  int operator()(const Value& a, const Value& b) const { return falling ? compare(b, a) : compare(a, b); }
};

// How much is held back before the first record leaves; neither: everything.
struct Reach {
  std::optional<uint64_t> records;
  std::optional<Duration> time;

  bool endless() const { return !records && !time; }
};

struct Most {
  uint64_t records, bytes;
};

class Sort final : public Stage {
 public:
  Sort(Order order, Reach reach, Most most) : order_(std::move(order)), reach_(reach), most_(most) {}

  Flow process(Batch& batch, Turn& turn) override {
    machine_.now(turn.now);
    Resend out(turn);
    release_due(turn.now, out);
    batch.each([&](uint32_t record) {
      Row row;
      if (!order_.key.read(machine_, {&batch.slab(), record}, row.key)) {
        turn.fail(record, {machine_.code(), machine_.message()});
        return;
      }
      row.key.own();  // the bytes it is made of go before its turn comes
      row.record = Kept(batch, record);
      row.at = turn.now, row.number = ++arrivals_;
      row.cost = sizeof(Row) + row.record.cost() + size_t{16} * row.key.weight();
      if (!reach_.endless()) return slide(std::move(row), out);
      if (!fits(row))
        row.record.let_go(), refuse(record, turn);
      else
        hold(std::move(row));
    });
    batch.clear();
    out.send();
    tell(turn);
    return Flow::more;
  }

  std::optional<Instant> deadline() const override {
    return reach_.time && !arrived_.empty() ? std::optional(leat::later(arrived_.front().at, *reach_.time)) : std::nullopt;
  }

  void tick(Turn& turn) override {
    Resend out(turn);
    release_due(turn.now, out);
    out.send();
    tell(turn);
  }

  void finish(Turn& turn, bool) override {
    Resend out(turn);
    std::stable_sort(held_.begin(), held_.end(), [this](uint32_t a, uint32_t b) { return before(a, b); });
    for (const uint32_t row : held_) leave(row, out);
    held_.clear(), arrived_.clear();
    out.send();
    tell(turn);
  }

 private:
  struct Row {
    Value key;
    Kept record;
    Instant at{};
    uint64_t number = 0;  // of its arrival; 0: it has left
    size_t cost = 0;
  };
  struct Arrival {
    uint32_t row;
    uint64_t number;
    Instant at;
  };

  bool before(uint32_t a, uint32_t b) const {
    const int order = order_(rows_[a].key, rows_[b].key);
    return order != 0 ? order < 0 : rows_[a].number < rows_[b].number;
  }
  auto later() const {
    return [this](uint32_t a, uint32_t b) { return before(b, a); };
  }

  bool fits(const Row& row) const { return held_.size() < most_.records && bytes_ + row.cost <= most_.bytes; }

  void refuse(uint32_t record, Turn& turn) const {
    turn.fail(record,
              {"limit", fmt::format("{} records of {} bytes wait to be sorted already (max-records, max-bytes)", held_.size(), bytes_)});
  }

  uint32_t hold(Row row) {
    bytes_ += row.cost;
    uint32_t at = static_cast<uint32_t>(rows_.size());
    if (free_.empty())
      rows_.push_back(std::move(row));
    else
      rows_[at = free_.back()] = std::move(row), free_.pop_back();
    held_.push_back(at);
    return at;
  }

  // What must go to make room leaves early rather than fail: it is only its order that is at stake.
  void slide(Row row, Resend& out) {
    const uint32_t at = hold(std::move(row));
    if (reach_.time) arrived_.push_back({at, rows_[at].number, rows_[at].at});
    std::push_heap(held_.begin(), held_.end(), later());
    while (reach_.records && held_.size() > *reach_.records) leave_first(out);
    for (; held_.size() > most_.records || bytes_ > most_.bytes; ++early_) leave_first(out);
    forget_gone();
  }

  // A record whose time is over leaves, and before it all that sort before it.
  void release_due(Instant now, Resend& out) {
    while (deadline() && *deadline() <= now) {
      leave_first(out);
      forget_gone();
    }
  }

  void forget_gone() {
    while (!arrived_.empty() && rows_[arrived_.front().row].number != arrived_.front().number) arrived_.pop_front();
  }

  void leave_first(Resend& out) {
    std::pop_heap(held_.begin(), held_.end(), later());
    const uint32_t row = held_.back();
    held_.pop_back();
    if (!last_.is_null() && order_(rows_[row].key, last_) < 0)
      ++unordered_;
    else
      last_ = rows_[row].key;
    leave(row, out);
    free_.push_back(row);
  }

  void leave(uint32_t at, Resend& out) {
    Row& row = rows_[at];
    bytes_ -= row.cost;
    out.add(std::move(row.record));
    row = Row();
  }

  void tell(Turn& turn) {
    if (early_ > 0)
      turn.count("early", std::exchange(early_, 0),
                 "more is held back than max_records or max_bytes allow: the first in order leave early");
    if (unordered_ > 0)
      turn.count("unordered", std::exchange(unordered_, 0),
                 "records come later than they are waited for: those that sort before what has left already leave behind it");
  }

  const Order order_;
  const Reach reach_;
  const Most most_;
  expr::Machine machine_;

  Chunks<Row> rows_;
  std::vector<uint32_t> free_;   // rows that have left
  std::vector<uint32_t> held_;   // rows; within a reach a heap, the first in order on top
  std::deque<Arrival> arrived_;  // in order of arrival, the front still held; some behind it may have left
  Value last_;                   // the highest key that has left within a reach; null: none has
  size_t bytes_ = 0;
  uint64_t arrivals_ = 0, early_ = 0, unordered_ = 0;
};

constexpr std::array kOptions{
    Option{.name = "key",
           .kind = Option::Kind::expr,
           .value = "EXPR",
           .help = "what the records are ordered by",
           .operand = true,
           .required = true},
    Option{.name = "by", .kind = Option::Kind::expr, .value = "EXPR", .help = "what orders those of equal key", .repeat = true},
    Option{.name = "desc", .kind = Option::Kind::flag, .value = "", .help = "highest first"},
    Option{.name = "within",
           .kind = Option::Kind::count,
           .value = "N",
           .help = "records are no further than N places from where they belong: hold no more back"},
    Option{.name = "for",
           .kind = Option::Kind::duration,
           .value = "DURATION",
           .help = "records come no later than that behind those that sort after them: hold none back longer"},
    Option{.name = "max_records", .kind = Option::Kind::count, .value = "N", .help = "records held at once", .fallback = "10000000"},
    Option{.name = "max_bytes", .kind = Option::Kind::size, .value = "SIZE", .help = "bytes held at once, keys too", .fallback = "256MiB"},
};

constexpr std::array kPorts{
    PortSpec{"out", "every record, in order"},
    PortSpec{"err", "records whose key cannot be worked out, and without --within and --for those past the bounds"}};

// jq -sc 'sort_by(.ms)[]'; the second by hand: no record is more than one place from where it belongs
constexpr std::array kExamples{
    Example{"sort .ms", "{\"ms\":30,\"n\":1}\n{\"ms\":4}\n{\"n\":2}\n{\"ms\":30,\"n\":3}\n",
            "{\"n\":2}\n{\"ms\":4}\n{\"ms\":30,\"n\":1}\n{\"ms\":30,\"n\":3}\n"},
    Example{"sort .t --within 1", "{\"t\":2}\n{\"t\":1}\n{\"t\":4}\n{\"t\":3}\n", "{\"t\":1}\n{\"t\":2}\n{\"t\":3}\n{\"t\":4}\n"},
};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  std::vector<std::string> texts = texts_of(settings, "by");
  texts.insert(texts.begin(), *settings.text("key"));
  auto key = KeyOf::compile(texts, context);
  if (!key) return key.error();
  return std::unique_ptr<Stage>(std::make_unique<Sort>(Order{std::move(*key), settings.flag("desc")},
                                                       Reach{settings.count("within"), settings.duration("for")},
                                                       Most{*settings.count("max_records"), *settings.count("max_bytes")}));
}

}  // namespace

constexpr StageSpec kSort{
    .name = "sort",
    .group = "flow",
    .summary = "put records in order",
    .details =
        "In the order of jq: null, false, true, numbers, text, arrays, objects. Records of equal key keep the order they came in, with "
        "--desc too. An expression may have several outputs, which count one after the other; where numbers fall inside an order that "
        "rises, negate them: --by '-.ms'.\n\n"
        "Without --within and --for nothing leaves before the input ends. A record past max_records or max_bytes then fails, for what "
        "left without it would be in order and not complete.\n\n"
        "A stream without an end that is nearly in order is put right on the way: --within N holds N records back, --for each for so "
        "long after it came, and what sorts first leaves first. A record that comes even later leaves at once, behind those it belongs "
        "before; where the bounds are too small for what is to be held back, the first in order leave early. Both are said once, and "
        "the summary counts them as unordered and early.\n\n"
        "The members of one array are sorted by map 'sort_by(.ms)'.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = false,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
    .reorders = true,
};

}  // namespace leat
