#include "core/io/channel.h"

#include <utility>

namespace leat {

Channel::Channel(Loop& loop, Descriptor descriptor, OnEvent on_event)
    : loop_(&loop), state_(std::make_shared<State>(State{std::move(descriptor), std::move(on_event), nullptr})) {}

Channel& Channel::operator=(Channel&& other) noexcept {
  if (this == &other) return *this;
  close();
  loop_ = other.loop_;
  state_ = std::move(other.state_);
  return *this;
}

void Channel::watch(Loop& loop, const std::shared_ptr<State>& state, bool to_read, bool to_write) {
  if (!state->on_event) return;  // closed meanwhile
  if (!state->watch) {
    state->watch = loop.watch(state->descriptor.fd(), state->descriptor.shared(), [weak = std::weak_ptr<State>(state)](Watch::Event event) {
      const auto kept = weak.lock();  // the event may close the channel
      if (!kept || !kept->on_event) return;
      kept->watch->stop();
      const OnEvent call = kept->on_event;  // closing forgets it
      call(event);
    });
  }
  if (!state->watch) return state->on_event(Watch::Event::broken);
  state->watch->want(to_read, to_write);
}

void Channel::await(bool to_read, bool to_write) {
  if (loop_->here()) return watch(*loop_, state_, to_read, to_write);
  loop_->post([loop = loop_, state = state_, to_read, to_write] { watch(*loop, state, to_read, to_write); });
}

void Channel::close() {
  if (!state_) return;
  const auto shut = [](State& state) {
    state.on_event = nullptr;
    state.watch.reset();
    state.descriptor.close();
  };
  if (loop_->here())
    shut(*state_);
  else
    loop_->post([state = state_, shut] { shut(*state); });
  state_.reset();
}

}  // namespace leat
