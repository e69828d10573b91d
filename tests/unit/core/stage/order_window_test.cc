// The order window under random delays: what is settled leaves in the order it came, or as it was settled; never twice, never more than
// so many at a time.
#include "core/stage/order_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

namespace leat {
namespace {

using Window = OrderWindow<int>;

// `items` through a window of `most`, answered in an order drawn by lot; what leaves.
std::vector<int> shuffled_through(int items, size_t most, bool ordered, uint32_t seed, std::vector<int>* settled = nullptr) {
  std::mt19937 random(seed);
  Window window(most, ordered);
  std::vector<std::pair<Window::Token, int>> under_way;
  std::vector<int> left;
  int next = 0;
  while (next < items || !window.empty()) {
    while (next < items && !window.full() && random() % 4 != 0) {
      const auto token = window.open(next);
      under_way.emplace_back(token, next++);
    }
    EXPECT_LE(window.size(), most);
    if (!under_way.empty() && random() % 3 != 0) {
      const size_t lot = random() % under_way.size();
      const auto [token, item] = under_way[lot];
      under_way.erase(under_way.begin() + static_cast<ptrdiff_t>(lot));
      EXPECT_NE(window.find(token), nullptr);
      EXPECT_EQ(*window.find(token), item);
      window.settle(token);
      if (settled) settled->push_back(item);
    }
    while (auto item = window.leave()) left.push_back(*item);
  }
  return left;
}

TEST(OrderWindow, KeepsTheOrderUnderRandomDelays) {
  std::vector<int> all(3000);
  std::iota(all.begin(), all.end(), 0);
  for (size_t most : {1u, 2u, 7u, 128u, 1000u})
    for (uint32_t seed = 0; seed < 5; ++seed)
      EXPECT_EQ(shuffled_through(3000, most, true, seed), all) << most << " at a time, seed " << seed;
}

TEST(OrderWindow, UnorderedTheyLeaveAsTheyAreSettled) {
  for (size_t most : {1u, 7u, 128u})
    for (uint32_t seed = 0; seed < 5; ++seed) {
      std::vector<int> settled;
      EXPECT_EQ(shuffled_through(3000, most, false, seed, &settled), settled);
      std::sort(settled.begin(), settled.end());
      EXPECT_EQ(settled.size(), 3000u);
      EXPECT_EQ(std::unique(settled.begin(), settled.end()), settled.end());
    }
}

TEST(OrderWindow, OneThatIsNotSettledHoldsBackThoseBehindIt) {
  Window window(3, true);
  const auto a = window.open(1), b = window.open(2), c = window.open(3);
  EXPECT_TRUE(window.full());
  window.settle(c);
  window.settle(b);
  EXPECT_FALSE(window.leave());
  window.settle(a);
  EXPECT_EQ(window.leave(), 1);
  EXPECT_EQ(window.leave(), 2);
  EXPECT_EQ(window.leave(), 3);
  EXPECT_FALSE(window.leave());
}

TEST(OrderWindow, UnorderedItHoldsBackNothing) {
  Window window(2, false);
  const auto slow = window.open(0);
  for (int i = 1; i <= 1000; ++i) {
    window.settle(window.open(i));
    EXPECT_EQ(window.leave(), i);
  }
  EXPECT_EQ(window.size(), 1u);
  window.settle(slow);
  EXPECT_EQ(window.leave(), 0);
}

TEST(OrderWindow, ATokenOfOneThatHasLeftFindsNothing) {
  Window window(1, true);
  const auto first = window.open(1);
  window.settle(first);
  ASSERT_TRUE(window.leave());
  EXPECT_EQ(window.find(first), nullptr);
  const auto second = window.open(2);
  EXPECT_NE(second, first);
  EXPECT_EQ(window.find(first), nullptr);
  EXPECT_EQ(*window.find(second), 2);
}

TEST(OrderWindow, ClearedItHasRoomAndKnowsNoToken) {
  for (bool ordered : {true, false}) {
    Window window(3, ordered);
    const auto a = window.open(1), b = window.open(2);
    window.settle(b);
    EXPECT_EQ(window.clear().size(), 2u);
    EXPECT_TRUE(window.empty());
    EXPECT_EQ(window.find(a), nullptr);
    EXPECT_FALSE(window.leave());
    window.settle(window.open(4));
    EXPECT_EQ(window.leave(), 4);
  }
}

}  // namespace
}  // namespace leat
