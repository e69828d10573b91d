#include "pipelines/recording.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/codec/json_text.h"

namespace leat {
namespace {

constexpr std::string_view kLines[] = {"ndjson", "json", "lines", "csv", "tsv", "logfmt"};

// As a block of lines where YAML can hold it so, else as base64.
std::string block(const std::string& bytes, std::string_view indent) {
  const bool text = text::utf8(bytes) && bytes.ends_with('\n') && bytes.find_first_not_of(" \n") != std::string::npos &&
                    std::none_of(bytes.begin(), bytes.end(),
                                 [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F; });
  if (!text) {
    std::string encoded;
    base64::encode(bytes, encoded);
    return fmt::format("{{base64: {}}}\n", encoded);
  }
  // The digit says how deep the block stands, since its first line may begin with a blank; + keeps blank lines at its end.
  std::string out = "|2+\n";
  for (std::string_view line : text::split(std::string_view(bytes).substr(0, bytes.size() - 1), '\n'))
    out += line.empty() ? "\n" : fmt::format("{}  {}\n", indent, line);
  return out;
}

std::string quoted(std::string_view word) {
  std::string out;
  json::quote(word, out);
  return out;
}

}  // namespace

void Recording::write(Stream& stream, const Batch& batch, std::string& out) {
  const Slab& slab = batch.slab();
  if (!stream.codec) {
    stream.codec = find_codec(slab.format->name());
    const bool lines = std::find(std::begin(kLines), std::end(kLines), slab.format->name()) != std::end(kLines);
    if (!lines && stream.codec && stream.codec->encoder) stream.encoder = stream.codec->encoder({});
    if (const auto header = slab.format->header_row(); lines && !header.empty()) (out += header) += '\n';
  }
  if (stream.encoder)
    stream.encoder->encode(batch, out, [this](uint32_t, const Reason&) { ++unwritten_; });
  else
    batch.each([&](uint32_t record) { (out += slab.record(record)) += '\n'; });
}

void Recording::came(const std::string& source, const Batch& batch, Instant now) {
  if (full_ || batch.empty()) return;
  if (!start_) start_ = last_ = now;
  const Duration passed = std::chrono::floor<std::chrono::milliseconds>(now - last_);
  if (passed > Duration::zero()) steps_.emplace_back(passed), last_ += passed;
  Input step{source, {}};
  write(streams_[source], batch, step.bytes);
  records_ += batch.size();
  bytes_ += step.bytes.size();
  full_ = records_ >= kMostRecords || bytes_ >= kMostBytes;
  steps_.emplace_back(std::move(step));
  if (full_) on_full_();
}

void Recording::went(const std::string& sink, uint64_t records) { went_[sink] += records; }

std::string Recording::yaml(const About& about) {
  std::string out = fmt::format("pipeline: {}\ntests:\n  - name: {}\n    start: {}\n    set:\n", quoted(about.pipeline), quoted(about.name),
                                text::rfc3339(start_.value_or(Instant())));
  for (const std::string& word : about.overrides) {
    const size_t equals = word.find('=');
    out += fmt::format("      {}: {}\n", quoted(word.substr(0, equals)), quoted(word.substr(equals + 1)));
  }
  out += "    steps:\n";
  for (auto& [source, stream] : streams_) {
    if (!stream.encoder) continue;
    Input rest{source, {}};
    stream.encoder->finish(rest.bytes);
    if (!rest.bytes.empty()) steps_.emplace_back(std::move(rest));
  }
  for (const auto& step : steps_) {
    if (const Duration* wait = std::get_if<Duration>(&step)) {
      out += fmt::format("      - wait: {}\n", text::duration(*wait));
      continue;
    }
    const Input& input = std::get<Input>(step);
    out += fmt::format("      - input:\n          {}: {}", input.source, block(input.bytes, "          "));
  }
  out += fmt::format("      - {}\n      - expect:\n", about.drained ? "drain" : "end");
  for (const std::string& sink : about.sinks)
    out += fmt::format("          {}: {{count: {}, file: {}}}\n", sink, went_[sink], quoted(fmt::format("{}.{}.out", about.golden, sink)));
  return out;
}

}  // namespace leat
