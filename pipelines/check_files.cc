#include "pipelines/check_files.h"

#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "core/base/text.h"
#include "pipelines/place_names.h"

namespace leat {
namespace {

// The file that a sink writes, where that is known before the run and is no device.
std::optional<std::string> file_of(const EndSpec& end) {
  auto address = address_of(end.url);
  if (!address || address->kind != Address::Kind::file || address->rest.find('{') != std::string::npos) return std::nullopt;
  std::error_code none;
  if (std::filesystem::is_other(address->rest, none) || std::filesystem::is_character_file(address->rest, none)) return std::nullopt;
  return std::move(address->rest);
}

// Of a file: does it stand there only when the run is over?
bool takes_its_place(const EndSpec& end) { return !end.options.flag("append") && !end.options.find("rotate"); }

class Files {
 public:
  Files(const PipelineSpec& spec, Problems& problems) : spec_(spec), names_(spec), problems_(problems) {}

  // A file that is not added to takes its place when the run is over, and what another sink wrote there would be gone.
  void one_sink_a_file() {
    for (size_t i = 0; i < spec_.chains.size(); ++i) {
      for (const EndSpec& end : spec_.chains[i].to)
        each_in_line(end, [&](const EndSpec& one) { look(i, &one == &end ? "to" : "fallback", one); });
      if (spec_.chains[i].dlq) look(i, "dlq", *spec_.chains[i].dlq);
    }
  }

  // What a checkpoint says is delivered must be where it was delivered to, whatever becomes of the run.
  void checkpoints() {
    const auto reached = chains_reached(spec_, [](const EndSpec& end) { return end.options.find("checkpoint") != nullptr; });
    for (size_t i = 0; i < spec_.chains.size(); ++i)
      for (const EndSpec& sink : spec_.chains[i].to)
        each_in_line(sink, [&](const EndSpec& end) {
          if (!reached[i] || !takes_its_place(end) || !file_of(end)) return;
          report(end.mark, names_.end(i, &end == &sink ? "to" : "fallback", end),
                 fmt::format("{} takes its place when the run is over, and the checkpoint of its source is kept before",
                             text::quoted(end.url)),
                 "append adds to the file as records are delivered, and so does rotate");
        });
  }

 private:
  struct Seen {
    const EndSpec* end;
    bool adds;
  };

  void look(size_t i, std::string_view key, const EndSpec& end) {
    const auto file = file_of(end);
    if (!file) return;
    const bool adds = key == "dlq" || !takes_its_place(end);
    const auto [at, first] = files_.emplace(std::filesystem::path(*file).lexically_normal().string(), Seen{&end, adds});
    if (first || (at->second.adds && adds)) return;
    report(end.mark, names_.end(i, key, end),
           fmt::format("another sink writes {} too{}, and only what ended last would be in it", text::quoted(*file),
                       spec_.file.empty() ? std::string() : fmt::format(" ({})", place_in(spec_, at->second.end->mark))),
           "append on both adds to it, or one chain reads the last stages of the others");
  }

  void report(Mark mark, std::string path, std::string message, std::string hint) {
    problems_.push_back({mark, std::move(path), std::move(message), std::move(hint)});
  }

  const PipelineSpec& spec_;
  const PlaceNames names_;
  Problems& problems_;
  std::map<std::string, Seen> files_;
};

}  // namespace

void check_files(const PipelineSpec& spec, Problems& problems) {
  Files files(spec, problems);
  files.one_sink_a_file();
  files.checkpoints();
}

}  // namespace leat
