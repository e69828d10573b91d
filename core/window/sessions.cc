// Sessions: of each key, records that follow each other in less than `gap`. [start, end) with end = the last record + gap. A record
// may fall between two sessions and make them one, so each is kept on its own until time has passed its end.
#include <cassert>
#include <queue>
#include <utility>

#include "core/window/windows.h"

namespace leat::window {
namespace {

class Sessions final : public Windows {
 public:
  Sessions(const std::vector<Aggregate>& what, const Bounds& bounds, Duration gap) : Windows(what, bounds), gap_(gap), groups_of_(what) {}

  Entry enter(const Key& key, Instant time, const Receipt& receipt) override {
    assert(closing_.empty());
    uint32_t key_row = keys_.find(key);
    id_ = key_row == Keys::kNone ? kNone : touched(key_row, time);
    if (id_ == kNone) {
      if (later(later(time, gap_), bounds_.lateness) <= now_) return Entry::late;
      if (open_ >= bounds_.max_keys) return Entry::full;
      if (key_row == Keys::kNone) key_row = add_key(key);
      id_ = make(key_row, time);
    } else {
      stretch(id_, time);
    }
    sessions_[id_].owed.keep(receipt);
    entered_ = groups_of_.at(id_);
    return Entry::kept;
  }

  void entered(Answers& answers) override {
    Session& session = sessions_[id_];
    ++session.records;
    session.changed = true;
    if (session.state == State::answered && session.end > now_) {  // it was over, and goes on
      session.state = State::open;
      queue_.push({session.end, id_, session.life});
    }
    if (session.end <= now_)
      answer(id_, Mark::late, answers), session.state = State::answered;
    else if (bounds_.update_count > 0 && session.records % bounds_.update_count == 0)
      answer(id_, Mark::early, answers);
    if (bounds_.update.count() > 0) changed_ = true;
  }

  bool advance(Instant now, Answers& answers, size_t limit) override {
    if (bounds_.update.count() > 0 && !changed_ && now > kBegin && now < kEnd && next_update_ <= now) plan_update(now);
    for (;;) {
      if (!drain(answers, limit)) return false;
      const bool update = changed_ && next_update_ > kBegin && now < kEnd && next_update_ <= now;
      const Instant until = update ? next_update_ : now;
      if (collect_due(until)) continue;
      now_ = std::max(now_, until);
      if (!update) return true;
      collect_changed();
      plan_update(now);  // not of the moments passed over: nothing will have changed until then
    }
  }

  std::optional<Instant> due() const override {
    if (!closing_.empty()) return kBegin;
    Instant next = changed_ && next_update_ > kBegin ? next_update_ : kEnd;
    if (!queue_.empty()) next = std::min(next, queue_.top().at);
    return next == kEnd ? std::nullopt : std::optional(next);
  }

  void close(bool complete, Answers& answers) override {
    mark_ = complete ? Mark::on_time : Mark::partial;
    changed_ = false;
    advance(kEnd, answers, SIZE_MAX);
  }

  size_t groups() const override { return open_; }

 private:
  static constexpr uint32_t kNone = UINT32_MAX;

  enum class State : uint8_t { open, closing, answered };
  struct Session {
    Instant start, end;
    uint32_t key, next;  // rows in keys_; of the same key
    uint64_t life = 0;   // 0: not in use; differs from that of whoever had the place before
    uint64_t records = 0;
    bool changed = false;  // since the last early answer
    State state = State::open;
    bool before = false;  // an answer went out already, so that the next one is late
    Receipts owed;
  };
  // One entry for each open session at least, at or before the moment it has something to do; looked at again then.
  struct Due {
    Instant at;
    uint32_t id;
    uint64_t life;
    bool operator<(const Due& other) const { return at > other.at; }  // the earliest on top
  };

  uint32_t add_key(const Key& key) {
    const uint32_t row = keys_.add(key);
    if (heads_.size() < keys_.end()) heads_.resize(keys_.end());
    heads_[row] = kNone;
    return row;
  }

  uint32_t make(uint32_t key_row, Instant time) {
    uint32_t id = static_cast<uint32_t>(sessions_.size());
    if (free_.empty())
      sessions_.emplace_back();
    else
      id = free_.back(), free_.pop_back();
    Session& session = sessions_[id];
    session = Session{};
    session.start = time;
    session.end = later(time, gap_);
    session.key = key_row;
    session.life = ++lives_;
    session.next = std::exchange(heads_[key_row], id);
    groups_of_.start(id);
    queue_.push({session.end, id, session.life});
    ++open_;
    return id;
  }

  bool touches(const Session& session, Instant time) const { return time < session.end && session.start < later(time, gap_); }

