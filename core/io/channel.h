// Channel: a descriptor together with the watch that tells when it is ready; asked from any lane, watched on the loop thread.
// Owner:   a source or sink, which must outlive every event, and is destroyed on the loop's thread.
// Thread:  read, write and await from one thread at a time; on_event comes on the loop thread, once for each await.
// Blocks:  as its Descriptor.
// Fails:   as its Descriptor; one that cannot be watched answers every await at once as broken.
//
// libuv knows a watched descriptor by its number. It is therefore closed on the loop thread only, behind its watch: else the
// next file to get the number would be watched in its place.
#pragma once

#include <functional>
#include <memory>

#include "core/io/descriptor.h"
#include "core/io/loop.h"

namespace leat {

class Channel {
 public:
  using OnEvent = std::function<void(Watch::Event)>;

  Channel() = default;
  Channel(Loop& loop, Descriptor descriptor, OnEvent on_event);
  Channel(Channel&&) noexcept = default;
  Channel& operator=(Channel&& other) noexcept;
  ~Channel() { close(); }

  explicit operator bool() const { return state_ != nullptr; }
  Descriptor& descriptor() { return state_->descriptor; }
  bool waits() const { return state_ && state_->descriptor.kind() != Descriptor::Kind::file; }  // can it be awaited at all

  ssize_t read(char* to, size_t room) { return state_->descriptor.read(to, room); }
  ssize_t write(const char* from, size_t size) { return state_->descriptor.write(from, size); }
  void await(bool to_read, bool to_write);  // neither: only whether the other side is gone
  void close();

 private:
  struct State {
    Descriptor descriptor;
    OnEvent on_event;
    std::unique_ptr<Watch> watch;
  };
  static void watch(Loop& loop, const std::shared_ptr<State>& state, bool to_read, bool to_write);

  Loop* loop_ = nullptr;
  std::shared_ptr<State> state_;  // shared with the jobs under way to the loop thread
};

}  // namespace leat
