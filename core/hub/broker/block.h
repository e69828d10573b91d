// Block: bytes of whole frames, shared by every queue that holds a stretch of them. Run: such a stretch.
// Owner:   counted references; the count is a plain integer, all holders are on the hub's thread.
// Thread:  the hub's loop.   Blocks: never.   Fails: cannot.
#pragma once

#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "core/base/fifo.h"

namespace leat::hub {

class BlockRef;

class alignas(16) Block {  // so that frames in it are, and the library need not copy them
 public:
  static constexpr uint32_t kSize = 256 * 1024;

  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  char* data() { return reinterpret_cast<char*>(this + 1); }
  uint32_t capacity() const { return capacity_; }
  uint32_t room() const { return capacity_ - used; }
  bool shared() const { return holders_ > 1; }
  uint32_t append(std::string_view bytes) {  // there is room; answers where they lie
    std::memcpy(data() + used, bytes.data(), bytes.size());
    return std::exchange(used, used + static_cast<uint32_t>(bytes.size()));
  }

  uint32_t used = 0;

 private:
  friend class BlockRef;
  explicit Block(uint32_t capacity) : capacity_(capacity) {}
  static Block* make(uint32_t capacity);
  static void give_back(Block* block);

  uint32_t capacity_;
  uint32_t holders_ = 1;
};

class BlockRef {
 public:
  BlockRef() = default;
  static BlockRef make(uint32_t capacity) {
    BlockRef made;
    made.block_ = Block::make(capacity);
    return made;
  }
  BlockRef(const BlockRef& other) : block_(other.block_) {
    if (block_) ++block_->holders_;
  }
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(BlockRef other) noexcept { return std::swap(block_, other.block_), *this; }
  ~BlockRef() {
    if (block_ && --block_->holders_ == 0) Block::give_back(block_);
  }

  explicit operator bool() const { return block_ != nullptr; }
  Block* operator->() const { return block_; }
  Block& operator*() const { return *block_; }
  bool operator==(const BlockRef& other) const { return block_ == other.block_; }

 private:
  Block* block_ = nullptr;
};

struct Run {
  BlockRef block;
  uint32_t begin = 0, end = 0, count = 0;
  uint32_t attempt = 1;  // how often these have been given, this time included
  uint32_t bytes() const { return end - begin; }
  const char* data() const { return block->data() + begin; }
  std::string_view text() const { return {data(), bytes()}; }
};

// RunQueue: messages that wait, in order; neighbours in one block are one run.
class RunQueue {
 public:
  void push(const BlockRef& block, uint32_t begin, uint32_t end, uint32_t count = 1, uint32_t attempt = 1) {
    bytes_ += end - begin, messages_ += count;
    if (!runs_.empty())
      if (Run& last = runs_.back(); last.block == block && last.end == begin && last.attempt == attempt) {
        last.end = end, last.count += count;
        return;
      }
    runs_.push_back({block, begin, end, count, attempt});
  }
  bool empty() const { return runs_.empty(); }
  uint64_t bytes() const { return bytes_; }
  uint64_t messages() const { return messages_; }
  const Run& front() const { return runs_.front(); }
  const Fifo<Run>& runs() const { return runs_; }
  // Of the front run, so many messages that are so many bytes.
  Run pop(uint32_t messages, uint32_t bytes) {
    Run& front = runs_.front();
    Run taken{front.block, front.begin, front.begin + bytes, messages, front.attempt};
    front.begin += bytes, front.count -= messages;
    bytes_ -= bytes, messages_ -= messages;
    if (front.count == 0) runs_.pop_front();
    return taken;
  }
  void clear() { runs_.clear(), bytes_ = 0, messages_ = 0; }

 private:
  Fifo<Run> runs_;
  uint64_t bytes_ = 0, messages_ = 0;
};

// Arena: copies of small or parked bytes, in blocks that begin small, so that few bytes do not hold many.
class Arena {
 public:
  Run copy(std::string_view bytes, uint32_t count) {
    if (!block_ || block_->room() < bytes.size()) {
      const auto size = static_cast<uint32_t>(bytes.size());
      next_ = next_ < Block::kSize ? next_ * 2 : Block::kSize;
      block_ = BlockRef::make(size > next_ ? size : next_);
    }
    const uint32_t begin = block_->append(bytes);
    return {block_, begin, block_->used, count, 1};
  }
  void rest() {  // nothing is held any more: no memory either
    block_ = {};
    next_ = kFirst;
  }

 private:
  static constexpr uint32_t kFirst = 1024;
  BlockRef block_;
  uint32_t next_ = kFirst;
};

}  // namespace leat::hub
