// OrderWindow: what has been sent and not answered, at most so many at a time, and which of it may leave next: in the order it came,
// or as it is settled.
// Owner:   a call.   Thread: one.   Blocks: never.
// Fails:   cannot; open() only while there is room, and a token whose item has left finds nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace leat {

template <class Item>
class OrderWindow {
 public:
  using Token = uint64_t;  // no two items of a window have one

  OrderWindow(size_t most, bool ordered) : most_(most), ordered_(ordered) {}

  size_t size() const { return held_; }
  bool empty() const { return held_ == 0; }
  bool full() const { return held_ >= most_; }

  Token open(Item item) {
    if (free_.empty()) free_.push_back(places_.size()), places_.emplace_back();
    const size_t at = free_.back();
    free_.pop_back();
    Place& place = places_[at];
    place.item.emplace(std::move(item));
    place.settled = false;
    ++held_;
    if (ordered_) queue_.push_back(at);
    return token(at);
  }

  Item* find(Token token) {
    const size_t at = token & kPlace;
    return at < places_.size() && places_[at].item && this->token(at) == token ? &*places_[at].item : nullptr;
  }

  // It may leave, in its turn. Of an item that is there, and once.
  void settle(Token token) {
    const size_t at = token & kPlace;
    places_[at].settled = true;
    if (!ordered_) queue_.push_back(at);
  }

  // The next that leaves; nothing: it is not settled yet.
  std::optional<Item> leave() {
    if (queue_.empty() || !places_[queue_.front()].settled) return std::nullopt;
    const size_t at = queue_.front();
    queue_.pop_front();
    return vacate(at);
  }

  // All of them, settled or not, in the order of their places.
  std::vector<Item> clear() {
    std::vector<Item> all;
    for (size_t at = 0; at < places_.size(); ++at)
      if (places_[at].item) all.push_back(vacate(at));
    queue_.clear();
    return all;
  }

 private:
  static constexpr Token kPlace = 0xffffffff;  // below: which place; above: how often it has been let
  struct Place {
    std::optional<Item> item;
    uint32_t lets = 0;
    bool settled = false;
  };
  Token token(size_t at) const { return Token{places_[at].lets} << 32 | at; }

  Item vacate(size_t at) {
    Item item = std::move(*places_[at].item);
    places_[at].item.reset();
    ++places_[at].lets;
    free_.push_back(at);
    --held_;
    return item;
  }

  const size_t most_;
  const bool ordered_;
  std::vector<Place> places_;
  std::vector<size_t> free_;
  std::deque<size_t> queue_;  // places: in the order they were let, or of those that are settled
  size_t held_ = 0;
};

}  // namespace leat
