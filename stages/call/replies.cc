#include "stages/call/replies.h"

#include <utility>

#include <fmt/format.h>

#include "core/codec/json_format.h"
#include "core/data/envelopes.h"
#include "core/data/json.h"

namespace leat {

std::optional<Reason> Replies::add(const Batch& asked, uint32_t record, std::string_view reply, Turn& turn) {
  SlabRef slab;
  if (auto why = read(reply, turn, slab)) return why;
  if (merge_)
    if (auto why = merge(asked, record, turn, slab)) return why;
  const size_t count = slab->records.size();
  if (count == 0) {
    turn.drop(1, "empty reply");
    return {};
  }
  // JSON replies share a slab; of another format each has its own, which may know a header.
  const std::vector<Envelope>& envelopes = asked.slab().envelopes;
  if (is_json(slab->format))
    join(*slab, !envelopes.empty(), turn);
  else
    send(turn), slab_ = std::move(slab);
  if (!envelopes.empty()) {
    if (count == 1) slab_->envelopes.emplace_back(envelopes[record]).restate();
    for (uint32_t i = 0; count > 1 && i < count; ++i) slab_->envelopes.push_back(child(envelopes[record], i, salt_, turn.now));
  }
  owed_.keep(asked.receipt());
  ++records_;
  return {};
}

void Replies::join(const Slab& slab, bool enveloped, Turn& turn) {
  if (slab_ && (slab_->format != &json_format() || slab_->envelopes.empty() == enveloped || slab_->room() <= 2 * slab.size())) send(turn);
  if (!slab_) slab_ = turn.slab(), slab_->contiguous = true;
  for (uint32_t i = 0; i < slab.records.size(); ++i) {
    text_.clear();  // one line of it, whatever lines it came on
    slab.format->to_json(slab.record(i), text_);
    slab_->add(text_);
  }
}

void Replies::send(Turn& turn) {
  if (!slab_) return;
  turn.reply(Batch(std::exchange(slab_, {}), owed_.join(), 0), std::exchange(records_, 0));
}

std::optional<Reason> Replies::read(std::string_view reply, Turn& turn, SlabRef& slab) {
  const std::shared_ptr<Framer> framer = codec_.framer(options_);  // shared: what it cut may need it as long as it lives
  slab = turn.slab();
  slab->format = nullptr;
  slab->keeper = framer;
  slab->append(reply);
  slab->resize(framer->cut(*slab, 0, true));
  if (const Error* broken = framer->broken()) return Reason{"reply", fmt::format("the reply: {}", broken->text)};
  framer->frame(*slab);
  if (!slab->faults.empty()) return Reason{"reply", fmt::format("the reply: {}", slab->faults.front().message)};
  return check(*slab);
}

// Whatever the outside says stands in front of stages that take it for good.
std::optional<Reason> Replies::check(const Slab& slab) {
  if (slab.records.empty()) return {};
  if (!reader_ || reads_ != slab.format->number()) {
    reader_ = slab.format->reader(nothing_);
    reads_ = slab.format->number();
  }
  reader_->prepare(slab, slab.records.size());
  for (uint32_t i = 0; i < slab.records.size(); ++i)
    if (!reader_->read(slab, i, nullptr)) return Reason{"reply", fmt::format("the reply: {}", reader_->reason())};
  return {};
}

std::optional<Reason> Replies::merge(const Batch& asked, uint32_t record, Turn& turn, SlabRef& slab) {
  if (slab->records.size() != 1)
    return Reason{"reply", fmt::format("the reply is {} records, and one is to be merged", slab->records.size())};
  std::string text;
  slab->format->to_json(slab->record(0), text);
  Value value;
  json::Mistake mistake;
  if (!json::parse(text, json::Keep::copied, value, mistake)) return Reason{"reply", fmt::format("the reply: {}", mistake.what)};
  machine_.now(turn.now);
  machine_.set("reply", std::move(value));
  SlabRef merged = turn.slab();
  std::vector<Span> spans;
  text_.clear();
  if (!machine_.write(*merge_, {&asked.slab(), record}, text_, spans)) return Reason{machine_.code(), machine_.message()};
  merged->append(text_);
  merged->contiguous = true;
  merged->records = std::move(spans);
  slab = std::move(merged);
  return {};
}

}  // namespace leat
