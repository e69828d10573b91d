#include "cli/dlq.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "cli/report.h"
#include "cli/run.h"
#include "core/base/text.h"
#include "core/codec/framing.h"
#include "core/codec/letter.h"
#include "core/io/descriptor.h"
#include "stages/source/intake.h"

namespace leat {
namespace {

constexpr std::array<std::string_view, 5> kVerbs{"ls", "show", "stats", "replay", "purge"};
constexpr size_t kPiece = 1 << 20;  // bytes of output gathered before they are written

using Visit = std::function<Done(const Slab& slab, uint32_t record, const Letter& letter)>;

Done visit_records(const Slab& slab, const Visit& visit) {
  for (uint32_t record = 0; record < slab.records.size(); ++record) {
    Letter letter;
    if (const Done opened = open_letter(*slab.format, slab.record(record), letter); !opened)
      return Error{opened.error().kind, fmt::format("byte {}: {}", slab.offset + slab.records[record].begin, opened.error().text), {}};
    if (const Done done = visit(slab, record, letter); !done) return done;
  }
  return {};
}

// Every letter of the file in order, a block of it in memory at a time.
Done each_letter(const std::string& path, const Visit& visit) {
  auto file = Descriptor::input(path);
  if (!file) return file.error();
  const CodecOptions options;
  const auto framer = letter_framer(letters_as_json(path), options);
  Pool pool;
  SlabRef slab = pool.take();
  Intake intake({true, compression_of_path(path), {}});
  uint64_t position = 0;
  for (uint32_t seen = 0;;) {
    slab->offset = position;
    slab->grow(slab->room() == 0 ? Slab::kBlock : 1);
    const ssize_t got = intake.read(*file, slab->data() + slab->size(), slab->room());
    if (got == Intake::kFailed) return intake.error();
    slab->resize(slab->size() + static_cast<uint32_t>(got));
    const uint32_t whole = framer->cut(*slab, seen, got == 0);
    SlabRef rest = pool.take();
    rest->append(slab->text().substr(whole));
    seen = rest->size();
    slab->resize(whole);
    if (whole > 0) {
      framer->frame(*slab);
      if (!slab->faults.empty()) return Error{Error::Kind::data, fmt::format("byte {}: {}", position, slab->faults[0].message), {}};
      if (const Done done = visit_records(*slab, visit); !done) return done;
    }
    if (const Error* broken = framer->broken()) return *broken;
    if (got == 0) return {};
    position += whole;
    slab = std::move(rest);
  }
}

// Gathers what goes to stdout and writes it a piece at a time.
class Out {
 public:
  std::string text;
  Done flush(bool all) {
    if (!all && text.size() < kPiece) return {};
    const int error = write_all(STDOUT_FILENO, text);
    text.clear();
    if (error == 0) return {};
    return Error{Error::Kind::io, fmt::format("standard output: {}", std::strerror(error)), {}};
  }
};

std::string time_text(int64_t ns) { return text::rfc3339(Instant(Duration(ns))); }

std::string where(const Failure& failure) {
  return failure.source.empty() ? std::string("-") : fmt::format("{}:{}", failure.source, failure.offset);
}

// The record as its codec frames it, so that what comes out can be read like the input it came from.
void original(const Letter& letter, std::string& out) {
  if (letter.codec == "length-prefixed") {
    const auto size = static_cast<uint32_t>(letter.bytes.size());
    for (int shift : {24, 16, 8, 0}) out += static_cast<char>(size >> shift);
  }
  out += letter.bytes;
  if (letter.codec == "nul") {
    out += '\0';
  } else if (!letter.codec.starts_with("capnp") && letter.codec != "length-prefixed") {
    framing::end_line(out);
  }
}

Done ls(const std::string& path, Out& out) {
  uint64_t number = 0;
  return each_letter(path, [&](const Slab&, uint32_t, const Letter& letter) {
    const Failure& failure = *letter.envelope.failure;
    out.text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", ++number, time_text(failure.last), failure.stage, failure.code, where(failure),
                            failure.message);
    return out.flush(false);
  });
}

Done show(const std::string& path, uint64_t wanted, Out& out) {
  uint64_t number = 0;
  return each_letter(path, [&](const Slab&, uint32_t, const Letter& letter) -> Done {
    if (++number != wanted && wanted != 0) return {};
    const Failure& f = *letter.envelope.failure;
    out.text += fmt::format(
        "letter {}\n  stage     {}.{}\n  code      {}\n  message   {}\n  source    {}\n  attempts  {}\n  first     {}\n  last      {}\n",
        number, f.stage, f.port, f.code, f.message, where(f), f.attempts, time_text(f.first), time_text(f.last));
    out.text += fmt::format("  record    {} bytes\n", letter.bytes.size());
    original(letter, out.text);
    return out.flush(false);
  });
}

Done stats(const std::string& path, Out& out) {
  uint64_t letters = 0, bytes = 0, attempts = 0;
  std::map<std::pair<std::string, std::string>, uint64_t> by;
  const Done read = each_letter(path, [&](const Slab&, uint32_t, const Letter& letter) -> Done {
    ++letters, bytes += letter.bytes.size(), attempts += letter.envelope.failure->attempts;
    ++by[{letter.envelope.failure->stage, letter.envelope.failure->code}];
    return {};
  });
  out.text += fmt::format("letters\t{}\nbytes\t{}\nattempts\t{}\n", letters, bytes, attempts);
  for (const auto& [key, count] : by) out.text += fmt::format("{} {}\t{}\n", key.first, key.second, count);
  return read;
}

Done replay(const std::string& path, Out& out) {
  return each_letter(path, [&](const Slab&, uint32_t, const Letter& letter) {
    original(letter, out.text);
    return out.flush(false);
  });
}

// Only a file that reads as letters from end to end is emptied.
Done purge(const std::string& path, std::string& said) {
  uint64_t letters = 0;
  const Done read = each_letter(path, [&](const Slab&, uint32_t, const Letter&) -> Done { return ++letters, Done(); });
  if (!read) return read;
  if (::truncate(path.c_str(), 0) != 0) return Error{Error::Kind::io, fmt::format("cannot empty {}: {}", path, std::strerror(errno)), {}};
  said = fmt::format("leat: {} letters removed from {}\n", letters, path);
  return {};
}

Answer usage(std::string_view problem) {
  return {2, {}, fmt::format("leat: dlq: {}\nleat: usage: leat dlq ls|stats|replay|purge FILE, leat dlq show FILE [N]\n", problem)};
}

}  // namespace

bool dlq_verb(std::string_view word) { return std::find(kVerbs.begin(), kVerbs.end(), word) != kVerbs.end(); }

Answer dlq_command(const Call& call) {
  if (call.words.size() < 2) return usage("wants a verb and a file");
  const std::string& verb = call.words[0];
  const std::string& path = call.words[1];
  uint64_t wanted = 0;
  if (call.words.size() > 2) {
    const auto number = verb == "show" && call.words.size() == 3 ? text::whole(call.words[2]) : std::nullopt;
    if (!number || *number == 0) return usage(fmt::format("does not know what {} is for", text::quoted(call.words[2])));
    wanted = *number;
  }
  Out out;
  Answer answer;
  Done done = verb == "ls"       ? ls(path, out)
              : verb == "show"   ? show(path, wanted, out)
              : verb == "stats"  ? stats(path, out)
              : verb == "replay" ? replay(path, out)
                                 : purge(path, answer.err);
  answer.out = std::move(out.text);  // what was whole before a mistake is said too
  if (!done) {
    answer.status = status_of(done.error().kind);
    answer.err += fmt::format("leat: {}: {}\n", path, done.error().text);
  }
  return answer;
}

}  // namespace leat
