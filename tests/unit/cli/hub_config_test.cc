#include "cli/hub_config.h"

#include <gtest/gtest.h>

#include "cli/hub.h"
#include "core/hub/broker/access.h"
#include "tests/support/outside.h"

namespace leat {
namespace {

const std::string kHash = hub::token_sha256("secret");

std::optional<uint32_t> find_user(const std::string& name) { return name == "www" ? std::optional<uint32_t>(33) : std::nullopt; }

HubPlan plan(std::string file, const std::vector<std::pair<std::string, std::string>>& words = {}) {
  fake::World world;
  world.files = {{"hub.toml", std::move(file)}};
  Settings said(hub_options());
  said.put("config").values.push_back({{}, "hub.toml", {}});
  for (const auto& [name, text] : words) said.put(name).values.push_back({{}, text, {}});
  return plan_of(said, world.outside(), find_user);
}

std::string mistakes(std::string file) {
  const HubPlan read = plan(std::move(file));
  if (!read.refused) return "";
  EXPECT_EQ(read.refused->status, 78);
  return read.refused->err;
}

TEST(HubConfig, TheFileSaysWhatTheCommandLineCan) {
  const HubPlan read = plan(R"(
listen = ["unix-listen:a.sock", "tcp-listen://127.0.0.1:1"]
data = "kept"
open = true
max_clients = 7
max_message = "1MiB"
heartbeat = "3s"

[[history]]
subjects = ["orders.>", "bills"]
count = 10
bytes = "2MiB"
age = "1h"

[[history]]
name = "all"
subjects = "events.*"
)");
  ASSERT_FALSE(read.refused) << read.refused->err;
  EXPECT_EQ(read.settings.values("listen").size(), 2u);
  EXPECT_EQ(read.settings.text("data"), "kept");
  EXPECT_TRUE(read.settings.flag("open"));
  EXPECT_EQ(read.settings.count("max_clients"), 7u);
  EXPECT_EQ(read.settings.count("max_message"), 1u << 20);
  EXPECT_EQ(read.settings.duration("heartbeat"), std::chrono::seconds(3));
  EXPECT_EQ(read.settings.duration("grace"), std::chrono::milliseconds(250)) << "what is left out is as ever";
  ASSERT_EQ(read.histories.size(), 2u);
  EXPECT_EQ(read.histories[0].name, "orders.>");
  EXPECT_EQ(read.histories[0].patterns, (std::vector<std::string>{"orders.>", "bills"}));
  EXPECT_EQ(read.histories[0].count, 10u);
  EXPECT_EQ(read.histories[0].bytes, 2u << 20);
  EXPECT_EQ(read.histories[0].age, std::chrono::hours(1));
  EXPECT_EQ(read.histories[1].name, "all");
}

TEST(HubConfig, TheWordsOfTheCommandWin) {
  const HubPlan read = plan("listen = \"unix-listen:a\"\nmax_clients = 7\ngrace = \"1s\"\n[[history]]\nsubjects = \"a.>\"\n",
                            {{"listen", "unix-listen:b"}, {"grace", "2s"}, {"history", "b.>,count=3"}});
  ASSERT_FALSE(read.refused) << read.refused->err;
  ASSERT_EQ(read.settings.values("listen").size(), 1u);
  EXPECT_EQ(read.settings.text("listen"), "unix-listen:b");
  EXPECT_EQ(read.settings.duration("grace"), std::chrono::seconds(2));
  EXPECT_EQ(read.settings.count("max_clients"), 7u);
  ASSERT_EQ(read.histories.size(), 1u);
  EXPECT_EQ(read.histories[0].name, "b.>");
}

TEST(HubConfig, PrincipalsHaveHashesUsersAndPatterns) {
  const HubPlan read =
      plan("[[principal]]\nname = \"shop\"\ntoken_sha256 = \"" + kHash +
           "\"\nusers = [1000, \"www\"]\npublish = [\"orders.>\"]\nno_publish = \"orders.secret.>\"\n"
           "subscribe = \"bills.*\"\nno_subscribe = [\"bills.x\"]\n[[principal]]\nname = \"ops\"\nusers = 5\nadmin = true\n");
  ASSERT_FALSE(read.refused) << read.refused->err;
  ASSERT_EQ(read.principals.size(), 2u);
  const hub::Principal& shop = read.principals[0];
  EXPECT_EQ(shop.name, "shop");
  EXPECT_EQ(shop.token_sha256, kHash);
  EXPECT_EQ(shop.users, (std::vector<uint32_t>{1000, 33}));
  EXPECT_TRUE(shop.may_publish("orders.eu"));
  EXPECT_FALSE(shop.may_publish("orders.secret.a"));
  EXPECT_TRUE(shop.may_subscribe("bills.a"));
  EXPECT_FALSE(shop.may_subscribe("bills.*"));
  EXPECT_FALSE(shop.admin || shop.everything);
  EXPECT_TRUE(read.principals[1].admin);
}

TEST(HubConfig, EveryMistakeIsToldAtOnceWithItsPlace) {
  EXPECT_EQ(mistakes("lisen = \"x\"\nheartbeat = \"soon\"\nmax_clients = 0\n[[history]]\nsubject = \"a\"\n[[principal]]\nname = \"a\"\n"
                     "token_sha256 = \"abc\"\n"),
            "hub.toml:2:13: heartbeat: wants a duration such as 250ms, 1.5s, 5m or 1h, not 'soon'\n"
            "hub.toml:5:1: history[0]: a history has no 'subject' (did you mean subjects?)\n"
            "hub.toml:1:1: a hub's file has no 'lisen' (did you mean listen?)\n"
            "hub.toml:3:15: max_clients: wants a whole number, 1 or more, not '0'\n"
            "hub.toml:8:16: principal[0].token_sha256: wants 64 digits, of them 0 to 9 and a to f (leat hub token prints the line)\n");
  EXPECT_EQ(mistakes("a = \n").substr(0, 13), "hub.toml:1:5:");
  EXPECT_EQ(mistakes("config = \"x\"\n"), "hub.toml:1:1: a hub's file has no 'config'\n");
}

TEST(HubConfig, ATokenIsNotWrittenOut) {
  EXPECT_EQ(mistakes("[[principal]]\nname = \"a\"\ntoken = \"secret\"\n"),
            "hub.toml:3:1: principal[0].token: a token is not written out here (its token_sha256 is; leat hub token makes both)\n");
}

TEST(HubConfig, NobodyIsTwoPrincipalsAndNobodyIsNone) {
  EXPECT_EQ(
      mistakes("[[principal]]\nname = \"a\"\n"),
      "hub.toml:1:1: principal[0]: nobody could be it (give it token_sha256, as leat hub token prints it, or users of unix sockets)\n");
  const std::string first = "[[principal]]\nname = \"a\"\nusers = 5\ntoken_sha256 = \"" + kHash + "\"\n[[principal]]\n";
  EXPECT_EQ(mistakes(first + "name = \"a\"\nusers = 6\n"), "hub.toml:6:8: principal[1].name: another principal has the same\n");
  EXPECT_EQ(mistakes(first + "name = \"b\"\nusers = [6, 5]\n"), "hub.toml:7:9: principal[1].users: another principal has the same\n");
  EXPECT_EQ(mistakes(first + "name = \"b\"\ntoken_sha256 = \"" + kHash + "\"\n"),
            "hub.toml:7:16: principal[1].token_sha256: another principal has the same\n");
  EXPECT_EQ(mistakes("[[principal]]\nname = \"a\"\nusers = \"nobody-here\"\n"),
            "hub.toml:3:9: principal[0].users: this machine has no user 'nobody-here'\n");
  EXPECT_NE(mistakes("[[principal]]\nname = \"a\"\nusers = 5\npublish = \"a..b\"\n").find("hub.toml:4:11: principal[0].publish: "),
            std::string::npos);
  EXPECT_EQ(mistakes("[principal]\nname = \"a\"\n"),
            "hub.toml:1:1: principal: wants a list of tables, here is a map (each begins with [[principal]])\n");
}

TEST(HubConfig, HistoriesDoNotShareSubjectsOrNames) {
  EXPECT_EQ(mistakes("[[history]]\nsubjects = \"a.>\"\n[[history]]\nsubjects = \"a.b\"\n"),
            "hub.toml:3:1: history[1]: some subjects of a.b are of a.> already\n");
  EXPECT_EQ(mistakes("[[history]]\nsubjects = \"a\"\nname = \"x\"\n[[history]]\nsubjects = \"b\"\nname = \"x\"\n"),
            "hub.toml:4:1: history[1]: another history is named x\n");
  EXPECT_EQ(mistakes("[[history]]\ncount = 3\n"), "hub.toml:1:1: history[0]: wants a pattern\n");
  const HubPlan words = plan("", {{"history", "a.>,cuont=3"}});
  ASSERT_TRUE(words.refused);
  EXPECT_EQ(words.refused->status, 2);
  EXPECT_EQ(words.refused->err.substr(0, words.refused->err.find('(')), "leat: --history a.>,cuont=3: knows no 'cuont' ");
}

TEST(HubConfig, WhatWaitsForAnotherStartIsNamed) {
  const HubPlan runs = plan("data = \"a\"\nopen = true\n[[history]]\nsubjects = \"a\"\n");
  EXPECT_EQ(
      waits_for_start(runs, plan("open = false\ndata = \"a\"\n[[history]]\nsubjects = \"a\"\n[[principal]]\nname = \"a\"\nusers = 5\n")),
      "");
  EXPECT_EQ(waits_for_start(runs, plan("listen = \"unix-listen:x\"\ngrace = \"1s\"\n[[history]]\nsubjects = \"a\"\ncount = 3\n")),
            "listen, data, grace, history");
}

}  // namespace
}  // namespace leat
