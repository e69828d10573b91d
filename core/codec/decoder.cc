#include "core/codec/decoder.h"

#include <utility>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/codec.h"
#include "core/data/json.h"

namespace leat {
namespace {

class CodecDecoder final : public Decoder {
 public:
  CodecDecoder(const CodecSpec& spec, const CodecOptions& options, std::string header)
      : spec_(spec), options_(options), header_(std::move(header)) {}

  bool decode(std::string_view text, Value& record) override {
    const SlabRef slab = pool_.take();
    slab->append(header_);
    slab->append(text);
    slab->offset = -uint64_t{header_.size()};    // so that bytes are counted from the text
    const auto framer = spec_.framer(options_);  // anew: each text is a stream of its own
    slab->resize(framer->cut(*slab, 0, true));
    if (const Error* error = framer->broken()) return refuse("malformed", error->text);
    framer->frame(*slab);
    if (!slab->faults.empty()) return refuse(slab->faults[0].code, slab->faults[0].message);
    if (slab->records.size() != 1)
      return refuse("malformed", fmt::format("{} records of {} where one is wanted", slab->records.size(), spec_.name));
    Reader& reader = reader_of(*slab->format);
    reader.prepare(*slab, 1);
    json_.clear();
    if (!reader.append_json(*slab, 0, false, json_)) return refuse(reader.code(), reader.reason());
    json::Mistake mistake;
    return json::parse(json_, json::Keep::borrowed, record, mistake) || refuse("malformed", mistake.what);
  }

  std::unique_ptr<Decoder> clone() const override { return std::make_unique<CodecDecoder>(spec_, options_, header_); }

 private:
  // Most codecs have one format for ever; a table's is as new as its framer.
  Reader& reader_of(const Format& format) {
    if (!reader_ || format_ != format.number()) reader_ = format.reader(plan_), format_ = format.number();
    return *reader_;
  }

  const CodecSpec& spec_;
  const CodecOptions options_;
  const std::string header_;
  const FieldPlan plan_;  // empty: the record as a whole
  Pool pool_{1};
  std::unique_ptr<Reader> reader_;
  uint64_t format_ = 0;
  std::string json_;  // of the last text
};

bool reads_text(const CodecSpec& spec) { return spec.framer && !spec.envelope; }

}  // namespace

Result<std::unique_ptr<Decoder>> make_decoder(const DecoderUse& use) {
  const CodecSpec* spec = find_codec(use.codec);
  if (!spec || !reads_text(*spec)) {
    std::string names;
    for (const CodecSpec& known : codecs())
      if (reads_text(known)) names.append(names.empty() ? "" : " ").append(known.name);
    return Error{Error::Kind::usage, fmt::format("no codec {} reads text", text::quoted(use.codec)), "there are " + names};
  }
  CodecOptions options;
  options.infer = use.infer;
  options.header = !use.header.empty();
  if (!use.header.empty() && !spec->name.ends_with("sv"))
    return Error{Error::Kind::usage, fmt::format("{} has no columns to name", spec->name), "csv and tsv have"};
  return std::unique_ptr<Decoder>(std::make_unique<CodecDecoder>(*spec, options, use.header.empty() ? std::string() : use.header + '\n'));
}

}  // namespace leat
