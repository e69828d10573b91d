// Recording: what came in during a run, and when, as a case of `leat test`; of what went out, how much.
// Owner:   who runs the pipeline; outlives the runner.   Thread: one lane, under the turn.   Blocks: never.
// Fails:   past kMostRecords or kMostBytes it says full(), and keeps nothing more; what no codec can write again is counted.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/codec/codec.h"
#include "pipelines/runner.h"

namespace leat {

class Recording final : public Recorder {
 public:
  static constexpr uint64_t kMostRecords = 1000;
  static constexpr size_t kMostBytes = 1u << 20;

  // `on_full` is called once, and may end the run.
  explicit Recording(std::function<void()> on_full) : on_full_(std::move(on_full)) {}

  void came(const std::string& source, const Batch& batch, Instant now) override;
  void went(const std::string& sink, uint64_t records) override;
  bool full() const { return full_; }
  uint64_t unwritten() const { return unwritten_; }

  struct About {
    std::string name, pipeline;          // of the case; of the file, as seen from the case's
    std::vector<std::string> overrides;  // PATH=VALUE
    std::string golden;                  // what the files of expected bytes begin with
    std::vector<std::string> sinks;      // by their names in the summary
    bool drained = false;                // a signal or the bound ended it, not its sources
  };
  std::string yaml(const About& about);

 private:
  struct Stream {
    const CodecSpec* codec = nullptr;
    std::unique_ptr<Encoder> encoder;  // null: records are lines, written as they came
  };
  struct Input {
    std::string source, bytes;
  };
  void write(Stream& stream, const Batch& batch, std::string& out);

  const std::function<void()> on_full_;
  std::map<std::string, Stream> streams_;
  std::vector<std::variant<Input, Duration>> steps_;
  std::map<std::string, uint64_t> went_;
  std::optional<Instant> start_;
  Instant last_{};
  uint64_t records_ = 0, unwritten_ = 0;
  size_t bytes_ = 0;
  bool full_ = false;
};

}  // namespace leat
