#include "core/hub/message.h"

#include <bit>
#include <cstring>

namespace leat::hub {
namespace {

static_assert(std::endian::native == std::endian::little, "the wire is little-endian, and so are we");

constexpr size_t kWord = 8;
constexpr size_t kTable = 8;  // of one segment

// Of hub.capnp: what the compiler lays out for it. tests/unit/core/hub/message_test.cc compares with the library.
constexpr uint16_t kPublishTag = 2, kDeliverTag = 7;
constexpr uint32_t kFrameData = 1, kFramePointers = 1;
constexpr uint32_t kPublishData = 6, kPublishPointers = 5;
constexpr uint32_t kDeliverData = 2;
constexpr size_t kSeq = 0, kTime = 8, kNumber = 16, kFrom = 24, kFlags = 28, kTtl = 32, kAck = 36, kProducer = 40;
enum Pointer : uint32_t { kSubject, kPayload, kKey, kReplyTo, kHeaders };
constexpr uint32_t kBytesList = 2, kCompositeList = 7;  // sizes of list elements

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void store(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

// Where a struct lies in the segment: begin of its data, and how much of it there is.
struct Struct {
  const char* data = nullptr;
  uint32_t data_words = 0, pointers = 0;

  // A field beyond what its writer knew has the default.
  template <class T>
  T field(size_t offset) const {
    return offset + sizeof(T) <= data_words * kWord ? load<T>(data + offset) : T{};
  }
};

class Segment {
 public:
  Segment(const char* begin, size_t size) : begin_(begin), words_(static_cast<int64_t>(size / kWord)) {}

  // False: no near pointer to a struct, or one that points outside.
  bool follow(const char* pointer, Struct& out) const {
    const auto bits = load<uint64_t>(pointer);
    if ((bits & 3) != 0) return false;
    out.data_words = static_cast<uint16_t>(bits >> 32), out.pointers = static_cast<uint16_t>(bits >> 48);
    const int64_t at = target(pointer, bits);
    if (at < 0 || at + out.data_words + out.pointers > words_) return false;
    out.data = begin_ + at * static_cast<int64_t>(kWord);
    return true;
  }

  // The bytes of a Data or Text; null is empty.
  bool follow(const Struct& of, uint32_t number, std::string_view& out) const {
    if (number >= of.pointers) return true;
    const char* pointer = of.data + (of.data_words + number) * kWord;
    const auto bits = load<uint64_t>(pointer);
    if (bits == 0) return true;
    const auto size = static_cast<int64_t>(bits >> 35);
    if ((bits & 3) != 1 || (bits >> 32 & 7) != kBytesList) return false;
    const int64_t at = target(pointer, bits);
    if (at < 0 || at > words_ || size > (words_ - at) * static_cast<int64_t>(kWord)) return false;
    out = {begin_ + at * static_cast<int64_t>(kWord), static_cast<size_t>(size)};
    return true;
  }

  // A Text ends with a NUL that does not count.
  bool follow_text(const Struct& of, uint32_t number, std::string_view& out) const {
    std::string_view all;
    if (!follow(of, number, all)) return false;
    if (all.data() == nullptr) return true;
    if (all.empty() || all.back() != '\0') return false;
    out = all.substr(0, all.size() - 1);
    return true;
  }

 private:
  int64_t target(const char* pointer, uint64_t bits) const {
    const int64_t offset = static_cast<int32_t>(static_cast<uint32_t>(bits)) >> 2;
    return (pointer - begin_) / static_cast<int64_t>(kWord) + 1 + offset;
  }

  const char* begin_;
  const int64_t words_;
};

void read_fields(const Struct& publish, Message& out) {
  out.fields = publish.data;
  out.seq = publish.field<uint64_t>(kSeq), out.time = publish.field<int64_t>(kTime), out.number = publish.field<uint64_t>(kNumber);
  out.producer = publish.field<uint64_t>(kProducer);
  out.from = publish.field<uint32_t>(kFrom), out.flags = publish.field<uint32_t>(kFlags), out.ttl_ms = publish.field<uint32_t>(kTtl);
  const auto ack = publish.field<uint16_t>(kAck);
  out.ack = ack <= static_cast<uint16_t>(Level::synced) ? static_cast<Level>(ack) : Level::none;
}

// A frame as every writer of this version lays it out: the root, publish behind it, texts behind that. All that is not so, other versions
// and hostile ones, goes the general way, which takes twice as many instructions.
class Plain {
 public:
  static bool is(std::string_view frame) {
    return frame.size() >= kTexts && load<uint64_t>(frame.data() + kTable) == pointer(kFrameData, kFramePointers) &&
           load<uint16_t>(frame.data() + kRoot) == kPublishTag &&
           load<uint64_t>(frame.data() + kRoot + kWord) == pointer(kPublishData, kPublishPointers);
  }

  // False: it must go the general way.
  static bool read(std::string_view frame, Message& out) {
    out.reply_to = {};
    if (!text(frame, kSubject, out.subject) || !bytes(frame, kPayload, out.payload) || !bytes(frame, kKey, out.key) ||
        (load<uint64_t>(frame.data() + kPointers + kReplyTo * kWord) != 0 && !text(frame, kReplyTo, out.reply_to)))
      return false;
    read_fields({frame.data() + kPublish, kPublishData, kPublishPointers}, out);
    return true;
  }

 private:
  static constexpr size_t kRoot = kTable + kWord, kPublish = kRoot + 2 * kWord, kPointers = kPublish + kPublishData * kWord;
  static constexpr size_t kTexts = kPointers + kPublishPointers * kWord;
  static constexpr uint64_t pointer(uint64_t data, uint64_t pointers) { return data << 32 | pointers << 48; }  // to what is next

  static bool bytes(std::string_view frame, uint32_t number, std::string_view& out) {
    const size_t place = kPointers + number * kWord;
    const auto bits = load<uint64_t>(frame.data() + place);
    if (bits == 0) return out = {}, true;
    if ((bits & 3) != 1 || (bits >> 32 & 7) != kBytesList) return false;
    const int64_t offset = static_cast<int32_t>(static_cast<uint32_t>(bits)) >> 2;
    const int64_t at = static_cast<int64_t>(place + kWord) + offset * static_cast<int64_t>(kWord);
    const uint64_t size = bits >> 35;
    if (at < static_cast<int64_t>(kTexts) || static_cast<uint64_t>(at) > frame.size() || size > frame.size() - static_cast<uint64_t>(at))
      return false;
    out = {frame.data() + at, size};
    return true;
  }

  // Not null.
  static bool text(std::string_view frame, uint32_t number, std::string_view& out) {
    if (!bytes(frame, number, out) || out.empty() || out.back() != '\0') return false;
    out.remove_suffix(1);
    return true;
  }
};

}  // namespace

Message::Read Message::read(std::string_view frame, Message& out) {
  if (frame.size() < kTable || frame.size() % kWord != 0) return Read::broken;
  if (load<uint32_t>(frame.data()) != 0) return Read::other;
  if (load<uint32_t>(frame.data() + 4) * kWord != frame.size() - kTable) return Read::broken;
  if (frame.size() == kTable) return Read::broken;
  if (Plain::is(frame) && Plain::read(frame, out)) return Read::publish;
  const Segment segment(frame.data() + kTable, frame.size() - kTable);
  Struct root, publish;
  out = {};
  if (!segment.follow(frame.data() + kTable, root)) return Read::other;
  if (root.field<uint16_t>(0) != kPublishTag || root.pointers == 0) return Read::other;
  if (!segment.follow(root.data + root.data_words * kWord, publish)) return Read::other;
  if (publish.data_words < kPublishData) return Read::other;  // no room to stamp
  if (!segment.follow_text(publish, kSubject, out.subject) || !segment.follow(publish, kPayload, out.payload) ||
      !segment.follow(publish, kKey, out.key) || !segment.follow_text(publish, kReplyTo, out.reply_to))
    return Read::other;
  const char* const end = publish.data + (publish.data_words + publish.pointers) * kWord;
  if (publish.data < root.data + (root.data_words + root.pointers) * kWord) return Read::broken;
  for (const std::string_view part : {out.subject, out.payload, out.key, out.reply_to})
    if (!part.empty() && part.data() < end && part.data() + part.size() > publish.data) return Read::broken;
  read_fields(publish, out);
  return Read::publish;
}

int64_t Message::time_of(std::string_view frame) {
  if (frame.size() <= kTable || frame.size() % kWord != 0) return 0;
  const Segment segment(frame.data() + kTable, frame.size() - kTable);
  Struct root, publish;
  if (!segment.follow(frame.data() + kTable, root) || root.pointers == 0) return 0;
  if (!segment.follow(root.data + root.data_words * kWord, publish)) return 0;
  return publish.field<int64_t>(kTime);
}

void Message::stamp(char* frame, const char* origin, uint64_t number_in_history, int64_t now, const Sender& sender) const {
  char* at = frame + (fields - origin);
  store(at + kSeq, number_in_history);
  store(at + kTime, now);
  store(at + kFrom, sender.session);
  store(at + kProducer, sender.producer);
}

namespace {

constexpr size_t words_of(size_t bytes) { return (bytes + kWord - 1) / kWord; }

// Lays out one frame from its front to its back.
class Writer {
 public:
  Writer(std::string& out, size_t words) : out_(out), begin_(out.size()) {
    out_.resize(begin_ + kTable + words * kWord);
    store(at(0), uint64_t{words} << 32);
    next_ = kTable;
  }

