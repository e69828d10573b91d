#include "core/base/fifo.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "core/base/random.h"

namespace leat {
namespace {

TEST(Fifo, IsADeque) {
  SplitMix random(1);
  Fifo<int> ours;
  std::deque<int> theirs;
  for (int i = 0; i < 20000; ++i) {
    const uint64_t what = random.next() % 100;
    if (what < 50 + static_cast<uint64_t>(i / 1000 % 2) * 10 - 5) {
      ours.push_back(i % 50), theirs.push_back(i % 50);
    } else if (!theirs.empty() && what < 98) {
      ours.pop_front(), theirs.pop_front();
    } else if (what == 98) {
      ours.remove(7), std::erase(theirs, 7);
    } else if (i % 7 == 0) {
      ours.clear(), theirs.clear();
    }
    ASSERT_EQ(ours.size(), theirs.size());
    ASSERT_EQ(ours.empty(), theirs.empty());
    if (theirs.empty()) continue;
    ASSERT_EQ(ours.front(), theirs.front());
    ASSERT_EQ(ours.back(), theirs.back());
    ASSERT_TRUE(std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end()));
  }
}

TEST(Fifo, LetsGoAtOnceOfWhatIsTaken) {
  Fifo<std::shared_ptr<int>> queue;
  const auto one = std::make_shared<int>(1);
  queue.push_back(one);
  queue.push_back(one);
  queue.pop_front();
  EXPECT_EQ(one.use_count(), 2);
}

}  // namespace
}  // namespace leat
