// HubSource: messages of a hub as records: hub:PATTERN [--hub ADDRESS|NAME] [--start WHERE] [--durable NAME] ...
// Owner:   the runner.   Thread: as core/stage/end.h says; the connection on the loop thread.   Blocks: never.
// Fails:   when the attempts to connect are used up, or the hub turns us away (no_input if it never was connected, else io).
//
// The hub is granted credit for what is read here, as it is read. A durable subscription tells the hub which messages have been delivered,
// by receipts, and that the others are still under way; what it brings again though it is under way here is passed over.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/hub/client/connection.h"
#include "core/stage/end.h"
#include "stages/source/hub_records.h"

namespace leat {

class HubSource final : public Source, public hub::client::Connection::Owner {
 public:
  static constexpr uint32_t kMessages = 1024, kBytes = 4 * 1024 * 1024;  // of credit
  static constexpr uint32_t kPending = 1'000'000;  // given and not delivered: what bounds them is the memory of the run

  // `to_end`: no more than the history held when it was subscribed.
  HubSource(std::string url, SocketName place, hub::client::Connection::Options how, hub::Subscribe wanted, bool to_end,
            const CodecSpec& codec, const CodecOptions& options)
      : name_(std::move(url)),
        place_(std::move(place)),
        how_(std::move(how)),
        wanted_(std::move(wanted)),
        to_end_(to_end),
        records_(name_, codec, options),
        owed_(!wanted_.group.empty()) {}

  const std::string& name() const override { return name_; }
  Done open(SourceHost& host) override;
  Pull pull(Pool& pool, SlabRef& slab, uint64_t& end) override;
  void frame(Slab&) const override {}
  void stop() override;
  void committed(uint64_t position, bool resting) override;
  const Error* error() const override { return error_.text.empty() ? nullptr : &error_; }

 private:
  // Which messages were given, and which of them are not delivered yet. Where the subscription is one of a group they come in any order;
  // else by their numbers, so that the highest says it all.
  class Owed {
   public:
    explicit Owed(bool of_group) : of_group_(of_group) {}
    bool given(uint64_t seq);
    void give(const std::vector<HubRecords::Place>& places);
    // What to tell the hub, if anything.
    std::optional<hub::Ack> delivered(uint64_t position);
    std::optional<hub::Ack> delivered_before();  // of another connection, which may have been lost with what was said
    std::optional<hub::Ack> still_owed();
    void clear();  // another hub knows none of them

   private:
    const bool of_group_;
    std::mutex mutex_;
    std::deque<HubRecords::Place> places_;
    std::unordered_set<uint64_t> known_;  // of a group: those in places_
    uint64_t position_ = 0, given_ = 0, delivered_ = 0;
  };

  // Of the connection; loop thread.
  void heard() override;
  void note(std::string line) override { host_->note(name_ + ": " + line); }
  void gave_up(Error error, std::string code, uint64_t attempts, Instant first, Instant last) override;
  void fail(Error error);
  void told(const hub::client::Session::Event& event);
  void still_at_it();
  void acknowledge(const std::optional<hub::Ack>& ack);

  const std::string name_;
  const SocketName place_;
  const hub::client::Connection::Options how_;
  const hub::Subscribe wanted_;
  const bool to_end_;
  HubRecords records_;  // under the read token
  Owed owed_;
  SourceHost* host_ = nullptr;
  std::unique_ptr<hub::client::Connection> connection_;
  std::unique_ptr<Timer> beat_;  // loop thread
  std::atomic<uint64_t> hub_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::optional<Error> failed_;  // under it: what the loop thread hands over
  Error error_;
};

}  // namespace leat
