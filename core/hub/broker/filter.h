// Filter: one expression that subscriptions ask for, compiled once for all of them and run once for a message.
// Owner:   Filters; subscriptions share it.   Thread: the hub's loop.   Blocks: never: its steps are bounded.
// Fails:   make: as the expression does. A message it cannot be asked about (no JSON, a mistake, too long) is not passed, and counted.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/expr/program.h"
#include "core/hub/message.h"

namespace leat::hub {

class Filter {
 public:
  static constexpr uint64_t kSteps = 10'000;  // evaluations for one message

  static Result<std::shared_ptr<Filter>> make(const std::string& text);

  // `number`: of the message at this hub, so that the second who asks is told what the first was.
  bool passes(const Message& message, uint64_t number, Instant now);
  uint64_t failures() const { return failures_; }

 private:
  Filter();
  bool test(const Message& message, Instant now);

  FieldPlan plan_;
  std::shared_ptr<const expr::Program> program_;
  std::unique_ptr<Reader> reader_;
  expr::Machine machine_;
  Pool pool_;
  SlabRef slab_;
  uint64_t last_ = 0;  // number of the message asked about last
  bool passed_ = false;
  uint64_t failures_ = 0;
};

// Filters: by their text, for as long as somebody uses them.
class Filters {
 public:
  Result<std::shared_ptr<Filter>> get(const std::string& text);

 private:
  std::map<std::string, std::weak_ptr<Filter>> known_;
};

}  // namespace leat::hub
