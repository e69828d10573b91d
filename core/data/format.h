// Format: how the bytes of a record read as a value. A record keeps its input's bytes until somebody changes it.
// Owner:   the codec of the source (a CSV format knows its header); outlives every slab that names it.
// Thread:  const calls from any thread, each with its own Reader.   Blocks: never.
// Fails:   a record that is not what the format says makes read() answer false, with the reason in the Reader.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/data/envelope.h"
#include "core/data/slab.h"

namespace leat {

// FieldPlan: the fields that the stages between two changes of the bytes read, so that one pass serves them all.
// Owner: the graph; complete before the first record.
class FieldPlan {
 public:
  using Path = std::vector<std::string>;  // object keys from the root; the empty path is the whole record

  // The slot of a path, new or known.
  uint32_t slot(const Path& path);
  const std::vector<Path>& paths() const { return paths_; }
  uint32_t width() const { return static_cast<uint32_t>(paths_.size()); }
  bool empty() const { return paths_.empty(); }

  bool trusted = false;  // a reader may leave unchecked what no path asks for

 private:
  std::vector<Path> paths_;
};

// Reader: one thread's scratch for reading records under one plan.
class Reader {
 public:
  virtual ~Reader() = default;
  // Before the first read() of a slab, and again after its bytes changed or another slab came between: about `records`
  // records of it will be read, in order. A reader may look at many of them at once.
  virtual void prepare(const Slab&, size_t records) { (void)records; }
  // Validates the record in full and fills one row of plan.width() columns. False: not a record of this format.
  virtual bool read(const Slab& slab, uint32_t record, Column* row) = 0;
  // Appends the record as Format::to_json does, in the same pass where the format can. `known`: it has been read and found good.
  // False: as read(), and nothing was appended.
  virtual bool append_json(const Slab& slab, uint32_t record, bool known, std::string& out);
  // Of the last false: one line, with the byte position, and why as a code word: malformed or limit.
  const std::string& reason() const { return reason_; }
  std::string_view code() const { return code_; }

 protected:
  std::string reason_;
  std::string_view code_ = "malformed";
};

// Parts: a record taken apart. One object serves many records, so that its memory is used again.
struct Parts {
  Envelope envelope;
  std::string_view payload;  // into the record or into scratch
  std::string scratch;
};

class Format {
 public:
  Format();
  Format(const Format&) = delete;
  Format& operator=(const Format&) = delete;
  virtual ~Format() = default;

  // Whose reader is kept: no two formats of a run have one number, while the address of one that is gone may be another's.
  uint64_t number() const { return number_; }
  virtual std::string_view name() const = 0;  // of the codec that writes records this way
  virtual std::unique_ptr<Reader> reader(const FieldPlan& plan) const = 0;
  // Appends the record as one compact line of JSON text, numbers and strings spelled as they came. Only of a record that read well.
  virtual void to_json(std::string_view record, std::string& out) const = 0;

  // What a record's bytes are by themselves. Empty: nothing without their stream (a CSV row and its header), so that as a
  // payload the record is its JSON text.
  virtual std::string_view media_type() const { return {}; }
  // What a stream of these records begins with, so that they can be read again: a CSV header, without its line end. Empty: nothing.
  virtual std::string_view header_row() const { return {}; }
  virtual bool carries_envelope() const { return false; }  // each record brings its own
  // The payload, its media type, and the envelope if the record carries one. Unless it does, only of a record that read well.
  virtual Done unpack(std::string_view record, Parts& parts) const;

 private:
  const uint64_t number_;
};

}  // namespace leat
