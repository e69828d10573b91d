// The shapes against a reference that keeps every record and sorts them into windows afterwards.
#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <tuple>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/data/json.h"
#include "core/window/windows.h"

namespace leat::window {
namespace {

Duration seconds(double s) { return Duration(std::llround(s * 1e9)); }
Instant second(double s) { return Instant(seconds(s)); }
double in_seconds(Instant time) { return static_cast<double>(time.time_since_epoch().count()) / 1e9; }

struct Got {
  double start, end;
  std::string key;
  std::string values;
  Mark mark;
  auto operator<=>(const Got&) const = default;
};
void PrintTo(const Got& got, std::ostream* out) {
  *out << "[" << got.start << "," << got.end << ") " << got.key << " " << got.values << " mark " << static_cast<int>(got.mark);
}

struct Record {
  double time;
  std::string key;
  int64_t value;
};

// Drives a shape by event time without disorder: the highest time so far is how far time has come.
class Drive : public Answers {
 public:
  void take(const Answer& answer) override {
    std::string values, key(answer.key);
    json::write(what[0].answer(answer.states[0], 1), values);
    if (!key.empty()) key.pop_back();
    got.push_back({in_seconds(answer.start), in_seconds(answer.end), key, values, answer.mark});
    EXPECT_NE(answer.owed, nullptr);
  }

  Windows::Entry feed(const Record& record) {
    now = std::max(now, second(record.time));
    windows->advance(now, *this, SIZE_MAX);
    const std::string key = record.key + "\n";
    Receipt receipt(frontier, ++fed);
    const auto entry = windows->enter({key, hash(key, 7)}, second(record.time), receipt);
    if (entry == Windows::Entry::kept) {
      what[0].add(windows->states()[0], Value::integer(record.value), {second(record.time).time_since_epoch().count(), fed});
      windows->entered(*this);
    }
    std::move(receipt).deliver();
    return entry;
  }

  void finish(bool complete = true) {
    windows->close(complete, *this);
    EXPECT_EQ(windows->groups(), 0u);
    EXPECT_EQ(frontier.pending(), 0u) << "a shape that is closed still keeps receipts";
    EXPECT_EQ(frontier.lost(), 0u);
  }

  Frontier frontier;  // outlives the receipts in the shape
  std::vector<Aggregate> what{Aggregate(Aggregate::Kind::sum)};
  std::unique_ptr<Windows> windows;
  std::vector<Got> got;
  uint64_t fed = 0;
  Instant now = kBegin;
};

int64_t tenths(double time) { return std::llround(time * 10); }

// Times are whole tenths of a second, so that the reference can count in integers.
std::vector<Record> random_records(std::mt19937_64& random, size_t count) {
  std::vector<Record> records;
  int64_t time = random() % 2 ? 10'000 : -200;  // some scripts cross 1970
  for (size_t i = 0; i < count; ++i) {
    time += static_cast<int64_t>(random() % 30);
    records.push_back({static_cast<double>(time) / 10, std::to_string(random() % 4), static_cast<int64_t>(random() % 100)});
  }
  return records;
}

TEST(Slices, Row96And97AgreeWithTheReferenceForAnySizeAndStep) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    const double every = 1 + static_cast<double>(random() % 8);
    const double size = every + static_cast<double>(random() % 12);
    const auto records = random_records(random, 60);
    Drive drive;
    drive.windows = make_slices(drive.what, {}, seconds(size), seconds(every));
    std::map<std::tuple<double, std::string, double>, int64_t> want;  // end, key, start
    for (const Record& record : records) {
      EXPECT_EQ(drive.feed(record), Windows::Entry::kept);
      for (double start = std::floor(record.time / every) * every; tenths(start + size) > tenths(record.time); start -= every)
        want[{start + size, record.key, start}] += record.value;
    }
    drive.finish();
    std::vector<Got> all;
    for (const auto& [place, sum] : want)
      all.push_back({std::get<2>(place), std::get<0>(place), std::get<1>(place), std::to_string(sum), Mark::on_time});
    EXPECT_EQ(drive.got, all) << "size " << size << " every " << every;
  }
}

TEST(Slices, AnswerAsSoonAsTimeHasPassedTheEnd) {
  Drive drive;
  drive.windows = make_slices(drive.what, {}, seconds(10), seconds(10));
  drive.feed({3, "1", 5});
  EXPECT_EQ(drive.windows->due(), second(10));
  drive.windows->advance(second(9.999999999), drive, SIZE_MAX);
  EXPECT_TRUE(drive.got.empty());
  drive.windows->advance(second(10), drive, SIZE_MAX);
  EXPECT_EQ(drive.got, (std::vector<Got>{{0, 10, "1", "5", Mark::on_time}}));
  EXPECT_EQ(drive.windows->due(), std::nullopt);
  EXPECT_EQ(drive.feed({9, "1", 5}), Windows::Entry::late);
  EXPECT_EQ(drive.feed({10, "1", 5}), Windows::Entry::kept);
}

