#include "core/data/media.h"

#include <array>
#include <string>

namespace leat {

Media media_of(std::string_view type) {
  static constexpr std::array<std::string_view, 5> kJson{"", "application/json", "application/ndjson", "application/x-ndjson", "text/json"};
  if (type == kJson[1]) return Media::json;  // nearly always
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  std::string name(type);
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  for (std::string_view json : kJson)
    if (name == json) return Media::json;
  if (name.size() > 5 && name.compare(name.size() - 5, 5, "+json") == 0) return Media::json;
  return name.rfind("text/", 0) == 0 ? Media::text : Media::other;
}

}  // namespace leat
