// Relay: the stage that every call is: what is sent and when, how often again, what may leave in which order, and the receipts.
// Owner:   the graph. Owns its Caller.
// Thread:  as core/stage/call.h says; the caller is spoken to on the loop thread only.
// Blocks:  never.
// Fails:   per record, with the bytes it came with, in its place in the order.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "core/base/random.h"
#include "core/stage/call.h"
#include "core/stage/guards.h"
#include "core/stage/order_window.h"
#include "stages/call/caller.h"
#include "stages/call/replies.h"

namespace leat {

class Relay final : public Call {
 public:
  struct Options {
    size_t workers;  // requests under way at a time
    size_t window;   // records sent and not gone on with
    bool ordered;
    Guards guards;
    std::string name;  // of the other side, for messages
    uint64_t seed;     // of how long it waits before another attempt
  };
  // Makes the request of a record, without its number; else the reason why there is none.
  using Ask = std::function<std::optional<Reason>(const Batch& batch, uint32_t record, Instant now, Request& request)>;

  Relay(Options how, std::unique_ptr<Caller> caller, Ask ask, std::unique_ptr<Replies> replies);

  Done open(CallHost& host) override;
  Flow process(Batch& batch, Turn& turn) override;
  std::optional<Instant> deadline() const override;
  void tick(Turn& turn) override;
  void finish(Turn& turn, bool drained) override;
  bool idle() const override { return closed_; }
  bool asking() const override { return !under_way_.empty() || (close_by_ && !closed_); }
  void unwanted(Turn& turn) override;
  void abandon() override;

 private:
  // What was taken at a time. It is let go of when the last of its records has left.
  struct Load {
    Batch batch;
    size_t begun, owed;  // records
  };
  using Loads = std::list<Load>;
  struct Item {
    Loads::iterator load;
    uint32_t record;
    Backoff backoff;
    uint64_t number = 0;                  // of the attempt under way; 0: none
    std::optional<Breaker::Pass> pass{};  // the leave for it
    std::optional<Instant> due{};         // when that is too late, or when the next attempt is due
    std::string body{};                   // it has been answered
    std::optional<Reason> failed{};
    bool dropped = false;
  };
  using Window = OrderWindow<Item>;
  using Token = Window::Token;

  void pump(Turn& turn);
  void begin(Turn& turn);
  bool may_begin(Instant now);
  Token next();
  void attempt(Token token, Item& item, Instant now);
  void refused(Token token, Item& item);
  void answered(std::vector<Answer>& answers, Turn& turn);
  void missed(Token token, Item& item, Answer& answer, Instant now);
  bool leave(Turn& turn);
  void left(Loads::iterator load);
  void set_due(Token token, Item& item, std::optional<Instant> due);
  void give_up(Token token, Item& item, Reason why);
  void hold(Turn& turn);
  void wind_up(Turn& turn);
  void forget();
  void on_loop(std::function<void(Caller&)> job);

  const Options how_;
  const std::shared_ptr<Caller> caller_;  // shared with the jobs under way to the loop thread
  const Ask ask_;
  const std::unique_ptr<Replies> replies_;
  SplitMix random_;
  std::optional<Breaker> breaker_;
  CallHost* host_ = nullptr;

  Loads loads_;
  Loads::iterator next_load_;  // whose records are to be begun
  Window window_;
  std::deque<Token> again_;                        // to be sent another time, now
  std::unordered_map<uint64_t, Token> under_way_;  // by attempt
  std::set<std::pair<Instant, Token>> due_;
  std::optional<Instant> paused_;  // nothing is sent before
  std::vector<Request> requests_;  // made in this turn
  uint64_t attempts_ = 0;
  bool holds_ = false, finishing_ = false, closed_ = false;
  std::optional<Instant> close_by_;
};

}  // namespace leat
