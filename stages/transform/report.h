// Report: records that a stage makes about those that pass it, for a port of its own.
// Owner:   the stage, for one call; what is left at its end is sent by send().   Thread: one.   Blocks: never.   Fails: cannot.
//
// They owe nothing: what they tell of is delivered without them.
#pragma once

#include <string_view>

#include "core/data/envelopes.h"
#include "core/stage/gather.h"

namespace leat {

class Report {
 public:
  // `enveloped`: the records that pass have envelopes, so these have them too, with ids drawn from `ids`.
  Report(Turn& turn, Port port, bool enveloped, Random& ids) : turn_(turn), out_(turn, port), enveloped_(enveloped), ids_(ids) {}

  void add(std::string_view record) {
    if (!enveloped_) return out_.add(record);
    Envelope made;
    made.id = uuid7(turn_.now, ids_);
    made.time = turn_.now.time_since_epoch().count();
    made.media_type = "application/json";
    out_.add(record, std::move(made));
  }
  void send() { out_.send(); }

 private:
  Turn& turn_;
  Gather out_;
  const bool enveloped_;
  Random& ids_;
};

}  // namespace leat
