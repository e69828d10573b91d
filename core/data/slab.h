// Slab: a block of bytes, where its records lie, and what has been read out of them. Every batch cut from it shares it.
// Owner:   counted references (atomic count). Pool gets it back when the last one goes.
// Thread:  written by the one lane that filled it (columns included); read-only once it waits in an outbox.
// Blocks:  never.
// Fails:   cannot; it grows for one long record, and the framer bounds what a record may be.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/data/envelope.h"

namespace leat {

class Format;
class Pool;

// Of which codec the records were before they became JSON.
struct Original {
  std::string_view codec, media_type;
};

// Where a record lies in its slab; separators stand outside.
struct Span {
  uint32_t begin, end;
};

// One planned field of one record: a slice of the slab, read but not converted.
struct Column {
  enum class Kind : uint8_t { missing, null, no, yes, number, string, array, object, wrong };
  // How the bytes are spelled: as they are; a string with JSON \, CSV "" or TSV \ escapes; a whole record in its own format's words.
  enum class Form : uint8_t { plain, escaped, doubled, tabbed, foreign };

  uint32_t begin = 0;  // in slab bytes; of a string the bytes between its quotes
  uint32_t size = 0;   // of `wrong`: the Kind of the value that has no such field
  Kind kind = Kind::missing;
  Form form = Form::plain;
};

class Slab {
 public:
  static constexpr uint32_t kBlock = 256 * 1024;  // best of 64 KiB..4 MiB (speed.md, Measured 1 and 2)
  static constexpr uint32_t kPadding = 128;       // readable (not meaningful) bytes behind the text, for SIMD readers

  ~Slab();
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;

  char* data() { return bytes_; }
  const char* data() const { return bytes_; }
  uint32_t size() const { return size_; }
  uint32_t room() const { return capacity_ - size_; }
  std::string_view text() const { return {bytes_, size_}; }

  void grow(uint32_t room);                     // at least this much room; moves the bytes
  void resize(uint32_t size) { size_ = size; }  // within what grow() made
  void append(std::string_view bytes);          // grows as needed
  void add(std::string_view record);            // append, a record of its own, and a newline behind it
  void add(const Slab& from, uint32_t record);  // the same, and behind it what it was originally
  void add(std::string_view record, const Original* of, std::string_view as_it_came);  // ... where it stands in no slab
  void resemble(const Slab& from);  // before records of `from`, or kept from it, are added: read and named as there

  std::string_view record(uint32_t i) const { return {bytes_ + records[i].begin, records[i].end - records[i].begin}; }
  std::string_view original_of(uint32_t i) const {  // as it came
    return original ? text().substr(packed[i].begin, packed[i].end - packed[i].begin) : record(i);
  }
  uint64_t position(uint32_t i) const {  // of the record in its source
    return offsets.empty() ? offset + (packed.empty() ? records : packed)[i].begin : offsets[i];
  }

  std::vector<Span> records;
  std::vector<uint64_t> offsets;  // their positions, where text() is no one stretch of the source
  // Where each record lies as it came, if it was packed and `records` are the unpacked ones; else empty.
  std::vector<Span> packed;
  const Original* original = nullptr;   // what `packed` are, where that is no form of `format`
  const Format* format = nullptr;       // how a record's bytes read as a value; owned by the codec, outlives every slab
  uint64_t offset = 0;                  // of text() in its source, in bytes; of no meaning where `source` is null
  const std::string* source = nullptr;  // its name for messages: a path, an address; owned by the Source
  // Holds what `format` and `source` point to, where their owner may go before the slab does: a client of a listening end.
  // Shared, since any number of slabs outlive it; whoever copies the two pointers copies this too.
  std::shared_ptr<const void> keeper;
  bool contiguous = false;  // text() is exactly these records as `format` writes them, separators included

  // Planned fields, row by row: columns[record * width + slot]; valid where looked[record] == kGood.
  enum : uint8_t { kUnread = 0, kGood = 1, kBad = 2 };
  std::vector<Column> columns;
  std::vector<uint8_t> looked;
  uint32_t width = 0;

  // Records that framing itself refused, in order (too long, cut short); the driver sends them out by `err`.
  struct Fault {
    uint32_t record;
    std::string_view code;
    std::string message;
  };
  std::vector<Fault> faults;

  // One per record, or empty when nobody in the graph asks for envelopes.
  std::vector<Envelope> envelopes;

 private:
  friend class Pool;
  friend class SlabRef;
  explicit Slab(uint32_t capacity);
  void reset();

  char* bytes_;
  uint32_t size_ = 0;
  uint32_t capacity_;
  std::atomic<uint32_t> holders_{0};
  Pool* home_ = nullptr;
  uint32_t charged_ = 0;
};

// SlabRef: one counted hold on a slab. Copying shares it.
class SlabRef {
 public:
  SlabRef() = default;
  SlabRef(const SlabRef& other) : slab_(other.slab_) {
    if (slab_) slab_->holders_.fetch_add(1, std::memory_order_relaxed);
  }
  SlabRef(SlabRef&& other) noexcept : slab_(std::exchange(other.slab_, nullptr)) {}
  SlabRef& operator=(SlabRef other) noexcept { return std::swap(slab_, other.slab_), *this; }
  ~SlabRef() { drop(); }

  explicit operator bool() const { return slab_ != nullptr; }
  Slab& operator*() const { return *slab_; }
  Slab* operator->() const { return slab_; }
  Slab* get() const { return slab_; }

 private:
  friend class Pool;
  explicit SlabRef(Slab* slab) : slab_(slab) { slab_->holders_.fetch_add(1, std::memory_order_relaxed); }
  void drop();

  Slab* slab_ = nullptr;
};

// Pool: recycles slabs. It never refuses and never waits: the gate in front of a source asks lent() before a read.
// Owner: the run; outlives every slab.   Thread: any.
class Pool {
 public:
  explicit Pool(int keep = 16) : keep_(keep) {}
  ~Pool();
  SlabRef take();
  int lent() const { return lent_.load(std::memory_order_relaxed); }

  // Counts the slab's memory as in flight until it comes back. What a source still fills is not, nor what stages made.
  void charge(Slab& slab);
  // So many bytes in flight are too many; on_room is called by whoever lets go of the slab that makes them fewer again.
  // Set before the first slab is taken, and taken back before on_room's owner goes.
  void bound(uint64_t bytes, std::function<void()> on_room);
  bool full() const { return most_ > 0 && in_flight_.load() >= most_; }

 private:
  friend class SlabRef;
  void give(Slab* slab);

  std::mutex mutex_;
  std::vector<Slab*> free_;
  std::atomic<int> lent_{0};
  std::atomic<uint64_t> in_flight_{0};
  uint64_t most_ = 0;
  std::function<void()> on_room_;
  const int keep_;
};

}  // namespace leat
