#include "stages/call/relay.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/io/loop.h"

namespace leat {

namespace {

// What a command that has seen the end of its input may still take to end.
constexpr Duration kGrace = std::chrono::seconds(5);

}  // namespace

Relay::Relay(Options how, std::unique_ptr<Caller> caller, Ask ask, std::unique_ptr<Replies> replies)
    : how_(std::move(how)),
      caller_(std::move(caller)),
      ask_(std::move(ask)),
      replies_(std::move(replies)),
      random_(how_.seed),
      next_load_(loads_.end()),
      window_(how_.window, how_.ordered) {}

Done Relay::open(CallHost& host) {
  host_ = &host;
  if (how_.guards.breaker) {
    breaker_.emplace(*how_.guards.breaker, [this](const Breaker::Event& event) {
      const auto from = Breaker::name(event.from), to = Breaker::name(event.to);
      const std::string why = fmt::format("{} of {} failed", event.failed, event.attempts);
      host_->circuit(from, to, why);
      host_->note(fmt::format("the breaker of '{}' went from {} to {}: {}", how_.name, from, to, why));
    });
  }
  return caller_->open(host, [this](std::vector<Answer> answers) {
    host_->post([this, answers = std::move(answers)](Turn& turn) mutable { answered(answers, turn); });
  });
}

void Relay::on_loop(std::function<void(Caller&)> job) {
  host_->loop().post([caller = caller_, job = std::move(job)] { job(*caller); });
}

Flow Relay::process(Batch& batch, Turn& turn) {
  if (batch.empty()) return Flow::more;
  loads_.push_back({batch.share(), 0, batch.size()});
  if (next_load_ == loads_.end()) next_load_ = std::prev(loads_.end());
  batch.clear();
  pump(turn);
  return Flow::more;
}

// Begins what may begin, lets leave what may leave, which makes room for more.
void Relay::pump(Turn& turn) {
  if (host_->stopped()) {
    forget();
    closed_ = true;
    on_loop([](Caller& caller) { caller.abandon(); });  // not now: it may be the one that has called
    return hold(turn);
  }
  do begin(turn);
  while (leave(turn));
  if (!requests_.empty()) {
    // Jobs are copied: hence the shared requests.
    on_loop([all = std::make_shared<std::vector<Request>>(std::exchange(requests_, {}))](Caller& caller) { caller.send(std::move(*all)); });
  }
  hold(turn);
  wind_up(turn);
}

void Relay::hold(Turn& turn) {
  if (const bool is = next_load_ != loads_.end(); is != holds_) turn.hold(holds_ = is);
}

bool Relay::may_begin(Instant now) {
  if (under_way_.size() >= std::min(how_.workers, how_.guards.limit)) return false;
  if (paused_ && now < *paused_) return false;
  paused_.reset();
  return !again_.empty() || (next_load_ != loads_.end() && !window_.full());
}

void Relay::begin(Turn& turn) {
  while (may_begin(turn.now)) {
    std::optional<Breaker::Pass> pass;
    const bool refuses = how_.guards.while_open != WhileOpen::pause && (how_.guards.while_open != WhileOpen::unsaid || turn.wants(kErr));
    if (breaker_ && !(pass = breaker_->begin(turn.now)) && !refuses) {
      if (breaker_->state() == Breaker::State::open) paused_ = breaker_->until();
      return;
    }
    const Token token = again_.empty() ? next() : again_.front();
    if (!again_.empty()) again_.pop_front();
    Item& item = *window_.find(token);
    item.pass = pass;
    if (breaker_ && !pass)
      refused(token, item);
    else
      attempt(token, item, turn.now);
  }
}

// Takes a place for the next record that waits.
Relay::Token Relay::next() {
  const auto load = next_load_;
  const uint32_t record = load->batch.index(load->begun++);
  if (load->begun == load->batch.size()) ++next_load_;
  return window_.open({load, record, Backoff(how_.guards.retry, random_)});
}

void Relay::attempt(Token token, Item& item, Instant now) {
  Request request{++attempts_, {}, {}, {}};
  if (auto why = ask_(item.load->batch, item.record, now, request)) {
    if (item.pass) breaker_->unused(*std::exchange(item.pass, {}));
    return give_up(token, item, std::move(*why));
  }
  item.number = request.number;
  under_way_.emplace(request.number, token);
  if (how_.guards.timeout && !caller_->queues()) set_due(token, item, later(now, *how_.guards.timeout));
  requests_.push_back(std::move(request));
}

void Relay::refused(Token token, Item& item) {
  item.dropped = how_.guards.while_open == WhileOpen::drop;
  give_up(token, item, {"breaker", fmt::format("the breaker of '{}' is open", how_.name)});
}

void Relay::give_up(Token token, Item& item, Reason why) {
  item.failed = std::move(why);
  window_.settle(token);
}

void Relay::set_due(Token token, Item& item, std::optional<Instant> due) {
  if (item.due) due_.erase({*item.due, token});
  item.due = due;
  if (due) due_.emplace(*due, token);
}

void Relay::answered(std::vector<Answer>& answers, Turn& turn) {
  for (Answer& answer : answers) {
    const auto at = under_way_.find(answer.number);
    if (at == under_way_.end()) continue;  // nobody waits for it any more
    const Token token = at->second;
    Item& item = *window_.find(token);
    if (answer.kind == Answer::Kind::begun) {
      if (how_.guards.timeout) set_due(token, item, later(turn.now, *how_.guards.timeout));
      continue;
    }
    under_way_.erase(at);
    set_due(token, item, {});
    if (answer.pause) paused_ = std::max(paused_.value_or(Instant::min()), later(turn.now, *answer.pause));
    if (answer.kind != Answer::Kind::reply) {
      missed(token, item, answer, turn.now);
      continue;
    }
    if (item.pass) breaker_->passed(*std::exchange(item.pass, {}), turn.now);
    item.body = std::move(answer.body);
    window_.settle(token);
  }
  pump(turn);
}

void Relay::missed(Token token, Item& item, Answer& answer, Instant now) {
  const auto pass = std::exchange(item.pass, {});
  if (answer.kind == Answer::Kind::unsent) {
    if (pass) breaker_->unused(*pass);
    return again_.push_back(token);
  }
  // Where another attempt is of no use the record is at fault, and the other side well.
  if (pass) answer.again ? breaker_->failed(*pass, now) : breaker_->passed(*pass, now);
  const auto wait = item.backoff.failed(now, answer.why.code, answer.why.message);
  if (!answer.again || !wait) return give_up(token, item, std::move(answer.why));
  set_due(token, item, later(now, std::max(*wait, std::min(answer.wait.value_or(Duration::zero()), how_.guards.retry.max))));
}

std::optional<Instant> Relay::deadline() const {
  std::optional<Instant> first;
  const auto consider = [&](std::optional<Instant> due) {
    if (due && (!first || *due < *first)) first = due;
  };
  if (!due_.empty()) consider(due_.begin()->first);
  if (!again_.empty() || next_load_ != loads_.end()) consider(paused_);
  consider(close_by_);
  return first;
}

void Relay::tick(Turn& turn) {
  while (!due_.empty() && due_.begin()->first <= turn.now) {
    const Token token = due_.begin()->second;
    Item& item = *window_.find(token);
    set_due(token, item, {});
    const auto at = under_way_.find(item.number);
    if (at == under_way_.end()) {  // it has waited for its next attempt
      again_.push_back(token);
      continue;
    }
    under_way_.erase(at);
    on_loop([number = item.number](Caller& caller) { caller.cancel(number); });
    Answer late{item.number,
                Answer::Kind::failed,
                {},
                {"timeout", fmt::format("'{}' has not answered within {}", how_.name, text::duration(*how_.guards.timeout))}};
    missed(token, item, late, turn.now);
  }
  if (close_by_ && *close_by_ <= turn.now) {
    close_by_.reset();
    host_->note(fmt::format("'{}' had not ended {} after its input, and was killed", how_.name, text::duration(kGrace)));
    closed_ = true;
    return on_loop([](Caller& caller) { caller.abandon(); });
  }
  pump(turn);
}

// What is settled goes on, in its turn. Answers whether that made room.
bool Relay::leave(Turn& turn) {
  bool any = false;
  while (auto item = window_.leave()) {
    any = true;
    const Batch& batch = item->load->batch;
    uint64_t attempts = item->backoff.attempts();
    if (!item->failed && (item->failed = replies_->add(batch, item->record, item->body, turn))) ++attempts;
    if (item->dropped) {
      turn.drop(1, "breaker open");
    } else if (item->failed) {
      replies_->send(turn);  // failures keep their place among the replies
      const bool missed = item->backoff.attempts() > 0;
      turn.fail_taken(batch.pick({item->record}),
                      {std::move(*item->failed), static_cast<uint32_t>(std::min<uint64_t>(attempts, UINT32_MAX)),
                       missed ? item->backoff.first() : turn.now, missed ? item->backoff.last() : turn.now});
    }
    left(item->load);
  }
  replies_->send(turn);
  return any;
}

void Relay::left(Loads::iterator load) {
  if (--load->owed > 0) return;
  load->batch.let_go();
  loads_.erase(load);
}

void Relay::finish(Turn& turn, bool) {
  finishing_ = true;
  pump(turn);
}

// Once no more will come: tells the other side when everything has been sent, and when everything has been answered.
void Relay::wind_up(Turn& turn) {
  if (!finishing_ || closed_ || close_by_) return;
  if (loads_.empty()) {
    close_by_ = turn.now + kGrace;
    return on_loop([this](Caller& caller) {
      caller.close([this] {
        host_->post([this](Turn&) {
          close_by_.reset();
          closed_ = true;
        });
      });
    });
  }
  if (next_load_ == loads_.end() && again_.empty()) on_loop([](Caller& caller) { caller.rest(); });
}

void Relay::unwanted(Turn& turn) {
  uint64_t records = 0;
  for (Load& load : loads_) {
    records += load.owed;
    load.batch.let_go();
  }
  if (records > 0) turn.drop(static_cast<uint32_t>(records), "not needed");
  forget();
  hold(turn);
  on_loop([](Caller& caller) { caller.abandon(); });
}

void Relay::abandon() {
  forget();
  closed_ = true;
  if (host_) caller_->abandon();
}

void Relay::forget() {
  window_.clear();
  again_.clear(), under_way_.clear(), due_.clear(), requests_.clear();
  loads_.clear();
  next_load_ = loads_.end();
  paused_.reset(), close_by_.reset();
}

}  // namespace leat
