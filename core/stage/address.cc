#include "core/stage/address.h"

#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"

namespace leat {
namespace {

struct Scheme {
  std::string_view prefix;
  Address::Kind kind;
};
constexpr std::array kSchemes{
    Scheme{"unix:", Address::Kind::unix_socket}, Scheme{"unix-listen:", Address::Kind::unix_listen},
    Scheme{"tcp://", Address::Kind::tcp},        Scheme{"tcp-listen://", Address::Kind::tcp_listen},
    Scheme{"udp://", Address::Kind::udp},        Scheme{"exec:", Address::Kind::exec},
    Scheme{"hub:", Address::Kind::hub},          Scheme{"stage:", Address::Kind::stage},
    Scheme{"sqlite:", Address::Kind::sqlite},    Scheme{"generate:", Address::Kind::generate},
    Scheme{"events:", Address::Kind::events},    Scheme{"drop:", Address::Kind::drop},
};

// The scheme a user may have meant: a word before "://", which no sensible path has.
std::optional<std::string_view> scheme_like(std::string_view url) {
  const size_t at = url.find("://");
  if (at == 0 || at == std::string_view::npos || url.find('/') < at) return std::nullopt;
  return url.substr(0, at);
}

Error unknown_scheme(std::string_view url, std::string_view scheme) {
  std::vector<std::string_view> known;
  for (const Scheme& row : kSchemes) known.push_back(row.prefix.substr(0, row.prefix.find(':')));
  Error error{Error::Kind::usage, fmt::format("{} begins with no scheme leat knows", text::quoted(url)), {}};
  if (const auto near = text::nearest(scheme, known))
    error.hint = fmt::format("did you mean {}?", *near);
  else
    error.hint = fmt::format("a file of that name is written ./{}", url);
  return error;
}

}  // namespace

std::string Address::stage() const { return rest.substr(0, rest.find('.')); }

std::string Address::port() const {
  const size_t dot = rest.find('.');
  return dot == std::string::npos ? "out" : rest.substr(dot + 1);
}

Result<Address> address_of(std::string_view url) {
  if (url.empty()) return Error{Error::Kind::usage, "an end wants a path or an address, not nothing", {}};
  if (url == "-") return Address{Address::Kind::stdio, {}};
  for (const Scheme& row : kSchemes) {
    if (!url.starts_with(row.prefix)) continue;
    const std::string_view rest = url.substr(row.prefix.size());
    if (rest.empty() && row.kind != Address::Kind::drop && row.kind != Address::Kind::events)
      return Error{Error::Kind::usage, text::quoted(url) + " names no place", {}};
    if (!rest.empty() && row.kind == Address::Kind::drop) return Error{Error::Kind::usage, "drop: takes nothing behind it", {}};
    return Address{row.kind, std::string(rest)};
  }
  if (const auto scheme = scheme_like(url)) return unknown_scheme(url, *scheme);
  return Address{Address::Kind::file, std::string(url)};
}

}  // namespace leat