TEST(Slices, LateRecordsAreAnsweredAgainWhileAllowed) {
  Drive drive;
  drive.windows = make_slices(drive.what, {.lateness = seconds(5)}, seconds(10), seconds(10));
  drive.feed({3, "1", 1});
  drive.feed({12, "1", 2});
  drive.feed({4, "1", 10});
  drive.feed({5, "2", 7});
  drive.feed({15, "1", 3});
  EXPECT_EQ(drive.feed({6, "1", 100}), Windows::Entry::late);
  drive.finish();
  EXPECT_EQ(drive.got, (std::vector<Got>{{0, 10, "1", "1", Mark::on_time},
                                         {0, 10, "1", "11", Mark::late},
                                         {0, 10, "2", "7", Mark::late},
                                         {10, 20, "1", "5", Mark::on_time}}));
}

TEST(Slices, ALateRecordOfHoppingWindowsGoesToEachAccordingToItsState) {
  Drive drive;
  drive.windows = make_slices(drive.what, {.lateness = seconds(6)}, seconds(10), seconds(5));
  drive.feed({2, "1", 1});
  drive.feed({11, "1", 2});  // [-5,5) and [0,10) are over
  drive.feed({4, "1", 10});  // [-5,5) is past its lateness, [0,10) is not
  drive.finish();
  EXPECT_EQ(drive.got, (std::vector<Got>{{-5, 5, "1", "1", Mark::on_time},
                                         {0, 10, "1", "1", Mark::on_time},
                                         {0, 10, "1", "11", Mark::late},
                                         {5, 15, "1", "2", Mark::on_time},
                                         {10, 20, "1", "2", Mark::on_time}}));
}

TEST(Slices, UpdatesAreEarlyAndOnlyOfWhatChanged) {
  Drive drive;
  drive.windows = make_slices(drive.what, {.update = seconds(2)}, seconds(10), seconds(10));
  drive.feed({1, "1", 1});
  drive.feed({1, "2", 1});
  drive.feed({3, "1", 1});
  drive.feed({9, "1", 1});
  drive.feed({11, "1", 1});
  drive.finish();
  EXPECT_EQ(drive.got, (std::vector<Got>{{0, 10, "1", "1", Mark::early},
                                         {0, 10, "2", "1", Mark::early},
                                         {0, 10, "1", "2", Mark::early},
                                         {0, 10, "1", "3", Mark::on_time},
                                         {0, 10, "2", "1", Mark::on_time},
                                         {10, 20, "1", "1", Mark::on_time}}));
}

TEST(Slices, AnswerEveryNthRecordEarly) {
  Drive drive;
  drive.windows = make_slices(drive.what, {.update_count = 2}, seconds(10), seconds(10));
  for (double time : {1, 2, 3, 4, 5}) drive.feed({time, "1", 1});
  drive.finish();
  EXPECT_EQ(drive.got,
            (std::vector<Got>{{0, 10, "1", "2", Mark::early}, {0, 10, "1", "4", Mark::early}, {0, 10, "1", "5", Mark::on_time}}));
}

TEST(Slices, AStoppedRunMarksWhatItCutShort) {
  Drive drive;
  drive.windows = make_slices(drive.what, {}, seconds(10), seconds(5));
  drive.feed({2, "1", 1});
  drive.feed({6, "1", 2});
  drive.finish(false);
  EXPECT_EQ(drive.got,
            (std::vector<Got>{{-5, 5, "1", "1", Mark::on_time}, {0, 10, "1", "3", Mark::partial}, {5, 15, "1", "2", Mark::partial}}));
}

TEST(Slices, HoldNoMoreKeysThanTold) {
  Drive drive;
  drive.windows = make_slices(drive.what, {.max_keys = 2}, seconds(10), seconds(10));
  EXPECT_EQ(drive.feed({1, "1", 1}), Windows::Entry::kept);
  EXPECT_EQ(drive.feed({1, "2", 1}), Windows::Entry::kept);
  EXPECT_EQ(drive.feed({1, "3", 1}), Windows::Entry::full);
  EXPECT_EQ(drive.feed({1, "2", 1}), Windows::Entry::kept);
  EXPECT_EQ(drive.windows->groups(), 2u);
  EXPECT_EQ(drive.feed({11, "3", 1}), Windows::Entry::kept);  // the first window is over and has made room
  drive.finish();
}

