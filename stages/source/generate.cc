#include "stages/source/generate.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/json_format.h"

namespace leat {
namespace {

constexpr uint64_t kAtOnce = 512;  // evaluations in a pull
constexpr auto kMissed = std::chrono::seconds(1);

}  // namespace

Result<std::unique_ptr<Source>> GenerateSource::make(const std::string& expression, const Options& options) {
  std::unique_ptr<GenerateSource> made(new GenerateSource(expression, options));
  expr::CompileOptions how;
  how.environment = options.environment;
  auto program = expr::Program::compile(expression, made->plan_, how);
  if (!program) return program.error();
  if ((*program)->reads_envelope()) return Error{Error::Kind::usage, "generate: there is no envelope to read yet", {}};
  made->program_ = std::move(*program);
  made->reader_ = json_format().reader(made->plan_);
  return std::unique_ptr<Source>(std::move(made));
}

std::optional<Duration> GenerateSource::every(std::string_view rate) {
  const size_t slash = rate.find('/');
  if (slash == rate.npos) return std::nullopt;
  const auto count = text::whole(rate.substr(0, slash));
  std::string per(rate.substr(slash + 1));
  if (!per.empty() && (per[0] < '0' || per[0] > '9')) per.insert(0, "1");
  const auto duration = text::duration(per);
  if (!count || *count == 0 || !duration || duration->count() < static_cast<int64_t>(std::min<uint64_t>(*count, INT64_MAX)))
    return std::nullopt;
  return *duration / static_cast<int64_t>(*count);
}

Done GenerateSource::open(SourceHost& host) {
  host_ = &host;
  next_ = Steady::now();
  if (options_.every) timer_ = host.loop().timer([this] { host_->wake(); });
  return {};
}

// How many may be made now.
uint64_t GenerateSource::due() {
  uint64_t most = kAtOnce;
  if (options_.count) most = std::min(most, *options_.count - made_);
  if (!options_.every) return most;
  const auto now = Steady::now();
  if (now - next_ > kMissed) next_ = now - kMissed;
  if (next_ > now) return 0;
  most = std::min(most, static_cast<uint64_t>((now - next_) / *options_.every) + 1);
  next_ += *options_.every * static_cast<int64_t>(most);
  return most;
}

Pull GenerateSource::pull(Pool& pool, SlabRef& slab, uint64_t& end) {
  for (;;) {
    if (stopped_ || (options_.count && made_ == *options_.count)) return Pull::ended;
    const uint64_t count = due();
    if (count == 0) return wait(), Pull::later;
    const SlabRef inputs = make_inputs(pool, count);
    slab = pool.take();
    slab->format = &json_format();
    slab->source = &name_;
    slab->offset = position_;
    give(*slab, *inputs);
    made_ += count;
    position_ += slab->size();
    end = position_;
    if (!slab->records.empty()) return Pull::batch;
    slab = {};  // the expression has made nothing of these
  }
}

SlabRef GenerateSource::make_inputs(Pool& pool, uint64_t count) {
  SlabRef inputs = pool.take();
  inputs->format = &json_format();
  for (uint64_t i = 0; i < count; ++i)
    inputs->add(fmt::format("{{\"n\":{},\"random\":{}}}", made_ + i, static_cast<double>(random_.next() >> 11) * 0x1p-53));
  inputs->width = plan_.width();
  inputs->columns.resize(count * plan_.width());
  inputs->looked.assign(count, Slab::kGood);
  reader_->prepare(*inputs, count);
  for (uint32_t i = 0; i < count; ++i) reader_->read(*inputs, i, inputs->columns.data() + size_t{i} * plan_.width());
  return inputs;
}

void GenerateSource::give(Slab& slab, const Slab& inputs) {
  if (options_.clock) machine_.now(options_.clock->now());
  text_.clear();
  for (uint32_t i = 0; i < inputs.records.size(); ++i) {
    if (machine_.write(*program_, {&inputs, i}, text_, slab.records)) continue;
    slab.faults.push_back({static_cast<uint32_t>(slab.records.size()), machine_.code(), machine_.message()});
    const auto begin = static_cast<uint32_t>(text_.size());
    text_ += inputs.record(i);
    slab.records.push_back({begin, static_cast<uint32_t>(text_.size())});
    text_ += '\n';
  }
  slab.append(text_);
  slab.contiguous = slab.faults.empty();
}

void GenerateSource::wait() {
  const Duration left = next_ - Steady::now();
  host_->loop().post([this, left] { timer_->start(std::max<Duration>(left, Duration(1))); });
}

void GenerateSource::stop() {
  stopped_ = true;
  if (host_) host_->wake();
}

}  // namespace leat
