#include "stages/sink/rotation.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/codec/compress.h"

namespace leat {
namespace {

constexpr size_t kDigits = 6, kMostDigits = 12;

// A path around the number that a finished file has.
struct Names {
  std::string folder, front, back;

  explicit Names(const std::string& path) {
    const size_t slash = path.rfind('/') + 1;
    folder = path.substr(0, slash);
    const std::string name = path.substr(slash);
    const size_t dot = unpacked_path(name).rfind('.');
    const size_t end = dot == std::string::npos || dot == 0 ? unpacked_path(name).size() : dot;
    front = name.substr(0, end) + ".";
    back = name.substr(end);
  }
  std::string at(uint64_t number) const { return fmt::format("{}{}{:0{}}{}", folder, front, number, kDigits, back); }
  // The number in the name of a finished file of ours.
  std::optional<uint64_t> number(std::string_view name) const {
    if (name.size() < front.size() + kDigits + back.size() || name.size() > front.size() + kMostDigits + back.size() ||
        !name.starts_with(front) || !name.ends_with(back))
      return std::nullopt;
    return text::whole(name.substr(front.size(), name.size() - front.size() - back.size()));
  }
};

std::vector<uint64_t> finished(const Names& names) {
  std::vector<uint64_t> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(names.folder.empty() ? "." : names.folder.c_str()), ::closedir);
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr)
    if (const auto number = names.number(entry->d_name)) numbers.push_back(*number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

}  // namespace

bool Rotation::looks_finished(const std::string& path) {
  const auto numbered = [](std::string_view name) {
    const size_t dot = name.rfind('.');
    const size_t digits = dot == name.npos ? 0 : name.size() - dot - 1;
    return digits >= kDigits && digits <= kMostDigits && name.find_first_not_of("0123456789", dot + 1) == name.npos;
  };
  const std::string_view whole = unpacked_path(path);
  const std::string_view name = whole.substr(whole.rfind('/') + 1);
  return numbered(name) || numbered(name.substr(0, std::min(name.rfind('.'), name.size())));
}

Done Rotation::turn(const std::string& path) const {
  const Names names(path);
  std::vector<uint64_t> numbers = finished(names);
  numbers.push_back(numbers.empty() ? 1 : numbers.back() + 1);
  if (::rename(path.c_str(), names.at(numbers.back()).c_str()) != 0)
    return Error{Error::Kind::io, fmt::format("cannot rotate {}: {}", path, std::strerror(errno)), {}};
  if (!keep) return {};
  for (size_t i = 0; i + *keep < numbers.size(); ++i)
    if (::unlink(names.at(numbers[i]).c_str()) != 0 && errno != ENOENT)
      return Error{Error::Kind::io, fmt::format("cannot remove {}: {}", names.at(numbers[i]), std::strerror(errno)), {}};
  return {};
}

}  // namespace leat
