#include "core/data/slab.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

namespace leat {

Slab::Slab(uint32_t capacity) : bytes_(static_cast<char*>(std::malloc(capacity + kPadding))), capacity_(capacity) {
  if (!bytes_) throw std::bad_alloc();
}

Slab::~Slab() { std::free(bytes_); }

void Slab::grow(uint32_t room) {
  if (capacity_ - size_ >= room) return;
  uint64_t wanted = capacity_;
  while (wanted - size_ < room) wanted *= 2;
  if (wanted > UINT32_MAX - kPadding) throw std::bad_alloc();
  void* moved = std::realloc(bytes_, wanted + kPadding);
  if (!moved) throw std::bad_alloc();
  bytes_ = static_cast<char*>(moved);
  capacity_ = static_cast<uint32_t>(wanted);
}

void Slab::append(std::string_view bytes) {
  grow(static_cast<uint32_t>(bytes.size()));
  std::copy(bytes.begin(), bytes.end(), bytes_ + size_);  // none may have no address, which memcpy would not take
  resize(size_ + static_cast<uint32_t>(bytes.size()));
}

void Slab::add(std::string_view record) {
  grow(static_cast<uint32_t>(record.size() + 1));
  std::copy(record.begin(), record.end(), bytes_ + size_);
  const auto begin = size_, end = size_ + static_cast<uint32_t>(record.size());
  bytes_[end] = '\n';
  resize(end + 1);
  records.push_back({begin, end});
}

void Slab::add(const Slab& from, uint32_t record) { add(from.record(record), from.original, from.original_of(record)); }

void Slab::add(std::string_view record, const Original* of, std::string_view as_it_came) {
  add(record);
  if (!of) return;
  original = of;
  const uint32_t begin = size_;
  append(as_it_came);
  packed.push_back({begin, size_});
}

void Slab::resemble(const Slab& from) { format = from.format, original = from.original, source = from.source, keeper = from.keeper; }

void Slab::reset() {
  resize(0);
  records.clear();
  offsets.clear();
  packed.clear();
  columns.clear();
  looked.clear();
  faults.clear();
  envelopes.clear();
  width = 0;
  offset = 0;
  source = nullptr;
  format = nullptr;
  original = nullptr;
  keeper.reset();
  contiguous = false;
}

void SlabRef::drop() {
  if (slab_ && slab_->holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) slab_->home_->give(slab_);
}

SlabRef Pool::take() {
  lent_.fetch_add(1, std::memory_order_relaxed);
  {
    std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      SlabRef ref(free_.back());
      free_.pop_back();
      return ref;
    }
  }
  auto* slab = new Slab(Slab::kBlock);
  slab->home_ = this;
  return SlabRef(slab);
}

void Pool::bound(uint64_t bytes, std::function<void()> on_room) {
  most_ = bytes;
  on_room_ = std::move(on_room);
}

void Pool::charge(Slab& slab) {
  if (most_ == 0) return;
  slab.charged_ = slab.capacity_;
  in_flight_.fetch_add(slab.charged_);
}

void Pool::give(Slab* slab) {
  lent_.fetch_sub(1, std::memory_order_relaxed);
  if (const uint32_t charged = std::exchange(slab->charged_, 0); charged > 0) {
    const uint64_t before = in_flight_.fetch_sub(charged);
    if (before >= most_ && before - charged < most_ && on_room_) on_room_();
  }
  // A slab that grew for one long record is not kept, or a rare record would set the resting size of the run.
  if (slab->capacity_ == Slab::kBlock) {
    slab->reset();
    std::lock_guard lock(mutex_);
    if (free_.size() < static_cast<size_t>(keep_)) {
      free_.push_back(slab);
      return;
    }
  }
  delete slab;
}

Pool::~Pool() {
  for (Slab* slab : free_) delete slab;
}

}  // namespace leat
