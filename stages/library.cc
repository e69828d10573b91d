#include "stages/library.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/capnp.h"
#include "core/codec/decoder.h"
#include "core/io/descriptor.h"

namespace leat {

Result<std::unique_ptr<Decoder>> Library::decoder(const DecoderUse& use) { return make_decoder(use); }

Result<std::string> Library::file(const std::string& path) { return read_file(path, kMostFile); }

const Format& Library::artifacts() { return capnp_format(); }

Result<const Table*> Library::table(const TableUse& use) { return &tables_.emplace_back(std::make_unique<TableFile>(use))->table(); }

Result<std::string> read_file(const std::string& path, size_t most) {
  auto opened = Descriptor::input(path);
  if (!opened) return opened.error();
  if (opened->kind() != Descriptor::Kind::file) return Error{Error::Kind::no_input, fmt::format("{}: not a file", path), {}};
  std::string text;
  for (size_t size = 0;; size = text.size()) {
    if (size > most) return Error{Error::Kind::no_input, fmt::format("{}: longer than {}", path, text::size(most)), {}};
    text.resize(size + 64 * 1024);
    const ssize_t got = opened->read(text.data() + size, text.size() - size);
    text.resize(size + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return text;
    if (got < 0) return Error{Error::Kind::io, fmt::format("{}: cannot be read", path), {}};
  }
}

}  // namespace leat
