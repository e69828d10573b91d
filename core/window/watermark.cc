#include "core/window/watermark.h"

namespace leat::window {

Watermark::Watermark(std::span<const uint16_t> inputs, Duration disorder, Duration idle) : disorder_(disorder), idle_(idle) {
  for (uint16_t input : inputs) of(input);
}

Watermark::Input& Watermark::of(uint16_t input) {
  if (input >= inputs_.size()) inputs_.resize(input + 1u);
  inputs_[input].known = true;
  return inputs_[input];
}

void Watermark::arrive(uint16_t input, Instant now) {
  if (!begun_) wait(now);
  Input& from = of(input);
  from.heard = now;
  from.idle = false;
}

bool Watermark::see(uint16_t input, Instant time) {
  Input& from = inputs_[input];
  const Instant mark = later(time, -disorder_);
  if (mark <= from.mark) return false;
  from.mark = mark;
  return settle();
}

bool Watermark::end(uint16_t input) {
  of(input).mark = kEnd;
  return settle();
}

bool Watermark::wait(Instant now) {
  for (Input& input : inputs_) {
    if (!begun_) input.heard = now;
    input.idle = later(input.heard, idle_) <= now;
  }
  begun_ = true;
  return settle();
}

bool Watermark::settle() {
  Instant lowest = kEnd, highest = kBegin;
  bool ended = true;
  for (const Input& input : inputs_) {
    if (!input.known || input.mark == kEnd) continue;
    ended = false;
    if (!input.idle) lowest = std::min(lowest, input.mark);
    highest = std::max(highest, input.mark);
  }
  // Nothing below kEnd was found although an input goes on: all of them are idle.
  const Instant next = lowest == kEnd && !ended ? highest : lowest;
  if (next <= at_) return false;
  at_ = next;
  return true;
}

std::optional<Instant> Watermark::deadline() const {
  std::optional<Instant> next;
  size_t open = 0;
  for (const Input& input : inputs_) {
    if (!input.known || input.mark == kEnd) continue;
    ++open;
    if (input.idle || input.mark > at_) continue;  // it does not hold the others up
    const Instant due = later(input.heard, idle_);
    if (!next || due < *next) next = due;
  }
  return open > 1 ? next : std::nullopt;
}

}  // namespace leat::window
