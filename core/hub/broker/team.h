// Team: the subscriptions that acknowledge together what they are given of a history: those of one durable name, or one by itself.
// Owner:   the broker.   Thread: the hub's loop.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/hub/broker/block.h"
#include "core/hub/broker/consumer.h"

namespace leat::hub {

class History;
struct Subscription;

struct Team {
  static constexpr uint32_t kShare = 64;  // messages that one of several is given before it is the next one's turn

  Team(std::string called, std::string of, History& whose, Consumer from)
      : name(std::move(called)), pattern(std::move(of)), history(whose), consumer(std::move(from)) {}

  bool alone() const { return group.empty(); }
  // What the disk knows it by. No name and no pattern has a blank in it.
  std::string key() const { return name + " " + pattern; }

  const std::string name;  // empty: not durable
  const std::string pattern;
  std::string group;  // of those who share it; empty: one at a time has it
  History& history;
  Consumer consumer;
  std::vector<Subscription*> members;
  size_t first = 0;  // whose turn it is

  // What was read of the disk last.
  Run kept;
  uint64_t kept_from = 0;
  std::vector<uint32_t> kept_ends;
  bool reading = false;

  struct Letter {
    const History* where;
    uint64_t seq;
  };
  std::map<uint64_t, Letter> buried;  // by number: dead letters that may not be on the disk yet
  uint64_t letters = 0;
  bool changed = false;  // ... since it was remembered
  bool stalled = false;  // too much is not acknowledged
};

}  // namespace leat::hub
