// HubTalk: a conversation with a hub that comes to an end: one connection, made once, and an Answer.
// Owner:   the caller.   Thread: main; runs a loop of its own.   Blocks: run() until somebody has said end() or fail().
// Fails:   by the Answer: 74 without a hub or when it goes away, 1 by fail().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/world.h"
#include "core/hub/client/connection.h"
#include "core/io/loop.h"
#include "stages/hub_place.h"

namespace leat {

// The hub that --hub names or, without it, the user's own; else what to say.
struct HubFound {
  HubPlace place;
  std::optional<Answer> refused;
};
HubFound hub_of(const Settings& own, const Outside& outside);

class HubTalk : private hub::client::Connection::Owner {
 public:
  using Session = hub::client::Session;

  // `about`: what messages begin with. `late`: what is said when nothing has come for so long.
  HubTalk(SocketName place, std::string token, Duration patience, std::string about, std::string late);
  ~HubTalk() override = default;
  Answer run();

 protected:
  virtual void told(const Session::Event& event) = 0;
  virtual void delivered(std::string_view) {}  // whole frames of messages

  template <class F>
  void with(F&& f) {
    connection_.with(std::forward<F>(f));
  }
  void await() { patience_->start(time_); }  // from now on
  void end() { loop_.stop(); }
  void fail(std::string_view why);

  Answer answer_;

 private:
  void heard() final;
  void note(std::string) final {}
  void gave_up(Error error, std::string code, uint64_t attempts, Instant first, Instant last) final;

  const RealClock clock_;
  const Duration time_;
  const std::string about_;
  Loop loop_;
  hub::client::Connection connection_;
  const std::unique_ptr<Timer> patience_;
};

}  // namespace leat
