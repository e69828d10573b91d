// Lender: what a stage may ask for when it is made, since it reaches nothing outside itself: codecs for text inside
// records, a format for records of other bytes than JSON, files, tables.
// Owner:   whoever builds the graph; outlives the stages.   Thread: one, before the run.
// Blocks:  file() may wait for the disk.
// Fails:   for a codec nobody knows and a file that cannot be read, with what is wrong about it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "core/data/value.h"
#include "core/stage/table.h"

namespace leat {

// Decoder: one text as the record it is in the words of a codec.
// Owner: the stage instance it was made for.   Thread: one.   Blocks: never.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // The record, made of slices of the text and of what the decoder holds until the next call. False: the text is no record of the
  // codec, or not exactly one.
  virtual bool decode(std::string_view text, Value& record) = 0;
  virtual std::unique_ptr<Decoder> clone() const = 0;  // of another lane
  // Of the last false.
  const std::string& reason() const { return reason_; }
  std::string_view code() const { return code_; }

 protected:
  bool refuse(std::string_view code, std::string reason) {
    code_ = code, reason_ = std::move(reason);
    return false;
  }

 private:
  std::string reason_;
  std::string_view code_ = "malformed";
};

struct DecoderUse {
  std::string codec;
  bool infer = true;
  std::string header;  // of csv and tsv: the row that would stand in front; empty: fields are called "1", "2" ...
};

class Format;

class Lender {
 public:
  virtual ~Lender() = default;
  virtual Result<std::unique_ptr<Decoder>> decoder(const DecoderUse& use) = 0;
  virtual Result<std::string> file(const std::string& path) = 0;  // all of a small one
  virtual const Format& artifacts() = 0;                          // whose records are whole artifacts
  // Empty until the run begins; it outlives the stage, and its rows change while the file does.
  virtual Result<const Table*> table(const TableUse& use) = 0;
};

}  // namespace leat
