# Artifact: one message: a payload, and the envelope of who, when, what and why around it.
#
# This file is all another program needs: it imports nothing. A stream is such messages one behind the other, each as
# Cap'n Proto frames it (codec capnp; capnp-packed for the packed form), with nothing between, before or after them.
#     capnp decode        artifact.capnp Artifact < stream          read one
#     capnp convert json:binary artifact.capnp Artifact < in.json    make one
#
# Units: times are nanoseconds since 1970-01-01T00:00:00Z, 0 means not known. Offsets and sizes are bytes.
# Texts are UTF-8; an empty text means not set. Ids are UUIDs in their usual 36 letters, but any text that its maker
# does not give twice will do.
#
# Growth. `version` is the major version. Within it:
#   * a field is only ever added, with the next number, at the end of its struct; in Entry and Approval as a new member
#     of Entry's union or a new field behind the others;
#   * its default must mean what its absence meant before;
#   * nothing is renumbered, retyped, removed or given another meaning; a name may change, the wire does not know it;
#   * role, scope, media type, error code and the algorithms are texts, so a new value needs no new schema.
# A reader ignores fields it does not know and keeps them when it writes the message again, metadata values of a kind
# it does not know included. Anything else is a new major version: a reader refuses a version it does not know
# ("envelope v3 unsupported") rather than guess, and the message stays as it is.
#
# Reading safely. Limits our reader keeps, and a writer can rely on: 512 segments, 32 levels of nesting, 1024 metadata
# entries, and the size limit its user set (16 MiB unless said otherwise). A packed message may unpack to 128 times its size.

@0x8a50849c6f6d70ba;

struct Artifact {
  version @0 :UInt16 = 1;       # major; its default stays 1 for ever, so a writer that never heard of it writes 1

  id @1 :Text;                  # of this artifact
  time @2 :Int64;               # when it was made
  mediaType @3 :Text;           # of the payload, as in HTTP: application/json; empty is read as JSON
  origin @4 :Text;              # the program, host or source that made it
  issuer @5 :Text;              # who vouches for it
  destination @6 :Text;         # whom it is for
  subject @7 :Text;             # what it is about: dotted words, orders.eu.created
  role @8 :Text;                # part its maker plays: user, system, tool ...
  scope @9 :Text;               # part of the conversation it belongs to: params, context ...
  metadata @10 :List(Entry);    # unordered in meaning, kept in order; of two entries with one key the last counts
  payload @11 :Data;            # opaque

  checksum @12 :Checksum;       # over the payload
  signature @13 :Signature;     # over what `algorithm` says
  error @14 :Error;             # why it is a dead letter; absent on a healthy one
  approvals @15 :List(Approval);  # carried, never evaluated: that one is here says nothing about its being true

  trace @16 :Text;              # W3C traceparent
  parent @17 :Text;             # id of the artifact this one was made from
  attempt @18 :UInt32;          # how often it has been sent or tried again; 0 the first time

  struct Entry {
    # Any key will do. leat itself writes: window_start window_end window_type window_size window_slide window_gap
    # window_key batch_size batch_reason batch_first batch_last batch_members source timestamp processor retry_count route
    # partition_index partition_total to from topic type error codec codec_header codec_cut.
    key @0 :Text;
    value :union {
      text @1 :Text;
      int @2 :Int64;
      float @3 :Float64;
      bool @4 :Bool;
      binary @5 :Data;
    }
  }

  struct Checksum {
    algorithm @0 :Text;         # crc32c, sha256 ...; crc32c as four bytes, the most significant first
    value @1 :Data;
  }

  struct Signature {
    algorithm @0 :Text;         # ed25519, ecdsa-p256-sha256: over the words that `leat help sign` spells; others as their makers say
    key @1 :Text;               # which key, never the key itself
    value @2 :Data;
  }

  struct Error {
    code @0 :Text;              # short name of the reason: malformed, type, expression, limit, timeout, write ...
    message @1 :Text;           # one line for a person
    stage @2 :Text;             # id of the stage or end that failed it; never renamed on the way
    port @3 :Text;
    source @4 :Text;            # where the record came from: a path, an address
    offset @5 :UInt64;          # of the record in that source
    attempts @6 :UInt32 = 1;    # counting the first
    first @7 :Int64;            # time of the first failure
    last @8 :Int64;             # time of the last one
  }

  struct Approval {
    kind @0 :Text;
    body @1 :Data;
  }
}
