// HubRecords: messages of a hub as slabs of records, and which message stands where in what was given.
// Owner:   a HubSource.   Thread: under the source's read token.   Blocks: never.
// Fails:   a payload that is no record of the codec is a fault of its slab.
//
// A payload holds one record of the codec or several, whole, as a datagram does. Those of codecs made of lines are put together and
// framed at once; of any other each is a stream, and a slab, of its own. Artifacts are records as they are. Positions are bytes of slabs.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/codec.h"
#include "core/hub/client/session.h"
#include "core/hub/message.h"

namespace leat {

class HubRecords {
 public:
  // `name`: of the source, for messages; it outlives the slabs.
  HubRecords(const std::string& name, const CodecSpec& codec, const CodecOptions& options);

  void envelopes(bool wanted) { envelopes_ = wanted; }
  void hub(uint64_t id) { hub_ = id; }

  void load(hub::client::Session::Piece piece);
  bool empty() const { return at_ == piece_.frames.size(); }
  // The next slab of what was loaded, its records and faults found; null: `known` says that all messages of it were given before.
  SlabRef next(Pool& pool, const std::function<bool(uint64_t seq)>& known);

  uint64_t position() const { return position_; }  // behind it
  // Of the messages in it: number, and position behind.
  struct Place {
    uint64_t seq, end;
  };
  const std::vector<Place>& places() const { return places_; }

 private:
  struct One {
    hub::Message message;
    std::string_view frame;
    std::string copy;  // of a frame in several segments, as we would write it
    bool good = true;
  };
  enum class Kind : uint8_t { lines, alone, artifact };

  void read(One& one) const;
  Kind kind(const One& one) const;
  void put(const One& one, Kind kind, Slab& slab);
  void frame(Kind kind, Slab& slab) const;
  void place(Slab& slab);
  Envelope envelope(const One& one, std::string& wrong) const;

  const std::string& name_;
  const CodecSpec& codec_;
  const CodecOptions options_;
  const std::optional<char> separator_;  // of a codec made of lines
  bool envelopes_ = false;
  uint64_t hub_ = 0;
  hub::client::Session::Piece piece_;
  size_t at_ = 0;
  uint64_t position_ = 0;
  std::vector<Place> places_;
  std::vector<Envelope> made_;  // of the messages in places_, where somebody asks
};

}  // namespace leat
