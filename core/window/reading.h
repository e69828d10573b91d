// Reading: what a window takes from a record: its time, its key, and the values that its aggregates gather. All of it is worked out before
// any of it is kept, so that a record that fails has left nothing behind.
// Owner:   the window stage.   Thread: one.   Blocks: never.
// Fails:   read() by false, with why in code() and message().
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/expr/emit.h"
#include "core/expr/program.h"
#include "core/window/aggregate.h"
#include "core/window/by.h"
#include "core/window/event_time.h"

namespace leat::window {

class Reading {
 public:
  // `time` null: a record's time is when it arrives.
  Reading(std::shared_ptr<const expr::Program> time, By by, std::span<const expr::Aggregate> calls);

  bool timed() const { return bool(time_of_); }
  const By& by() const { return by_; }
  const std::vector<Aggregate>& aggregates() const { return aggregates_; }  // as they are called

  void now(Instant now);  // of the records that come
  bool read(const expr::Row& row);
  std::string_view code() const { return code_; }
  const std::string& message() const { return message_; }

  // Of the record read last, whose bytes must still be there.
  Instant time() const { return time_; }
  std::string_view key() const { return key_; }
  void add_to(Aggregate::State* states, Order order) const;
  void let_go() { taken_.clear(); }

 private:
  // What one or more aggregates gather, worked out once for all of them.
  struct Argument {
    std::shared_ptr<const expr::Program> program;
    std::vector<size_t> aggregates;  // by number
    bool numeric = false;            // one of them computes with it
  };
  struct Taken {
    const Argument* argument;
    Value value, number;
  };

  bool read_argument(const Argument& argument, const expr::Row& row);
  bool take(const Argument& argument, const Value& value);
  bool refuse(std::string_view code, std::string message);

  EventTime time_of_;
  By by_;
  std::vector<Aggregate> aggregates_;
  std::vector<std::string> names_;  // of the aggregates
  std::vector<Argument> arguments_;
  std::vector<size_t> counting_;  // aggregates without an argument
  expr::Machine machine_;

  Instant now_{}, time_{};
  std::string key_;
  std::vector<Taken> taken_;
  std::string_view code_;
  std::string message_;
};

}  // namespace leat::window
