// unbatch: the members of an array as records of their own, in order. What batch has joined comes apart as it was, envelopes included.
#include <array>
#include <string>

#include "core/data/artifact.h"
#include "core/data/envelopes.h"
#include "stages/catalog.h"

namespace leat {
namespace {

// The next member of compact JSON text that stands in an array, from `at`, which is left behind the comma or bracket after it.
std::string_view next_member(std::string_view text, size_t& at) {
  const size_t begin = at;
  int depth = 0;
  for (bool quoted = false;; ++at) {
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (depth == 0 && (c == ',' || c == ']')) {
      return text.substr(begin, at++ - begin);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

class Unbatch final : public Stage {
 public:
  Unbatch(uint32_t whole, uint64_t salt) : whole_(whole), salt_(salt) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    SlabRef members = turn.slab();
    uint32_t barren = 0;
    batch.each([&](uint32_t i) {
      if (slab.columns[size_t{i} * slab.width + whole_].kind != Column::Kind::array) {
        turn.fail(i, {"type", "not an array"});
        return;
      }
      array_.clear();
      slab.format->to_json(slab.record(i), array_);
      const size_t first = members->records.size();
      for (size_t at = 1; at < array_.size() && array_.size() > 2;) members->add(next_member(array_, at));
      barren += members->records.size() == first;
      if (!slab.envelopes.empty()) give_envelopes(slab.envelopes[i], members->records.size() - first, turn.now, members->envelopes);
    });
    turn.made_nothing(barren);
    members->contiguous = true;
    batch.become(std::move(members));
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Unbatch>(whole_, salt_); }

 private:
  // Each member gets its own back, if batch has kept them and the array is still the one it made; else it is a child of the array.
  // Its bytes are the array's spelling of it, so it has no checksum either way.
  void give_envelopes(const Envelope& array, size_t count, Instant now, std::vector<Envelope>& out) const {
    const size_t first = out.size();
    const auto* kept = std::get_if<Bytes>(array.has_checksum_of(array_) ? array.find("batch_members") : nullptr);
    for (std::string_view rest = kept ? std::string_view(kept->data) : std::string_view(); out.size() - first < count;) {
      const uint64_t size = artifact::frame_size(rest);
      auto member = artifact::decode(rest.substr(0, size <= rest.size() ? size : 0));
      if (!member) break;
      out.emplace_back(std::move(*member)).restate();
      rest.remove_prefix(size);
    }
    if (out.size() - first == count) return;
    out.resize(first);
    Envelope parent = array;
    std::erase_if(parent.meta, [](const auto& entry) { return entry.first.starts_with("batch_"); });
    for (uint32_t i = 0; i < count; ++i) out.push_back(child(parent, i, salt_, now));
  }

  const uint32_t whole_;  // slot of the whole record
  const uint64_t salt_;
  std::string array_;
};

constexpr std::array kPorts{PortSpec{"out", "the members"}, PortSpec{"err", "records that are not arrays"}};

// jq -c '.[]'
constexpr std::array kExamples{Example{"unbatch", "[{\"a\":1},{\"a\":2}]\n[]\n[3]\n", "{\"a\":1}\n{\"a\":2}\n3\n"}};

Result<std::unique_ptr<Stage>> make(const Settings&, const MakeContext& context) {
  return std::unique_ptr<Stage>(std::make_unique<Unbatch>(context.fields->slot({}), context.seed_for_ids()));
}

}  // namespace

constexpr StageSpec kUnbatch{
    .name = "unbatch",
    .group = "flow",
    .summary = "make the members of arrays records of their own",
    .details =
        "An empty array has no members and leaves nothing. A record that is not an array fails. Members of arrays that batch made "
        "have the envelopes again that they came with; other members get an id of their own, and the array's as their parent.",
    .options = {},
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
    .takes = RecordKind::batch,
};

}  // namespace leat