  char* at(size_t offset) { return out_.data() + begin_ + offset; }

  // Room for a struct that the pointer at `pointer` points to; answers where.
  size_t structure(size_t pointer, uint32_t data, uint32_t pointers) {
    const size_t place = next_;
    store(at(pointer), distance(pointer, place) << 2 | uint64_t{data} << 32 | uint64_t{pointers} << 48);
    next_ += (data + pointers) * kWord;
    return place;
  }

  size_t root() {
    next_ = kTable + kWord;
    return structure(kTable, kFrameData, kFramePointers);
  }

  void bytes(size_t pointer, std::string_view bytes, bool text) {
    if (bytes.empty()) return;
    const uint64_t size = bytes.size() + (text ? 1 : 0);
    list(pointer, kBytesList, size, next_);
    std::memcpy(at(next_), bytes.data(), bytes.size());
    next_ += words_of(size) * kWord;
  }

  void list(size_t pointer, uint32_t element, uint64_t size, size_t place) {
    store(at(pointer), distance(pointer, place) << 2 | 1 | uint64_t{element} << 32 | size << 35);
  }

  void headers(size_t pointer, const std::vector<std::pair<std::string, std::string>>& headers) {
    if (headers.empty()) return;
    list(pointer, kCompositeList, headers.size() * 2, next_);
    store(at(next_), uint64_t{headers.size()} << 2 | uint64_t{2} << 48);
    size_t element = next_ + kWord;
    next_ = element + headers.size() * 2 * kWord;
    for (const auto& [name, value] : headers) {
      bytes(element, name, true);
      bytes(element + kWord, value, true);
      element += 2 * kWord;
    }
  }

