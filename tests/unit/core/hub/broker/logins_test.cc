#include "core/hub/broker/logins.h"

#include <gtest/gtest.h>

namespace leat::hub {
namespace {

using std::chrono::seconds;

const Instant kStart{std::chrono::hours(500'000)};

Peer tcp(std::string address) { return {std::move(address), false, 0}; }

TEST(HubLogins, TheDoorIsShutForAMinuteBehindSoManyFailuresWithinOne) {
  Logins logins(3);
  EXPECT_TRUE(logins.welcome(tcp("127.0.0.1:1"), kStart));
  EXPECT_FALSE(logins.failed(tcp("127.0.0.1:1"), kStart));
  EXPECT_FALSE(logins.failed(tcp("127.0.0.1:2"), kStart + seconds(30)));
  EXPECT_TRUE(logins.welcome(tcp("127.0.0.1:3"), kStart + seconds(59)));
  EXPECT_TRUE(logins.failed(tcp("127.0.0.1:3"), kStart + seconds(59)));
  EXPECT_FALSE(logins.welcome(tcp("127.0.0.1:4"), kStart + seconds(59)));
  EXPECT_FALSE(logins.welcome(tcp("127.0.0.1:4"), kStart + seconds(118)));
  EXPECT_TRUE(logins.welcome(tcp("127.0.0.1:4"), kStart + seconds(119)));
  EXPECT_TRUE(logins.welcome(tcp("[::1]:4"), kStart + seconds(60))) << "another host";
  EXPECT_TRUE(logins.welcome({"unix user 5", true, 5}, kStart + seconds(60)));
}

TEST(HubLogins, FailuresThatAreFarApartAreForgotten) {
  Logins logins(2);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(logins.failed(tcp("h:1"), kStart + seconds(60 * i))) << i;
    EXPECT_TRUE(logins.welcome(tcp("h:1"), kStart + seconds(60 * i))) << i;
  }
  EXPECT_TRUE(logins.failed(tcp("h:1"), kStart + seconds(60 * 9 + 1)));
}

TEST(HubLogins, HoweverManyPlacesThereAreItRemembersTheYoungest) {
  Logins logins(1);
  for (size_t i = 0; i < 3 * Logins::kKnown; ++i) {
    const Peer peer = tcp("host" + std::to_string(i) + ":1");
    EXPECT_TRUE(logins.failed(peer, kStart + std::chrono::microseconds(i)));
    EXPECT_FALSE(logins.welcome(peer, kStart + std::chrono::microseconds(i)));
  }
  EXPECT_TRUE(logins.welcome(tcp("host0:1"), kStart + seconds(1))) << "forgotten";
  EXPECT_FALSE(logins.welcome(tcp("host" + std::to_string(3 * Logins::kKnown - 1) + ":1"), kStart + seconds(1)));
}

}  // namespace
}  // namespace leat::hub
