#include "core/hub/broker/folder.h"

#include <gtest/gtest.h>

#include <set>

namespace leat::hub {
namespace {

TEST(HubFolder, EveryNameHasAFolderOfItsOwnAndComesBackFromIt) {
  std::set<std::string> folders;
  for (const std::string name : {"orders", "orders.>", "a.*", ".", "..", ".hidden", "a/b", "%2f", "caf\xc3\xa9", "A-b_9", "a b"}) {
    const std::string folder = folder_of(name);
    EXPECT_EQ(folder.find_first_of("/ *>"), std::string::npos) << folder;
    EXPECT_NE(folder.front(), '.') << folder;
    EXPECT_EQ(history_in(folder), name);
    EXPECT_TRUE(folders.insert(folder).second) << folder;
  }
}

TEST(HubFolder, WhatNoHistoryIsCalledIsNone) {
  for (const char* folder : {"", "%", "%2", "%zz", "%2F", "%61", ".x", "a b", "a%20%"}) EXPECT_FALSE(history_in(folder)) << folder;
}

}  // namespace
}  // namespace leat::hub
