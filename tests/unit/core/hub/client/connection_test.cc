// How a client comes back to a hub that went, in a time that is counted by hand.
#include "core/hub/client/connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/base/random.h"
#include "core/stage/backoff.h"

namespace leat::hub::client {
namespace {

using namespace std::chrono_literals;

constexpr size_t kClients = 1000;
constexpr Instant kStart{1'000'000s};

// The most of those times that lie within so much of one another.
size_t crowd(std::vector<Instant> times, Duration within) {
  std::sort(times.begin(), times.end());
  size_t most = 0;
  for (size_t first = 0, last = 0; last < times.size(); ++last) {
    while (times[last] - times[first] > within) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

// The hub is gone at kStart for so long; all of its clients, which were made a microsecond apart, see it at once. When each was back.
std::vector<Instant> back_after(Duration gone, std::vector<Instant>& attempts) {
  std::vector<Instant> back;
  for (size_t client = 0; client < kClients; ++client) {
    SplitMix random(5'000'000'000 + client * 1000);
    Backoff backoff(Connection::patient(), random);
    Instant now = kStart;
    do {
      const auto wait = backoff.failed(now, "lost", "");
      EXPECT_TRUE(wait) << "it gives up";
      attempts.push_back(now += wait.value_or(1h));
    } while (now < kStart + gone);
    back.push_back(now);
  }
  return back;
}

TEST(Connection, AThousandThatLoseTheirHubAtOnceDoNotComeBackAtOnce) {
  std::vector<Instant> attempts;
  const auto soon = back_after(0ms, attempts);  // it was up again at once: within the first wait of 100 ms
  EXPECT_LE(*std::max_element(soon.begin(), soon.end()), kStart + 100ms);
  EXPECT_LT(crowd(soon, 5ms), kClients / 10);
  const auto late = back_after(60s, attempts);
  EXPECT_LE(*std::max_element(late.begin(), late.end()), kStart + 65s);
  EXPECT_LT(crowd(late, 50ms), kClients / 20);
}

TEST(Connection, WhileTheHubIsAwayItsClientsAskSeldom) {
  std::vector<Instant> attempts;
  back_after(60s, attempts);
  // 5 s at most and half of that in the mean, once the first few seconds are over.
  const auto asked = std::count_if(attempts.begin(), attempts.end(), [](Instant at) { return at >= kStart + 20s && at < kStart + 50s; });
  EXPECT_GT(asked, static_cast<int64_t>(kClients) * 30 / 5);
  EXPECT_LT(asked, static_cast<int64_t>(kClients) * 30 / 2);
}

}  // namespace
}  // namespace leat::hub::client