  // The session of the key that the record belongs to, joined with every other it now connects to; kNone: none.
  uint32_t touched(uint32_t key_row, Instant time) {
    uint32_t found = kNone;
    for (uint32_t id = heads_[key_row]; id != kNone;) {
      const uint32_t next = sessions_[id].next;
      if (touches(sessions_[id], time)) {
        if (found == kNone)
          found = id;
        else
          join(id, found);
      }
      id = next;
    }
    return found;
  }

  void stretch(uint32_t id, Instant time) {
    Session& session = sessions_[id];
    session.start = std::min(session.start, time);
    session.end = std::max(session.end, later(time, gap_));
  }

  void join(uint32_t from_id, uint32_t into_id) {
    Session &from = sessions_[from_id], &into = sessions_[into_id];
    into.start = std::min(into.start, from.start);
    into.end = std::max(into.end, from.end);
    into.records += from.records;
    if (from.state == State::open) into.state = State::open;
    into.before = into.before || from.before;
    into.owed.take(std::move(from.owed));
    groups_of_.merge(into_id, groups_of_.at(from_id));
    if (into.state == State::open) queue_.push({into.end, into_id, into.life});
    erase(from_id);
  }

  void erase(uint32_t id) {
    Session& session = sessions_[id];
    session.owed.deliver();
    session.life = 0;
    uint32_t* link = &heads_[session.key];
    while (*link != id) link = &sessions_[*link].next;
    *link = session.next;
    if (heads_[session.key] == kNone) keys_.erase(session.key);
    groups_of_.start(id);
    free_.push_back(id);
    --open_;
  }

  // Moves what ends by `now` to closing_, in order, and forgets what is past its lateness. Answers whether there was any.
  bool collect_due(Instant now) {
    while (!queue_.empty() && queue_.top().at <= now) {
      const Due due = queue_.top();
      queue_.pop();
      Session& session = sessions_[due.id];
      if (session.life != due.life || session.state == State::closing) continue;
      const Instant next = session.state == State::answered ? later(session.end, bounds_.lateness) : session.end;
      if (next > now) {
        queue_.push({next, due.id, due.life});
      } else if (session.state == State::answered) {
        erase(due.id);
      } else {
        session.state = State::closing;
        closing_.push_back({due.id, mark_ == Mark::on_time && session.before ? Mark::late : mark_});
      }
    }
    sort_closing();
    return !closing_.empty();
  }
  void collect_changed() {
    changed_ = false;
    for (uint32_t id = 0; id < sessions_.size(); ++id)
      if (Session& session = sessions_[id]; session.life != 0 && session.state == State::open && std::exchange(session.changed, false))
        closing_.push_back({id, Mark::early});
    sort_closing();
  }

  void plan_update(Instant now) {
    const int64_t update = bounds_.update.count(), at = now.time_since_epoch().count();
    next_update_ = Instant(Duration(at - at % update + update));
  }

  void sort_closing() {
    std::sort(closing_.begin(), closing_.end(), [&](const auto& a, const auto& b) {
      const Session &left = sessions_[a.first], &right = sessions_[b.first];
      return left.end != right.end ? left.end < right.end : compare_keys(keys_.key(left.key).text, keys_.key(right.key).text) < 0;
    });
  }

  bool drain(Answers& answers, size_t& limit) {
    for (; closed_ < closing_.size(); ++closed_) {
      if (limit == 0) return false;
      --limit;
      const auto [id, mark] = closing_[closed_];
      answer(id, mark, answers);
      if (mark == Mark::early) continue;
      sessions_[id].state = State::answered;
      if (bounds_.lateness.count() > 0 && mark != Mark::partial)
        queue_.push({later(sessions_[id].end, bounds_.lateness), id, sessions_[id].life});
      else
        erase(id);
    }
    closing_.clear();
    closed_ = 0;
    return true;
  }

  void answer(uint32_t id, Mark mark, Answers& answers) {
    Session& session = sessions_[id];
    session.owed.fold();
    if (mark != Mark::early) session.before = true;
    answers.take({session.start, session.end, keys_.key(session.key).text, groups_of_.at(id), mark, &session.owed, ++batches_});
  }

  const Duration gap_;
  Keys keys_;
  meter::Vector<uint32_t> heads_;  // by key row: its first session
  meter::Vector<Session> sessions_;
  Groups groups_of_;  // by session
  std::vector<uint32_t> free_;
  std::priority_queue<Due> queue_;
  std::vector<std::pair<uint32_t, Mark>> closing_;  // answers on their way out; closed_ of them are
  size_t closed_ = 0, open_ = 0;
  uint64_t lives_ = 0, batches_ = 0;
  Instant now_ = kBegin, next_update_ = kBegin;
  bool changed_ = false;
  Mark mark_ = Mark::on_time;
  uint32_t id_ = 0;  // of the record that has entered
};

}  // namespace

std::unique_ptr<Windows> make_sessions(const std::vector<Aggregate>& what, const Bounds& bounds, Duration gap) {
  return std::make_unique<Sessions>(what, bounds, gap);
}

}  // namespace leat::window
