// join: records of two inputs that have one key and lie no further apart than a stretch of time, together. A record is held for that
// stretch, so what is held is bounded by time, by number and by bytes.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/chunks.h"
#include "core/data/envelopes.h"
#include "core/data/json.h"
#include "core/stage/gather.h"
#include "core/stage/kept.h"
#include "core/window/event_time.h"
#include "core/window/groups.h"
#include "core/window/watermark.h"
#include "stages/catalog.h"
#include "stages/transform/key.h"

namespace leat {
namespace {

constexpr Port kUnmatched = 2;
enum Side : uint8_t { kLeft, kRight };

struct Plan {
  KeyOf on[2];             // by side
  window::EventTime time;  // none: arrival time
  Duration within;
  bool alone[2];  // records of this side leave by out without a partner too
  bool merge;
  uint64_t records, bytes;  // held at most
  uint16_t left;            // the origin whose records are the left ones
  uint32_t whole;           // slot of the whole record
  uint64_t salt;
};

// The records that are held, by side and key, each key's in the order they came; and all of them by time.
class Held {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Entry {
    Kept record;
    Instant time{};
    uint64_t number = 0;
    size_t cost = 0;
    uint32_t before = kNone, after = kNone, key = 0;
    uint32_t matches = 0;
    Side side = kLeft;
  };

  explicit Held(uint64_t seed) : seed_(seed) {}

  bool empty() const { return by_time_.empty(); }
  size_t records() const { return by_time_.size(); }
  size_t bytes() const { return bytes_; }
  Entry& at(uint32_t entry) { return entries_[entry]; }
  const Entry& oldest() const { return entries_[by_time_.front()]; }

  uint32_t first_of(Side side, std::string_view key) const {
    const uint32_t row = keys_[side].find(hashed(key));
    return row == window::Keys::kNone ? kNone : lists_[side][row].first;
  }

 private:
  auto later() const {
    return [this](uint32_t a, uint32_t b) {
      const Entry &one = entries_[a], &other = entries_[b];
      return one.time != other.time ? one.time > other.time : one.number > other.number;
    };
  }

 public:
  uint32_t put(Entry entry, std::string_view key) {
    window::Keys& keys = keys_[entry.side];
    const window::Key known = hashed(key);
    entry.key = keys.find(known);
    if (entry.key == window::Keys::kNone) entry.key = keys.add(known);
    lists_[entry.side].grow(keys.end());
    List& list = lists_[entry.side][entry.key];
    entry.before = list.last, entry.number = ++numbers_;
    entry.cost = sizeof(Entry) + entry.record.cost() + key.size();
    bytes_ += entry.cost;
    uint32_t at = static_cast<uint32_t>(entries_.size());
    if (!free_.empty()) at = free_.back(), free_.pop_back();
    (list.last == kNone ? list.first : entries_[list.last].after) = at;
    list.last = at;
    if (at == entries_.size())
      entries_.push_back(std::move(entry));
    else
      entries_[at] = std::move(entry);
    by_time_.push_back(at);
    std::push_heap(by_time_.begin(), by_time_.end(), later());
    return at;
  }

  Entry take_oldest() {
    std::pop_heap(by_time_.begin(), by_time_.end(), later());
    const uint32_t at = by_time_.back();
    by_time_.pop_back();
    free_.push_back(at);
    Entry entry = std::move(entries_[at]);
    List& list = lists_[entry.side][entry.key];
    (entry.before == kNone ? list.first : entries_[entry.before].after) = entry.after;
    (entry.after == kNone ? list.last : entries_[entry.after].before) = entry.before;
    if (list.first == kNone) keys_[entry.side].erase(entry.key);
    bytes_ -= entry.cost;
    return entry;
  }

 private:
  struct List {
    uint32_t first = kNone, last = kNone;
  };
  window::Key hashed(std::string_view key) const { return {key, window::hash(key, seed_)}; }
  const uint64_t seed_;
  window::Keys keys_[2];
  Chunks<List> lists_[2];  // by the row of the key
  Chunks<Entry> entries_;
  std::vector<uint32_t> free_, by_time_;
  size_t bytes_ = 0;
  uint64_t numbers_ = 0;
};

class Join final : public Stage {
 public:
  Join(Plan plan, window::Watermark watermark, uint64_t seed) : plan_(std::move(plan)), watermark_(std::move(watermark)), held_(seed) {}

  Flow process(Batch& batch, Turn& turn) override {
    begin(turn);
    if (plan_.time) watermark_.arrive(batch.origin(), turn.now);
    advance();
    batch.each([&](uint32_t record) {
      Held::Entry entry;
      entry.side = batch.origin() == plan_.left ? kLeft : kRight;
      if (!read(batch.slab(), record, entry)) {
        turn.fail(record, {code_, std::move(message_)});
        return;
      }
      if (plan_.time && watermark_.see(batch.origin(), entry.time)) expire();
      entry.record = Kept(batch, record);
      enter(held_.put(std::move(entry), key_));
    });
    batch.clear();
    end(turn);
    return Flow::more;
  }

