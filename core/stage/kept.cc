#include "core/stage/kept.h"

namespace leat {
namespace {

size_t cost_of(const MetaValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return sizeof(MetaValue) + text->size();
  if (const auto* bytes = std::get_if<Bytes>(&value)) return sizeof(MetaValue) + bytes->data.size();
  return sizeof(MetaValue);
}

size_t cost_of(const Envelope& envelope) {
  size_t cost = sizeof(Envelope) + envelope.checksum.size() + envelope.signature.size() + envelope.unknown.size();
  for (const Envelope::Text& text : Envelope::kTexts) cost += (envelope.*text.member).size();
  for (const auto& [key, value] : envelope.meta) cost += key.size() + cost_of(value);
  for (const Approval& approval : envelope.approvals) cost += approval.kind.size() + approval.body.size();
  return cost;
}

}  // namespace

size_t Kept::cost() const { return sizeof(Kept) + bytes_.size() + as_it_came_.size() + (envelope_ ? cost_of(*envelope_) : 0); }

Kept::Kept(const Batch& batch, uint32_t record)
    : bytes_(batch.slab().record(record)),
      original_(batch.slab().original),
      as_it_came_(original_ ? batch.slab().original_of(record) : std::string_view()),
      format_(batch.slab().format),
      source_(batch.slab().source),
      keeper_(batch.slab().keeper),
      position_(batch.slab().position(record)),
      receipt_(batch.receipt() ? batch.receipt().share() : Receipt()),
      origin_(batch.origin()) {
  if (const auto& envelopes = batch.slab().envelopes; !envelopes.empty()) envelope_ = std::make_unique<Envelope>(envelopes[record]);
}

bool Resend::joins(const Kept& record) const {
  return slab_ && origin_ == record.origin_ && slab_->format == record.format_ && slab_->original == record.original_ &&
         slab_->source == record.source_ && slab_->keeper == record.keeper_ && slab_->envelopes.empty() != (record.envelope_ != nullptr) &&
         slab_->room() > record.bytes_.size() + record.as_it_came_.size();
}

void Resend::add(Kept&& record) {
  if (!joins(record)) {
    send();
    slab_ = turn_.slab();
    slab_->format = record.format_, slab_->source = record.source_, slab_->keeper = std::move(record.keeper_);
    origin_ = record.origin_;
  }
  slab_->add(record.bytes_, record.original_, record.as_it_came_);
  slab_->offsets.push_back(record.position_);
  if (record.envelope_) slab_->envelopes.push_back(std::move(*record.envelope_));
  owed_.keep(record.receipt_);
  record.let_go();
}

void Resend::send() {
  if (slab_) turn_.emit(port_, Batch(std::exchange(slab_, {}), owed_.join(), origin_));
}

void Waiting::put(Instant due, Kept&& record) {
  bytes_ += record.cost();
  line_.emplace_hint(line_.upper_bound(due), due, std::move(record));
}

Kept Waiting::pop() {
  Kept first = std::move(line_.begin()->second);
  line_.erase(line_.begin());
  bytes_ -= first.cost();
  return first;
}

void Waiting::hold(Turn& turn) {
  const size_t part = holds_ ? 2 : 1;
  const bool full = records() >= (most_.records + part - 1) / part || bytes_ >= (most_.bytes + part - 1) / part;
  if (full != holds_) turn.hold(holds_ = full);
}

}  // namespace leat