// However small the slices of work, the answers are the same; until the last is out there is something due.
TEST(AllShapes, AnswersInPortionsAreTheSame) {
  for (int shape : {0, 1, 2}) {
    std::vector<Got> whole;
    for (size_t limit : {SIZE_MAX, size_t{1}, size_t{3}}) {
      Drive drive;
      const Bounds bounds{.update = seconds(1)};
      drive.windows = shape == 0   ? make_slices(drive.what, bounds, seconds(10), seconds(5))
                      : shape == 1 ? make_sessions(drive.what, bounds, seconds(5))
                                   : make_counted(drive.what, bounds, 0);
      for (int i = 0; i < 20; ++i) drive.feed({0.5 + i * 0.01, std::to_string(i % 7), i});
      while (!drive.windows->advance(second(1), drive, limit)) EXPECT_EQ(drive.windows->due(), kBegin);
      while (!drive.windows->advance(second(7), drive, limit)) EXPECT_EQ(drive.windows->due(), kBegin);
      drive.finish();
      if (whole.empty()) whole = drive.got;
      EXPECT_GE(whole.size(), 14u);
      EXPECT_EQ(drive.got, whole) << shape << " " << limit;
    }
  }
}

TEST(Sessions, AgreeWithTheReferenceInAnyOrderOfArrival) {
  std::mt19937_64 random(12);
  for (int round = 0; round < 300; ++round) {
    const double gap = 2 + static_cast<double>(random() % 6);
    auto records = random_records(random, 50);
    std::map<std::string, std::vector<Record>> by_key;
    for (const Record& record : records) by_key[record.key].push_back(record);
    std::vector<Got> want;
    for (const auto& [key, list] : by_key)
      for (size_t i = 0; i < list.size();) {
        double last = list[i].time;
        int64_t sum = 0;
        const double start = last;
        for (; i < list.size() && tenths(list[i].time) < tenths(last + gap); ++i) last = list[i].time, sum += list[i].value;
        want.push_back({start, in_seconds(second(last) + seconds(gap)), key, std::to_string(sum), Mark::on_time});
      }
    std::sort(want.begin(), want.end(), [](const Got& a, const Got& b) { return std::tie(a.end, a.key) < std::tie(b.end, b.key); });

    Drive drive;
    drive.windows = make_sessions(drive.what, {}, seconds(gap));
    for (const Record& record : records) EXPECT_EQ(drive.feed(record), Windows::Entry::kept);
    drive.finish();
    EXPECT_EQ(drive.got, want);

    // All within disorder: nothing is answered before the end, and order of arrival does not matter.
    Drive shuffled;
    shuffled.windows = make_sessions(shuffled.what, {}, seconds(gap));
    std::shuffle(records.begin(), records.end(), random);
    for (const Record& record : records) {
      const std::string key = record.key + "\n";
      Receipt receipt(shuffled.frontier, ++shuffled.fed);
      ASSERT_EQ(shuffled.windows->enter({key, hash(key, 7)}, second(record.time), receipt), Windows::Entry::kept);
      shuffled.what[0].add(shuffled.windows->states()[0], Value::integer(record.value), {});
      shuffled.windows->entered(shuffled);
      std::move(receipt).deliver();
    }
    shuffled.finish();
    EXPECT_EQ(shuffled.got, want);
  }
}

TEST(Sessions, OneRecordMayJoinTwo) {
  Drive drive;
  drive.windows = make_sessions(drive.what, {.lateness = seconds(100)}, seconds(10));
  drive.feed({0, "1", 1});
  drive.feed({18, "1", 2});
  drive.feed({9, "1", 4});
  drive.finish();
  EXPECT_EQ(drive.got, (std::vector<Got>{{0, 10, "1", "1", Mark::on_time}, {0, 28, "1", "7", Mark::late}}));
}

TEST(Sessions, ARecordAtTheEndBeginsTheNext) {
  Drive drive;
  drive.windows = make_sessions(drive.what, {}, seconds(10));
  drive.feed({0, "1", 1});
  drive.feed({9.5, "1", 2});
  drive.feed({19.5, "1", 4});
  EXPECT_EQ(drive.got, (std::vector<Got>{{0, 19.5, "1", "3", Mark::on_time}}));
  EXPECT_EQ(drive.feed({8, "1", 1}), Windows::Entry::late);
  drive.finish(false);
  EXPECT_EQ(drive.got.back(), (Got{19.5, 29.5, "1", "4", Mark::partial}));
}

TEST(Sessions, HoldNoMoreThanToldAndForgetTheirKeys) {
  Drive drive;
  drive.windows = make_sessions(drive.what, {.max_keys = 2}, seconds(1));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(drive.feed({i * 0.6, std::to_string(i), 1}), Windows::Entry::kept) << i;
  EXPECT_EQ(drive.feed({599.5, "x", 1}), Windows::Entry::full);
  drive.finish();
  EXPECT_EQ(drive.got.size(), 1000u);
}

