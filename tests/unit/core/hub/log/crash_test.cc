// The log on a disk that crashes, lies and refuses: what was synced is there afterwards, in order, and nothing else is.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/hub/log/log.h"
#include "tests/support/log_frames.h"
#include "tests/support/log_model.h"
#include "tests/support/seeds.h"
#include "tests/support/sim_disk.h"

namespace leat::hub::log {
namespace {

using test::LogModel;
using test::SimDisk;
using Fault = SimDisk::Fault;

const std::string kDir = "d";

class Life {
 public:
  Life(uint64_t seed, bool faults) : disk(seed), lots(seed * 977 + 5), salts(seed + 1), faults_(faults) {
    options.frame_length = test::frame_length;
    options.segment_bytes = 16384 + 4096 * (lots.next() % 3);
    options.batch_bytes = 128u << lots.next() % 6;
    options.unsynced_bytes = 2048u << lots.next() % 3;
  }

  // Everything that may happen to a log, for some lives of it. Answers what was broken.
  std::string run() {
    for (int life = 0; life < 4 && wrong.empty(); ++life) {
      open();
      for (uint64_t step = 2 + lots.next() % 24; log && wrong.empty() && step > 0; --step) act();
      end();
    }
    disk.heal();
    disk.limit(UINT64_MAX);
    if (wrong.empty()) open();
    return wrong;
  }

  void open() {
    if (faults_ && lots.next() % 3 == 0) plan();
    bool calm = !disturbed();
    auto opened = Log::open(disk, kDir, options, salts);
    if (!opened && calm) wrong = "it refused to start: " + opened.error().text;
    if (!opened) {
      disk.heal();
      opened = Log::open(disk, kDir, options, salts);
    }
    if (!opened) return keep("it refused to start: " + opened.error().text);
    log = std::move(opened->log);
    calm = calm && !disturbed();
    keep(model.check(*log, calm));
    model.reopened(*log, calm);
  }

  bool append() {
    std::vector<std::string> frames(1 + lots.next() % 12);
    std::string first, second;
    const uint64_t seq = log->next_seq();
    for (size_t i = 0; i < frames.size(); ++i) {
      frames[i] = test::frame(lots.next(), static_cast<uint32_t>(lots.next() % (lots.next() % 8 == 0 ? 300 : 12)));
      (i < frames.size() / 2 ? first : second) += frames[i];
      model.offered(seq + i, frames[i]);
    }
    const std::string_view runs[] = {first, second};
    now += static_cast<int64_t>(lots.next() % 10);
    const auto done = log->append(seq, runs, {now, now});
    if (!done) return false;
    if (*done != seq + frames.size()) keep("append lost count");
    for (size_t i = 0; i < frames.size(); ++i) model.accepted(seq + i, frames[i]);
    return true;
  }

  bool sync() {
    const auto done = log->sync();
    if (done) model.synced(*done);
    return static_cast<bool>(done);
  }

  SimDisk disk;
  SplitMix lots, salts;
  Options options;
  LogModel model;
  std::unique_ptr<Log> log;
  std::string wrong;
  int64_t now = 0;

 private:
  void keep(std::string what) {
    if (wrong.empty()) wrong = std::move(what);
  }
  bool disturbed() const { return disk.failing(); }

  void plan() {
    const Fault kinds[] = {Fault::eio, Fault::eio, Fault::enospc, Fault::brief};
    disk.fail(1 + static_cast<int>(lots.next() % 40), kinds[lots.next() % 4], static_cast<int>(lots.next() % 2 ? 0 : lots.next() % 6));
  }

  void act() {
    switch (lots.next() % 12) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4:
        append();
        break;
      case 5:
      case 6:
      case 7:
        sync();
        break;
      case 8:
        (void)log->prepare();
        break;
      case 9:
        drop();
        break;
      case 10:
        if (faults_) plan();
        break;
      default:
        if (faults_) disk.limit(lots.next() % 2 ? UINT64_MAX : disk.used() + lots.next() % 40000);
    }
  }

  void drop() {
    const uint64_t below = lots.next() % (log->next_seq() + 1);
    if (lots.next() % 2) {
      model.dropped(below);
      (void)log->drop_before(below);
    } else {
      Retention limits{.records = lots.next() % 80, .bytes = lots.next() % 60000, .age = static_cast<int64_t>(lots.next() % 400)};
      if (lots.next() % 3 == 0) limits.acked = below;
      const uint64_t before = log->stats().first_seq;
      (void)log->retain(limits, now);
      if (limits.acked && model.holds_any(std::max(below, before), log->stats().first_seq))
        keep("retention took what was not acknowledged");
      model.dropped(log->stats().first_seq);
    }
  }

  void end() {
    if (log && lots.next() % 4 == 0) sync();
    log.reset();
    if (lots.next() % 4)
      disk.crash();
    else
      disk.heal();
    disk.limit(UINT64_MAX);
  }

  const bool faults_;
};

TEST(LogCrash, WhatWasSyncedSurvives) {
  for (unsigned seed = 1; seed <= test::seeds(5000); ++seed) {
    Life life(seed, false);
    ASSERT_EQ(life.run(), "") << "seed " << seed;
  }
}

TEST(LogCrash, AndOnADiskThatFailsToo) {
  for (unsigned seed = 1; seed <= test::seeds(5000); ++seed) {
    Life life(seed, true);
    ASSERT_EQ(life.run(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace leat::hub::log
