#include "stages/sink/hub_messages.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/capnp.h"
#include "core/codec/json_format.h"
#include "core/codec/letter.h"
#include "core/codec/lines.h"
#include "core/data/artifact.h"
#include "core/data/envelopes.h"
#include "core/hub/subject.h"

namespace leat {
namespace {

constexpr size_t kMostKey = 1024;

// Of codecs whose records end with a byte that is none of theirs, that byte.
std::optional<char> separator_of(const CodecSpec& codec) {
  for (const std::string_view name : {"ndjson", "json", "logfmt", "lines", "syslog", "envelope"})
    if (codec.name == name) return '\n';
  if (codec.name == "nul") return '\0';
  return std::nullopt;
}

// A record of this format is, byte by byte, what the codec would write.
bool as_it_is(const CodecSpec& codec, const Slab& slab) {
  if (codec.name == "ndjson") return slab.format == &json_format();
  if (codec.name == "lines") return slab.format == &lines_format() || slab.format == &nul_format();
  return false;
}

}  // namespace

Result<HubMessages> HubMessages::make(const Options& how, const CodecSpec& codec, const CodecOptions& codec_options,
                                      const std::vector<std::pair<std::string, std::string>>* environment) {
  HubMessages made(codec, codec_options);
  made.options_.datagram = true;
  made.codec_named_ = how.codec_named;
  if (PathTemplate::is(how.subject)) {
    auto subjects = PathTemplate::make(how.subject, environment, PathTemplate::Of::subject);
    if (!subjects) return subjects.error();
    made.subjects_ = std::move(*subjects);
  } else if (const Done good = hub::check_subject(how.subject); !good) {
    return good.error();
  }
  made.subject_ = how.subject;
  if (how.key.empty()) return made;
  auto keys = PathTemplate::make("{" + how.key + "}", environment, PathTemplate::Of::subject);
  if (!keys) return keys.error();
  made.keys_ = std::move(*keys);
  return made;
}

bool HubMessages::reads_envelope() const { return (subjects_ && subjects_->reads_envelope()) || (keys_ && keys_->reads_envelope()); }

void HubMessages::load(const Batch& batch, Instant now, const Encoder::Fail& fail) {
  messages_.clear();
  payloads_.clear();
  names_.clear();
  payloads(batch, fail);
  if (subjects_ || keys_) names(batch, now, fail);
}

void HubMessages::payloads(const Batch& batch, const Encoder::Fail& fail) {
  const Slab& slab = batch.slab();
  const bool writes_them = codec_->encoder == capnp_encoder || codec_ == &letter_codec(false);
  artifacts_ = writes_them || (!codec_named_ && !slab.envelopes.empty());
  if (artifacts_) return artifacts(batch, fail);
  if (!as_it_is(*codec_, slab)) return one_by_one(batch, fail);
  messages_.reserve(batch.size());
  batch.each([&](uint32_t record) { messages_.push_back({record, slab.record(record)}); });
}

// Written in one go, and cut where each says it ends.
void HubMessages::artifacts(const Batch& batch, const Encoder::Fail& fail) {
  std::vector<uint32_t> failed;
  const auto encoder = codec_ == &letter_codec(false) ? codec_->encoder(options_) : capnp_encoder(options_);
  encoder->encode(batch, payloads_, [&](uint32_t record, Reason reason) {
    failed.push_back(record);
    fail(record, std::move(reason));
  });
  size_t at = 0;
  auto bad = failed.begin();
  batch.each([&](uint32_t record) {
    if (bad != failed.end() && *bad == record) return void(++bad);
    const size_t size = artifact::frame_size(std::string_view(payloads_).substr(at));
    messages_.push_back({record, {}, at, at + size, true});
    at += size;
  });
}

// Each as a stream of its own, so that whoever gets it needs no other.
void HubMessages::one_by_one(const Batch& batch, const Encoder::Fail& fail) {
  const auto separator = separator_of(*codec_);
  batch.each([&](uint32_t record) {
    bool well = true;
    text_.clear();
    Batch one = batch.pick({record});
    const auto encoder = codec_->encoder(options_);
    encoder->encode(one, text_, [&](uint32_t, Reason reason) { well = false, fail(record, std::move(reason)); });
    one.let_go();
    if (!well) return;
    encoder->finish(text_);
    if (separator && !text_.empty() && text_.back() == *separator) text_.pop_back();
    if (codec_->name == "lines" && text_.ends_with('\r')) text_.pop_back();  // it was put there for the newline
    messages_.push_back({record, {}, payloads_.size(), payloads_.size() + text_.size(), true});
    payloads_ += text_;
  });
}

// The slab's columns are those of other readers, so the expressions read a copy.
SlabRef HubMessages::as_json(const Batch& batch, const Encoder::Fail& fail) {
  const Slab& slab = batch.slab();
  SlabRef copy = pool_->take();
  copy->format = &json_format();
  copy->source = slab.source;
  json_.begin(batch);
  std::erase_if(messages_, [&](const One& message) {
    text_.clear();
    if (!json_.append(slab, message.record, text_, fail)) return true;
    copy->add(text_);
    if (reads_envelope()) copy->envelopes.push_back(envelope_of(slab, message.record));
    return false;
  });
  return copy;
}

void HubMessages::names(const Batch& batch, Instant now, const Encoder::Fail& fail) {
  const SlabRef copy = as_json(batch, fail);
  std::vector<Reason> wrong(messages_.size());
  const auto each = [&](PathTemplate& made, auto&& good) {
    made.prepare(*copy);
    for (uint32_t i = 0; i < messages_.size(); ++i) {
      if (!wrong[i].code.empty()) continue;
      wrong[i] = made.path_of(*copy, i, now, text_);
      if (wrong[i].code.empty()) good(i);
      names_ += text_;
    }
  };
  if (subjects_)
    each(*subjects_, [&](uint32_t i) {
      messages_[i].subject = names_.size(), messages_[i].subject_end = names_.size() + text_.size();
      if (const Done checked = hub::check_subject(text_); !checked) wrong[i] = {"subject", checked.error().text};
    });
  if (keys_)
    each(*keys_, [&](uint32_t i) {
      messages_[i].key = names_.size(), messages_[i].key_end = names_.size() + text_.size();
      if (text_.size() > kMostKey) wrong[i] = {"limit", fmt::format("its key is longer than {}", text::size(kMostKey))};
    });
  size_t i = 0;
  std::erase_if(messages_, [&](const One& message) {
    Reason& why = wrong[i++];
    if (why.code.empty()) return false;
    fail(message.record, std::move(why));
    return true;
  });
}

hub::Publish HubMessages::message(size_t i) const {
  const One& one = messages_[i];
  const std::string_view names(names_);
  hub::Publish made;
  made.subject = subjects_ ? names.substr(one.subject, one.subject_end - one.subject) : std::string_view(subject_);
  made.payload = one.placed ? std::string_view(payloads_).substr(one.begin, one.end - one.begin) : one.payload;
  made.key = names.substr(one.key, one.key_end - one.key);
  if (artifacts_) made.flags |= hub::Publish::kArtifact;
  return made;
}

}  // namespace leat
