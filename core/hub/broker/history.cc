#include "core/hub/broker/history.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/hub/subject.h"

namespace leat::hub {

bool History::holds(std::string_view pattern) const {
  return std::any_of(options_.patterns.begin(), options_.patterns.end(), [&](const std::string& kept) { return covers(kept, pattern); });
}

// Pieces are an eighth of all that is kept, so that letting the oldest one go frees no more than that at once.
History::Piece& History::piece_for(size_t size) {
  if (pieces_.empty() || pieces_.back().block->room() < size) {
    const uint64_t eighth = std::clamp<uint64_t>((keeper_ ? kYoungest : options_.bytes) / 8, 4096, Block::kSize);
    Piece& made = pieces_.emplace_back();
    made.block = BlockRef::make(static_cast<uint32_t>(std::max<uint64_t>(eighth, size)));
    made.first = next_;
  }
  return pieces_.back();
}

Run History::append(std::string_view frame, const Message& message, Instant now) {
  Piece& piece = piece_for(frame.size());
  const uint32_t begin = piece.block->append(frame);
  piece.ends.push_back(piece.block->used);
  if (options_.age > Duration::zero()) piece.times.push_back(now.time_since_epoch().count());
  bytes_ += frame.size();
  ttl_ |= message.ttl_ms > 0;
  const Run run{piece.block, begin, piece.block->used, 1};
  const uint64_t number = next_++;
  if (options_.per_subject > 0) {
    piece.stale.push_back(false);
    supersede(message.subject, number);
  }
  if (keeper_) keeper_->put(run, number, now.time_since_epoch().count());
  trim();
  return run;
}

void History::keep_by(std::unique_ptr<Keeper> keeper) {
  keeper_ = std::move(keeper);
  first_ = next_ = keeper_->synced();
}

void History::settled() { trim(); }

void History::trim() {
  if (keeper_) {
    while (pieces_.size() > 1 && bytes_ - pieces_.front().block->used >= kYoungest && pieces_.front().next() <= keeper_->synced()) {
      first_ = pieces_.front().next();
      bytes_ -= pieces_.front().block->used;
      pieces_.pop_front();
    }
    return;
  }
  while (!options_.until_acknowledged && pieces_.size() > 1 && bytes_ - pieces_.front().block->used >= options_.bytes) {
    first_ = std::max(first_, pieces_.front().next());
    bytes_ -= pieces_.front().block->used;
    pieces_.pop_front();
  }
  if (options_.until_acknowledged)
    first_ = std::max(first_, std::min(needed_, next_));
  else if (options_.count > 0 && next_ - first_ > options_.count)
    first_ = next_ - options_.count;
  while (pieces_.size() > 1 && pieces_.front().next() <= first_) {
    bytes_ -= pieces_.front().block->used;
    pieces_.pop_front();
  }
}

void History::acknowledged(uint64_t below) {
  if (!options_.until_acknowledged || keeper_) return;  // a keeper knows by itself, of what it was told to remember
  needed_ = below;
  trim();
}

std::optional<History::Refusal> History::refuses() const {
  if (keeper_ && !keeper_->trouble().empty()) return Refusal{"disk", keeper_->trouble()};
  if (options_.until_acknowledged && (keeper_ ? keeper_->bytes() : bytes_) >= options_.bytes)
    return Refusal{"full", fmt::format("{} takes no more until some of it is acknowledged", options_.name)};
  return std::nullopt;
}

void History::expire(Instant now) {
  if (options_.age <= Duration::zero() || keeper_ || options_.until_acknowledged) return;
  const int64_t oldest = (now - options_.age).time_since_epoch().count();
  for (const Piece& piece : pieces_) {
    const auto young = std::partition_point(piece.times.begin(), piece.times.end(), [&](int64_t time) { return time < oldest; });
    first_ = std::max(first_, piece.first + static_cast<uint64_t>(young - piece.times.begin()));
    if (young != piece.times.end()) break;
  }
  trim();
}

size_t History::piece_of(uint64_t number) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), number, [](uint64_t n, const Piece& piece) { return n < piece.first; });
  const size_t place = static_cast<size_t>(after - pieces_.begin());
  return place == 0 || number >= pieces_[place - 1].next() ? pieces_.size() : place - 1;
}

void History::supersede(std::string_view subject, uint64_t number) {
  auto& numbers = recent_[std::string(subject)];
  numbers.push_back(number);
  if (numbers.size() > options_.per_subject) {
    const uint64_t old = numbers.front();
    numbers.pop_front();
    if (const size_t place = piece_of(old); place < pieces_.size()) pieces_[place].stale[old - pieces_[place].first] = true;
  }
  // Each subject that is still kept has a message, so the rest are of subjects that are not.
  if (recent_.size() > 2 * (next_ - first_) + 1024) std::erase_if(recent_, [&](const auto& one) { return one.second.back() < first_; });
}

bool History::stale(uint64_t number) const {
  if (options_.per_subject == 0) return false;
  const size_t place = piece_of(number);
  return place < pieces_.size() && pieces_[place].stale[number - pieces_[place].first];
}

History::Stretch History::read(uint64_t from) const {
  from = std::max(from, first_);
  const size_t place = piece_of(from);
  if (place == pieces_.size()) return {};
  const Piece& piece = pieces_[place];
  const size_t skip = from - piece.first;
  return {piece.block, from, skip == 0 ? 0 : piece.ends[skip - 1], piece.ends.data() + skip, piece.ends.size() - skip};
}

uint64_t History::since(Instant time) const {
  if (keeper_) return keeper_->since(time.time_since_epoch().count());
  for (const Piece& piece : pieces_)
    for (size_t i = 0; i < piece.ends.size(); ++i) {
      if (piece.first + i < first_) continue;
      const uint32_t begin = i == 0 ? 0 : piece.ends[i - 1];
      Message message;
      Message::read({piece.block->data() + begin, piece.ends[i] - begin}, message);
      if (message.time >= time.time_since_epoch().count()) return piece.first + i;
    }
  return next_;
}

}  // namespace leat::hub