 private:
  static uint64_t distance(size_t pointer, size_t place) { return static_cast<uint32_t>((place - pointer) / kWord - 1) & 0x3fffffff; }

  std::string& out_;
  const size_t begin_;
  size_t next_;
};

size_t text_words(std::string_view text) { return text.empty() ? 0 : words_of(text.size() + 1); }

}  // namespace

void write(const Publish& m, std::string& out) {
  size_t words = 1 + kFrameData + kFramePointers + kPublishData + kPublishPointers + text_words(m.subject) + words_of(m.payload.size()) +
                 words_of(m.key.size()) + text_words(m.reply_to);
  if (!m.headers.empty()) words += 1 + m.headers.size() * 2;
  for (const auto& [name, value] : m.headers) words += text_words(name) + text_words(value);
  Writer writer(out, words);
  const size_t frame = writer.root();
  store(writer.at(frame), kPublishTag);
  const size_t publish = writer.structure(frame + kFrameData * kWord, kPublishData, kPublishPointers);
  store(writer.at(publish + kSeq), m.seq), store(writer.at(publish + kTime), m.time), store(writer.at(publish + kNumber), m.number);
  store(writer.at(publish + kFrom), m.from), store(writer.at(publish + kFlags), m.flags), store(writer.at(publish + kTtl), m.ttl_ms);
  store(writer.at(publish + kAck), static_cast<uint16_t>(m.ack)), store(writer.at(publish + kProducer), m.producer);
  const auto pointer = [&](Pointer number) { return publish + (kPublishData + number) * kWord; };
  writer.bytes(pointer(kSubject), m.subject, true);
  writer.bytes(pointer(kPayload), m.payload, false);
  writer.bytes(pointer(kKey), m.key, false);
  writer.bytes(pointer(kReplyTo), m.reply_to, true);
  writer.headers(pointer(kHeaders), m.headers);
}

void write(const Deliver& run, std::string& out) {
  Writer writer(out, 1 + kFrameData + kFramePointers + kDeliverData);
  const size_t frame = writer.root();
  store(writer.at(frame), kDeliverTag);
  const size_t deliver = writer.structure(frame + kFrameData * kWord, kDeliverData, 0);
  store(writer.at(deliver), run.id), store(writer.at(deliver + 4), run.count), store(writer.at(deliver + 8), run.bytes);
  store(writer.at(deliver + 12), run.attempt ^ 1);  // its default is 1, and what is stored differs from that
}

}  // namespace leat::hub
