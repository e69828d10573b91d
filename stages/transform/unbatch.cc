// unbatch: the members of an array as records of their own, in order. What batch has joined comes apart as it was, envelopes included.
#include <array>
#include <string>

#include "core/data/artifact.h"
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
  explicit Unbatch(uint32_t whole) : whole_(whole) {}

  Flow process(Batch& batch, Turn& turn) override {
    const Slab& slab = batch.slab();
    SlabRef members = turn.slab();
    batch.each([&](uint32_t i) {
      if (slab.columns[size_t{i} * slab.width + whole_].kind != Column::Kind::array) {
        turn.fail(i, {"type", "not an array"});
        return;
      }
      array_.clear();
      slab.format->to_json(slab.record(i), array_);
      const size_t first = members->records.size();
      for (size_t at = 1; at < array_.size() && array_.size() > 2;) members->add(next_member(array_, at));
      if (!slab.envelopes.empty()) give_envelopes(slab.envelopes[i], members->records.size() - first, members->envelopes);
    });
    members->contiguous = true;
    batch.become(std::move(members));
    return Flow::more;
  }

  std::unique_ptr<Stage> clone() const override { return std::make_unique<Unbatch>(whole_); }

 private:
  // Each member gets its own back, if batch has kept them; else that of the array, which then is its parent.
  static void give_envelopes(const Envelope& array, size_t count, std::vector<Envelope>& out) {
    const MetaValue* kept = array.find("batch_members");
    const Bytes* frames = kept ? std::get_if<Bytes>(kept) : nullptr;
    std::string_view rest = frames ? std::string_view(frames->data) : std::string_view();
    for (size_t i = 0; i < count; ++i) {
      const uint64_t size = artifact::frame_size(rest);
      if (size > 0 && size <= rest.size())
        if (auto member = artifact::decode(rest.substr(0, size))) {
          out.push_back(std::move(*member));
          rest.remove_prefix(size);
          continue;
        }
      out.push_back(array);
      out.back().parent = array.id;
    }
  }

  const uint32_t whole_;  // slot of the whole record
  std::string array_;
};

constexpr std::array kPorts{PortSpec{"out", "the members"}, PortSpec{"err", "records that are not arrays"}};

// jq -c '.[]'
constexpr std::array kExamples{Example{"unbatch", "[{\"a\":1},{\"a\":2}]\n[]\n[3]\n", "{\"a\":1}\n{\"a\":2}\n3\n"}};

Result<std::unique_ptr<Stage>> make(const Settings&, const MakeContext& context) {
  return std::unique_ptr<Stage>(std::make_unique<Unbatch>(context.fields->slot({})));
}

}  // namespace

constexpr StageSpec kUnbatch{
    .name = "unbatch",
    .group = "flow",
    .summary = "make the members of arrays records of their own",
    .details =
        "An empty array has no members and leaves nothing. A record that is not an array fails. Members of arrays that batch made "
        "have the envelopes again that they came with.",
    .options = {},
    .ports = kPorts,
    .examples = kExamples,
    .stateless = true,
    .new_bytes = true,
    .missing = StageSpec::Missing::filtered,
    .make = make,
};

}  // namespace leat
