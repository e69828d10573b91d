#include "core/hub/broker/filter.h"

#include <algorithm>
#include <utility>

#include "core/codec/json_format.h"
#include "core/data/artifact.h"

namespace leat::hub {

Filter::Filter() : machine_(expr::Limits{.depth = 100, .steps = kSteps, .bytes = 16u << 20}), slab_(pool_.take()) {}

Result<std::shared_ptr<Filter>> Filter::make(const std::string& text) {
  auto made = std::shared_ptr<Filter>(new Filter);
  expr::CompileOptions options;
  options.condition = true;
  auto program = expr::Program::compile(text, made->plan_, options);
  if (!program) return program.error();
  if ((*program)->reads_envelope())
    return Error{Error::Kind::usage, "a filter at the hub reads the payload, not the envelope",
                 "subscribe to a narrower pattern, or filter behind it"};
  made->program_ = std::move(*program);
  made->reader_ = json_format().reader(made->plan_);
  made->slab_->format = &json_format();
  return made;
}

bool Filter::passes(const Message& message, uint64_t number, Instant now) {
  if (number == last_) return passed_;
  last_ = number;
  return passed_ = test(message, now);
}

bool Filter::test(const Message& message, Instant now) {
  std::string_view payload = message.payload;
  if (message.flags & Publish::kArtifact) {
    const auto view = artifact::view(payload);
    if (!view) return ++failures_, false;
    payload = view->payload;
  }
  Slab& slab = *slab_;
  slab.resize(0);
  slab.records.clear();
  slab.add(payload);
  slab.columns.resize(plan_.width());
  slab.width = plan_.width();
  reader_->prepare(slab, 1);
  const bool good = reader_->read(slab, 0, slab.columns.data());
  slab.looked.assign(1, good ? Slab::kGood : Slab::kBad);
  if (!good) return ++failures_, false;
  machine_.now(now);
  const auto truth = machine_.test(*program_, {&slab, 0});
  if (truth == expr::Machine::Truth::failed) ++failures_;
  return truth == expr::Machine::Truth::yes;
}

Result<std::shared_ptr<Filter>> Filters::get(const std::string& text) {
  if (const auto known = known_.find(text); known != known_.end())
    if (auto filter = known->second.lock()) return filter;
  std::erase_if(known_, [](const auto& one) { return one.second.expired(); });
  auto made = Filter::make(text);
  if (made) known_[text] = *made;
  return made;
}

}  // namespace leat::hub