  std::optional<Instant> deadline() const override {
    if (held_.empty()) return std::nullopt;
    return plan_.time ? watermark_.deadline() : leat::later(leat::later(held_.oldest().time, plan_.within), Duration(1));
  }

  void tick(Turn& turn) override {
    begin(turn);
    advance();
    end(turn);
  }

  void ended(uint16_t origin, Turn& turn) override {
    if (!plan_.time) return;
    begin(turn);
    watermark_.end(origin);
    expire();
    end(turn);
  }

  void finish(Turn& turn, bool) override {
    begin(turn);
    while (!held_.empty()) leave(held_.take_oldest());
    end(turn);
  }

 private:
  void begin(Turn& turn) {
    now_ = turn.now;
    machine_.now(turn.now);
    out_.emplace(turn, kOut);
    unmatched_.emplace(turn, kUnmatched);
  }
  void end(Turn& turn) {
    out_->send(), unmatched_->send();
    out_.reset(), unmatched_.reset();
    if (evicted_ > 0)
      turn.count("evicted", std::exchange(evicted_, 0),
                 "more records than max_records or max_bytes hold: the oldest leave before their time, so partners may be missed");
  }

  // Of arrival time, the clock; of what records say, what their watermark allows.
  void advance() {
    if (plan_.time) watermark_.wait(now_);
    expire();
  }
  void expire() {
    const Instant reached = plan_.time ? watermark_.at() : now_;
    while (!held_.empty() && leat::later(held_.oldest().time, plan_.within) < reached) leave(held_.take_oldest());
  }

  bool read(const Slab& slab, uint32_t record, Held::Entry& entry) {
    const expr::Row row{&slab, record};
    if (plan_.merge && slab.columns[size_t{record} * slab.width + plan_.whole].kind != Column::Kind::object)
      return refuse("type", "no object, so its fields cannot be merged");
    if (!plan_.on[entry.side].read(machine_, row, key_)) return refuse(machine_.code(), machine_.message());
    entry.time = now_;
    if (!plan_.time) return true;
    return plan_.time.of(machine_, row, entry.time) || refuse(plan_.time.code(), plan_.time.message());
  }

  // Its partners are there already, or find it here when they come.
  void enter(uint32_t at) {
    const Side other = held_.at(at).side == kLeft ? kRight : kLeft;
    for (uint32_t next = held_.first_of(other, key_); next != Held::kNone; next = held_.at(next).after) {
      const Instant first = std::min(held_.at(at).time, held_.at(next).time), last = std::max(held_.at(at).time, held_.at(next).time);
      if (leat::later(first, plan_.within) < last) continue;
      pair(other == kRight ? &held_.at(at) : &held_.at(next), other == kRight ? &held_.at(next) : &held_.at(at));
    }
    for (; held_.records() > plan_.records || held_.bytes() > plan_.bytes; ++evicted_) leave(held_.take_oldest());
    expire();  // it may have come too late to wait
  }

  void leave(Held::Entry entry) {
    if (entry.matches == 0 && !plan_.alone[entry.side]) return unmatched_->add(std::move(entry.record));
    if (entry.matches == 0) pair(entry.side == kLeft ? &entry : nullptr, entry.side == kRight ? &entry : nullptr);
    entry.record.let_go();
  }

  // One of the two may be missing.
  void pair(Held::Entry* left, Held::Entry* right) {
    Held::Entry& first = left ? *left : *right;
    write(left, right);
    if (const Envelope* envelope = first.record.envelope())
      out_->add(text_, child(*envelope, first.matches, plan_.salt, now_));
    else
      out_->add(text_);
    for (Held::Entry* one : {left, right})
      if (one) ++one->matches, out_->owed().keep(one->record.receipt());
  }

  void write(const Held::Entry* left, const Held::Entry* right) {
    text_.clear();
    if (plan_.merge && left && right) return merge(*left, *right);
    if (plan_.merge) return (left ? left : right)->record.to_json(text_);
    for (const Held::Entry* one : {left, right}) {
      text_ += one == left ? "{\"left\":" : ",\"right\":";
      one ? one->record.to_json(text_) : void(text_ += "null");
    }
    text_ += '}';
  }

  // The fields of the left one, and those of the right one that it does not have.
  void merge(const Held::Entry& left, const Held::Entry& right) {
    Value all = fields_of(left, left_);
    const Value more = fields_of(right, right_);
    for (const Entry& field : more.entries())
      if (!all.find(field.key.view())) all.add(field.key, field.item);
    json::write(all, text_);
  }

  static Value fields_of(const Held::Entry& entry, std::string& json) {
    json.clear();
    entry.record.to_json(json);
    Value fields;
    json::Mistake none;  // it has been read before
    json::parse(json, json::Keep::borrowed, fields, none);
    return fields;
  }

  bool refuse(std::string_view code, std::string message) {
    code_ = code, message_ = std::move(message);
    return false;
  }

  Plan plan_;
  window::Watermark watermark_;
  Held held_;
  expr::Machine machine_;
  uint64_t evicted_ = 0;