TEST(Counted, AnswersEveryNthOfAKeyAndTheRestAtTheEnd) {
  Drive drive;
  drive.windows = make_counted(drive.what, {}, 2);
  for (const Record& record : std::vector<Record>{{1, "2", 1}, {2, "1", 10}, {3, "2", 2}, {4, "2", 4}, {5, "1", 20}, {6, "1", 40}})
    drive.feed(record);
  EXPECT_EQ(drive.got, (std::vector<Got>{{1, 3, "2", "3", Mark::on_time}, {2, 5, "1", "30", Mark::on_time}}));
  drive.finish();
  EXPECT_EQ(drive.got[2], (Got{4, 4, "2", "4", Mark::on_time}));
  EXPECT_EQ(drive.got[3], (Got{6, 6, "1", "40", Mark::on_time}));
}

TEST(Counted, WithoutACountItIsTheGlobalWindow) {
  Drive drive;
  drive.windows = make_counted(drive.what, {.max_keys = 2}, 0);
  EXPECT_EQ(drive.feed({1, "10", 1}), Windows::Entry::kept);
  EXPECT_EQ(drive.feed({3, "9", 2}), Windows::Entry::kept);
  EXPECT_EQ(drive.feed({3, "8", 2}), Windows::Entry::full);
  EXPECT_EQ(drive.feed({2, "10", 4}), Windows::Entry::kept);
  EXPECT_TRUE(drive.got.empty());
  drive.finish(false);
  EXPECT_EQ(drive.got, (std::vector<Got>{{1, 2, "10", "5", Mark::partial}, {3, 3, "9", "2", Mark::partial}}));
}

TEST(Keys, AreOrderedAsValuesAndErasedOnesAreGone) {
  std::mt19937_64 random(13);
  Keys keys;
  std::map<int, uint32_t> model;
  for (int i = 0; i < 20'000; ++i) {
    const int number = static_cast<int>(random() % 500);
    const std::string text = std::to_string(number) + "\n";
    const Key key{text, hash(text, 1) & 63};  // many collide
    const uint32_t row = keys.find(key);
    const auto known = model.find(number);
    ASSERT_EQ(row, known == model.end() ? Keys::kNone : known->second);
    if (row == Keys::kNone)
      model[number] = keys.add(key);
    else if (random() % 2)
      keys.erase(row), model.erase(number);
    ASSERT_EQ(keys.size(), model.size());
  }
  std::vector<uint32_t> order;
  for (const auto& [number, row] : model) order.push_back(row);
  EXPECT_EQ(keys.sorted(), order);
}

constexpr size_t kMillion = 1'000'000;

// As long as a UUID, with nothing in common.
std::string long_key(std::mt19937_64& random) { return fmt::format("\"{:016x}-{:016x}xyz\"\n", random(), random()); }

// The default of max-bytes holds a million groups of the everyday kind, also while their tables grow, and gives all of it back.
TEST(Windows, AMillionKeysInsideTheirDeclaredMemory) {
  constexpr int64_t kDeclared = 256 << 20;
  for (const bool global : {false, true}) {
    std::mt19937_64 random(1);
    Drive drive;
    drive.what.emplace_back(Aggregate::Kind::count);
    const int64_t before = meter::taken;
    const Bounds bounds{.max_keys = kMillion};
    drive.windows = global ? make_counted(drive.what, bounds, 0) : make_slices(drive.what, bounds, seconds(60), seconds(60));
    int64_t most = 0;
    for (size_t i = 0; i < kMillion; ++i) {
      const std::string key = long_key(random);
      Receipt receipt(drive.frontier, ++drive.fed);
      ASSERT_EQ(drive.windows->enter({key, hash(key, 7)}, second(1), receipt), Windows::Entry::kept);
      drive.windows->entered(drive);
      std::move(receipt).deliver();
      most = std::max(most, meter::taken - before);
    }
    EXPECT_LE(most, kDeclared) << global;
    EXPECT_GE(most, kDeclared / 4) << "so much is not counted";
    const std::string another = long_key(random);
    Receipt refused(drive.frontier, ++drive.fed);
    EXPECT_EQ(drive.windows->enter({another, hash(another, 7)}, second(1), refused), Windows::Entry::full);
    std::move(refused).deliver();
    drive.finish();
    EXPECT_EQ(drive.got.size(), kMillion);
    drive.got = {};
    drive.windows.reset();
    EXPECT_LT(meter::taken - before, 1 << 20) << global;
  }
}

}  // namespace
}  // namespace leat::window
