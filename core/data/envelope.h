// Envelope: what a record carries besides its payload. Made only when somebody in the graph asks for it.
// Owner:   the slab of its record; a stage that rewrites a record moves or copies it along.
// Thread:  as its slab.   Blocks: never.   Fails: cannot.
// Source of the fields and their growth rules: artifact.capnp.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace leat {

// A typed metadata value; Bytes differs from text so that it survives a round trip.
struct Bytes {
  std::string data;
  bool operator==(const Bytes& other) const { return data == other.data; }
};
using MetaValue = std::variant<std::string, int64_t, double, bool, Bytes>;

// Why a record failed, kept with the record's original bytes.
struct Failure {
  std::string code;     // the reason's short name: malformed, type, limit, timeout ...
  std::string message;  // one line for a person
  std::string stage;    // id of the stage or end that failed it
  std::string port;
  std::string source;           // where the record came from: a path, an address
  uint64_t offset = 0;          // of the record in that source, in bytes
  uint32_t attempts = 1;        // counting the first
  int64_t first = 0, last = 0;  // ns since 1970

  bool operator==(const Failure& other) const;

  struct Text {
    std::string_view name;
    std::string Failure::*member;
  };
  static const std::array<Text, 5> kTexts;  // its texts by the names users know, in the order they are shown
};

// What somebody said about the record. Carried, never evaluated.
struct Approval {
  std::string kind, body;  // body: bytes
  bool operator==(const Approval& other) const { return kind == other.kind && body == other.body; }
};

struct Envelope {
  std::string id;    // UUID text
  int64_t time = 0;  // ns since 1970
  std::string origin, issuer, destination, subject, media_type, role, scope;
  std::vector<std::pair<std::string, MetaValue>> meta;  // in order of first setting; the last write of a key wins
  std::string checksum_algorithm, signature_algorithm, signature_key;
  std::string checksum, signature;  // bytes
  std::string trace, parent;        // W3C traceparent text; id of the record this one was made from
  uint32_t attempt = 0;
  std::unique_ptr<Failure> failure;  // absent on a record that has not failed
  std::vector<Approval> approvals;
  // ns since 1970, of a record that is run again: when it first failed. Of the run alone; no artifact says it, and it is not compared.
  int64_t first_failed = 0;
  std::string unknown;  // what a newer writer put into the message that we have no name for; artifact.h

  struct Text {
    std::string_view name;
    std::string Envelope::*member;
  };
  static const std::array<Text, 10> kTexts;  // its texts by the names users know, in the order they are shown

  Envelope() = default;
  Envelope(Envelope&&) = default;
  Envelope& operator=(Envelope&&) = default;
  Envelope(const Envelope& other) { *this = other; }
  Envelope& operator=(const Envelope& other);
  bool operator==(const Envelope& other) const;

  const MetaValue* find(std::string_view key) const;  // absent: null, which is not the same as an empty value
  void put(std::string_view key, MetaValue value);
  void put_checksum(std::string_view payload);             // crc32c
  bool has_checksum_of(std::string_view payload) const;    // crc32c, and of these bytes
  static constexpr std::string_view kChecksum = "crc32c";  // the algorithm of the two
  // Of a record whose envelope has been written to: what was signed is not this any more.
  void unsign() { signature_algorithm.clear(), signature_key.clear(), signature.clear(); }
  // Of a record that goes on with other bytes: what was computed from the old ones does not hold any more either.
  void restate() { unsign(), checksum_algorithm.clear(), checksum.clear(); }
};

}  // namespace leat