  // Of the call and the record at hand.
  Instant now_{};
  std::optional<Gather> out_;
  std::optional<Resend> unmatched_;
  std::string key_, text_, left_, right_;
  std::string_view code_;
  std::string message_;
};

using Kind = Option::Kind;

constexpr std::array kOptions{
    Option{.name = "on", .kind = Kind::expr, .value = "EXPR", .help = "what partners have in common", .required = true, .repeat = true},
    Option{.name = "on_right", .kind = Kind::expr, .value = "EXPR", .help = "the same of the second input, if it differs", .repeat = true},
    Option{.name = "within", .kind = Kind::duration, .value = "DURATION", .help = "how far apart partners may be", .required = true},
    Option{.name = "left", .kind = Kind::flag, .value = "", .help = "records of the first input leave without a partner too"},
    Option{.name = "outer", .kind = Kind::flag, .value = "", .help = "records of both inputs do"},
    Option{.name = "merge", .kind = Kind::flag, .value = "", .help = "one record with the fields of both, instead of {left, right}"},
    Option{.name = "time", .kind = Kind::expr, .value = "EXPR", .help = "the time of a record; without it, when it arrives"},
    Option{.name = "disorder", .kind = Kind::duration, .value = "DURATION", .help = "how far records may be behind the highest time"},
    Option{
        .name = "idle", .kind = Kind::duration, .value = "DURATION", .help = "a silent input is not waited for longer", .fallback = "10s"},
    Option{.name = "max_records", .kind = Kind::count, .value = "N", .help = "records held at once", .fallback = "1000000"},
    Option{.name = "max_bytes", .kind = Kind::size, .value = "SIZE", .help = "bytes held at once", .fallback = "256MiB"},
};

constexpr std::array kPorts{PortSpec{"out", "the pairs", false, RecordKind::item},
                            PortSpec{"err", "records whose key or time cannot be worked out; with --merge what is no object"},
                            PortSpec{"unmatched", "records that had no partner, as they came"}};

// by hand
constexpr std::array kExamples{Example{
    .argv = "--from - --from payments.ndjson join --on .id --within 1m",
    .input = "{\"id\":1,\"what\":\"tea\"}\n{\"id\":2,\"what\":\"jam\"}\n",
    .output = "{\"left\":{\"id\":1,\"what\":\"tea\"},\"right\":{\"id\":1,\"paid\":3}}\n",
    .file = "payments.ndjson",
    .text = "{\"id\":1,\"paid\":3}\n{\"id\":3,\"paid\":5}\n",
}};

Result<std::unique_ptr<Stage>> make(const Settings& settings, const MakeContext& context) {
  if (context.inputs.size() != 2)
    return Error{Error::Kind::usage, fmt::format("join wants two inputs, not {}", context.inputs.size()),
                 "--from LEFT --from RIGHT in front of it; two chains of one source are one input"};
  auto left = KeyOf::compile(texts_of(settings, "on"), context);
  auto right = KeyOf::compile(texts_of(settings, settings.find("on_right") ? "on_right" : "on"), context);
  if (!left) return left.error();
  if (!right) return right.error();
  Plan plan{.on = {std::move(*left), std::move(*right)},
            .time = window::EventTime(nullptr),
            .within = *settings.duration("within"),
            .alone = {settings.flag("left") || settings.flag("outer"), settings.flag("outer")},
            .merge = settings.flag("merge"),
            .records = *settings.count("max_records"),
            .bytes = *settings.count("max_bytes"),
            .left = context.inputs[0],
            .whole = context.fields->slot({}),
            .salt = context.seed_for_ids()};
  auto time = compile_option(settings, "time", context);
  if (!time) return time.error();
  plan.time = window::EventTime(std::move(*time));
  window::Watermark watermark(context.inputs, settings.duration("disorder").value_or(Duration(0)), *settings.duration("idle"));
  return std::unique_ptr<Stage>(std::make_unique<Join>(std::move(plan), std::move(watermark), context.seed));
}

}  // namespace

constexpr StageSpec kJoin{
    .name = "join",
    .group = "window",
    .summary = "pair the records of two inputs by key, within a stretch of time",
    .details =
        "The first input that is named is the left one. A left and a right record whose values of --on are equal (of several all) and "
        "that lie at most --within apart leave as {left, right}, every such pair once, when the second of the two comes. With --merge a "
        "pair is one record: the fields of the left one, and those of the right one that it has not. A record of which no partner came "
        "leaves, when its time is over, by the port unmatched as it came (counted as dropped where nobody reads it); with --left those "
        "of the left input, with --outer all, leave by out with null for the other side, or with --merge as they are.\n\n"
        "Without --time, time is when records arrive; with it what they say, seconds since 1970 or RFC 3339 text, and a record is held "
        "until both inputs' watermarks have passed its time by --within, as window does. At the end of the input all is over.\n\n"
        "What is held is bounded: past max_records or max_bytes the oldest records leave before their time, so partners may be missed; "
        "that is said once, and the summary counts them as evicted.",
    .options = kOptions,
    .ports = kPorts,
    .examples = kExamples,
    .stateless = false,
    .new_bytes = true,
    .missing = StageSpec::Missing::absorbed,
    .make = make,
};

}  // namespace leat
