#include "cli/dlq.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "cli/out.h"
#include "cli/words.h"
#include "core/base/text.h"
#include "core/codec/framing.h"
#include "core/codec/originals.h"
#include "core/io/checkpoint.h"
#include "core/io/descriptor.h"
#include "pipelines/check.h"
#include "pipelines/options.h"
#include "pipelines/replay.h"
#include "stages/source/feed.h"

namespace leat {
namespace {

constexpr Option kVerb{.name = "verb",
                       .kind = Option::Kind::choice,
                       .value = "VERB",
                       .help = "what to do",
                       .choices = "ls|show|stats|replay|purge",
                       .operand = true,
                       .required = true};
constexpr auto kOptions = std::to_array<Option>({
    kVerb,
    {.name = "file", .kind = Option::Kind::text, .value = "FILE", .help = "of dead letters", .operand = true, .required = true},
    {.name = "number", .kind = Option::Kind::count, .value = "N", .help = "show: which letter", .operand = true},
    {.name = "run", .kind = Option::Kind::text, .value = "FILE", .help = "replay: run the records through this pipeline file"},
    {.name = "into", .kind = Option::Kind::text, .value = "STAGE", .help = "with --run: the stage by which the records go in"},
    {.name = "set",
     .kind = Option::Kind::text,
     .value = "PATH=VALUE",
     .help = "with --run: put a value at a place of the file",
     .repeat = true},
});

using Visit = std::function<Done(const Letter& letter)>;

// Every letter of the file in order, a block of it in memory at a time.
Done each_letter(const std::string& path, const Visit& visit) {
  auto file = Descriptor::input(path);
  if (!file) return file.error();
  CodecOptions options;
  options.unpack = {true, compression_of_path(path), {}};
  Feed feed(path, letter_codec(path == "-" || letters_as_json(path)), options);  // without a name as JSON
  Pool pool;
  Letter letter;
  for (SlabRef slab; feed.pull(*file, pool, slab) == Pull::batch;) {
    Feed::frame(*slab);
    for (uint32_t record = 0; record < slab->records.size(); ++record) {
      Done done = open_letter(*slab, record, letter);
      if (done) done = visit(letter);
      if (done) continue;
      const Error& error = done.error();
      return error.kind == Error::Kind::data ? Error{error.kind, fmt::format("{}: {}", path, error.text), error.hint} : error;
    }
  }
  return feed.error().text.empty() ? Done() : Done(feed.error());
}

std::string time_text(int64_t ns) { return text::rfc3339(Instant(Duration(ns))); }

std::string where(const Failure& failure) {
  return failure.source.empty() ? std::string("-") : fmt::format("{}:{}", failure.source, failure.offset);
}

// The records of letters as one stream of their codec.
class Stream {
 public:
  Done add(const Letter& letter, std::string& out) {
    ++number_;
    SlabRef slab = pool_.take();
    if (const auto added = originals_.add(letter, *slab); !added) return numbered(added.error().text);
    if (letter.cut) return refused(fmt::format("only the first {} bytes of the record were kept", letter.bytes.size()));
    slab->envelopes.clear();  // the bytes are the whole record
    const Format& format = *slab->format;
    const std::string_view codec = slab->original ? slab->original->codec : format.name();
    if (!encoder_) {
      codec_ = codec, header_ = format.header_row();
      encoder_ = find_codec(codec_)->encoder({});
    }
    if (codec != codec_) return refused(fmt::format("a record of {}, those before it are of {}", codec, codec_));
    if (format.header_row() != header_) return refused("a record under another header than those before it");
    Done done;
    encoder_->encode(Batch(std::move(slab), {}, 0), out, [&](uint32_t, const Reason& why) { done = numbered(why.message); });
    return done;
  }

 private:
  Error numbered(std::string_view text) const { return {Error::Kind::data, fmt::format("letter {}: {}", number_, text), {}}; }
  Error refused(std::string_view text) const {
    Error error = numbered(text);
    error.hint = "filter can leave it out: leat dlq --help";
    return error;
  }

