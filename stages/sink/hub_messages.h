// HubMessages: a batch of records as messages of a hub: subject, payload and key of each.
// Owner:   a HubSink.   Thread: under the turn.   Blocks: never.
// Fails:   make(): a template with a mistake. A record that cannot be a message is reported, and is none.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/as_json.h"
#include "core/codec/codec.h"
#include "core/hub/frame.h"
#include "stages/sink/path_template.h"

namespace leat {

class HubMessages {
 public:
  struct Options {
    std::string subject;       // may hold expressions in braces
    std::string key;           // an expression; empty: none
    bool codec_named = false;  // somebody has said how payloads are written: then an envelope does not make them artifacts
  };
  static Result<HubMessages> make(const Options& how, const CodecSpec& codec, const CodecOptions& codec_options,
                                  const std::vector<std::pair<std::string, std::string>>* environment);

  bool reads_envelope() const;
  // Makes messages of the batch; `fail` hears of what is none. What was made of the batch before is gone.
  void load(const Batch& batch, Instant now, const Encoder::Fail& fail);
  size_t size() const { return messages_.size(); }
  uint32_t record(size_t i) const { return messages_[i].record; }
  // Views until the next load().
  hub::Publish message(size_t i) const;

 private:
  struct One {
    uint32_t record;
    std::string_view payload{};                                 // where `begin` is not used
    size_t begin = 0, end = 0;                                  // in payloads_
    bool placed = false;                                        // it is there
    size_t subject = 0, subject_end = 0, key = 0, key_end = 0;  // in names_
  };
  HubMessages(const CodecSpec& codec, const CodecOptions& options) : codec_(&codec), options_(options) {}
  void payloads(const Batch& batch, const Encoder::Fail& fail);
  void artifacts(const Batch& batch, const Encoder::Fail& fail);
  void one_by_one(const Batch& batch, const Encoder::Fail& fail);
  void names(const Batch& batch, Instant now, const Encoder::Fail& fail);
  SlabRef as_json(const Batch& batch, const Encoder::Fail& fail);

  const CodecSpec* codec_;
  CodecOptions options_;
  bool codec_named_ = false;
  std::string subject_;  // where it is always the same
  std::optional<PathTemplate> subjects_, keys_;
  AsJson json_;
  std::unique_ptr<Pool> pool_ = std::make_unique<Pool>();
  bool artifacts_ = false;
  std::vector<One> messages_;
  std::string payloads_, names_, text_;
};

}  // namespace leat