  Pool pool_;
  Originals originals_{"ndjson", {}};
  std::unique_ptr<Encoder> encoder_;
  std::string codec_, header_;
  uint64_t number_ = 0;
};

Done ls(const std::string& path, Out& out) {
  uint64_t number = 0;
  return each_letter(path, [&](const Letter& letter) {
    const Failure& failure = *letter.envelope.failure;
    out.text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", ++number, time_text(failure.last), failure.stage, failure.code, where(failure),
                            failure.message);
    return out.flush(false);
  });
}

Done show(const std::string& path, uint64_t wanted, Out& out) {
  uint64_t number = 0;
  return each_letter(path, [&](const Letter& letter) -> Done {
    if (++number != wanted && wanted != 0) return {};
    const Failure& f = *letter.envelope.failure;
    out.text += fmt::format(
        "letter {}\n  stage     {}.{}\n  code      {}\n  message   {}\n  source    {}\n  attempts  {}\n  first     {}\n  last      {}\n",
        number, f.stage, f.port, f.code, f.message, where(f), f.attempts, time_text(f.first), time_text(f.last));
    out.text += fmt::format("  record    {} bytes{}\n", letter.bytes.size(), letter.cut ? ", and more that were not kept" : "");
    framing::end_line(out.text += letter.bytes);
    return out.flush(false);
  });
}

Done stats(const std::string& path, Out& out) {
  uint64_t letters = 0, bytes = 0, attempts = 0;
  std::map<std::pair<std::string, std::string>, uint64_t> by;
  const Done read = each_letter(path, [&](const Letter& letter) -> Done {
    ++letters, bytes += letter.bytes.size(), attempts += letter.envelope.failure->attempts;
    ++by[{letter.envelope.failure->stage, letter.envelope.failure->code}];
    return {};
  });
  out.text += fmt::format("letters\t{}\nbytes\t{}\nattempts\t{}\n", letters, bytes, attempts);
  for (const auto& [key, count] : by) out.text += fmt::format("{} {}\t{}\n", key.first, key.second, count);
  return read;
}

Done print(const std::string& path, Out& out) {
  Stream stream;
  return each_letter(path, [&](const Letter& letter) {
    const Done done = stream.add(letter, out.text);
    return done ? out.flush(false) : done;
  });
}

// Only a file that reads as letters from end to end is emptied.
Done purge(const std::string& path, std::string& said) {
  uint64_t letters = 0;
  const Done read = each_letter(path, [&](const Letter&) -> Done { return ++letters, Done(); });
  if (!read) return read;
  if (::truncate(path.c_str(), 0) != 0) return Error{Error::Kind::io, fmt::format("cannot empty {}: {}", path, std::strerror(errno)), {}};
  said = fmt::format("leat: {} letters removed from {}\n", letters, path);
  return {};
}

// What fails again would be read again, and again.
std::optional<std::string> end_at(const PipelineSpec& spec, const std::string& path) {
  const FileId letters = file_id(path == "-" ? "/dev/stdin" : path);
  const auto same = [&](const EndSpec& end) {
    const auto address = address_of(end.url);
    return letters && address && address->kind == Address::Kind::file && file_id(address->rest) == letters;
  };
  for (const ChainSpec& chain : spec.chains) {
    if (chain.dlq && same(*chain.dlq)) return chain.dlq->url;
    for (const EndSpec& sink : chain.to) {
      const EndSpec* found = nullptr;
      each_in_line(sink, [&](const EndSpec& end) { found = !found && same(end) ? &end : found; });
      if (found) return found->url;
    }
  }
  return std::nullopt;
}

// The end that is this file, whatever its name looks like.
std::string as_end(const std::string& path) {
  if (path == "-") return path;
  std::string end = path.starts_with('/') ? "" : "./";
  const bool pattern = path.find_first_of("*?[") != std::string::npos;
  for (char c : path) {
    if (pattern && std::string_view("*?[\\").find(c) != std::string_view::npos) end += '\\';
    end += c;
  }
  return end;
}

RunCall run_again(const std::string& path, const Settings& own, const Settings& globals, const Invocation& call) {
  const std::string pipeline = *own.text("run");
  RunCall made = load_run(pipeline, own, globals, call);
  if (made.answer) return made;
  PipelineSpec& spec = made.loaded.spec;
  check(spec, call.codecs, made.loaded.problems);
  if (!made.loaded.problems.empty()) return made.answer = refusal(made.loaded), std::move(made);
  Done done = replay(spec, as_end(path), own.text("into").value_or(""));
  if (const auto end = done ? end_at(spec, path) : std::nullopt)
    done = Error{Error::Kind::usage, fmt::format("writes to {}, which is to be read", *end),
                 fmt::format("move it away first: mv {} again.ndjson", text::quoted(path))};
  if (!done)
    made.answer = refusal(Error{done.error().kind, fmt::format("dlq replay: {}: {}", pipeline, done.error().text), done.error().hint});
  return made;
}

Answer look(std::string_view verb, const std::string& path, uint64_t wanted) {
  Out out;
  Answer answer;
  Done done = verb == "ls"       ? ls(path, out)
              : verb == "show"   ? show(path, wanted, out)
              : verb == "stats"  ? stats(path, out)
              : verb == "replay" ? print(path, out)
                                 : purge(path, answer.err);
  answer.out = std::move(out.text);  // what was whole before a mistake is said too
  if (done) return answer;
  const Answer said = refusal(done.error());
  answer.status = said.status;
  answer.err += said.err;
  return answer;
}

}  // namespace

std::span<const Option> dlq_options() { return kOptions; }

bool dlq_verb(std::string_view word) {
  const auto verbs = text::split(kVerb.choices, '|');
  return std::find(verbs.begin(), verbs.end(), word) != verbs.end();
}

RunCall dlq_command(const Invocation& call) {
  Settings own(kOptions), globals(global_options());
  Problems problems;
  read_words(call.words, {.tables = {&own, &globals}, .path = {}}, problems);
  const auto refuse = [&](std::string text) { problems.push_back({{}, {}, std::move(text), {}}); };
  if (problems.empty() && !own.find("file")) refuse("wants a verb and a FILE");
  if (!problems.empty()) return {{}, usage("dlq", std::move(problems))};
  const std::string verb = *own.text("verb"), path = *own.text("file");
  if (own.find("number") && verb != "show") refuse(fmt::format("{} takes no number", verb));
  if (own.find("run") && verb != "replay") refuse(fmt::format("--run has no meaning for {}", verb));
  if (!own.find("run") && (own.find("into") || own.find("set") || !globals.given().empty()))
    refuse("--into, --set and global options come with replay FILE --run PIPELINE");
  if (!problems.empty()) return {{}, usage("dlq", std::move(problems))};
  if (own.find("run")) return run_again(path, own, globals, call);
  return {{}, look(verb, path, own.count("number").value_or(0))};
}

}  // namespace leat
