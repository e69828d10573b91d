#include "stages/transform/hiding.h"

#include <algorithm>

#include "core/data/json.h"

namespace leat {
namespace {

constexpr std::string_view kStars = "****";

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// Of a text that is no longer than what would be kept nothing is.
void mask(std::string_view secret, uint64_t keep, std::string& out) {
  const auto count = static_cast<uint64_t>(std::count_if(secret.begin(), secret.end(), begins_character));
  uint64_t hidden = count > keep ? count - keep : count;
  out.append(hidden, '*');
  size_t at = 0;
  for (; at < secret.size(); ++at)
    if (begins_character(secret[at]) && hidden-- == 0) break;
  out.append(secret.substr(at));
}

}  // namespace

Result<Hiding> Hiding::of(const Settings& settings) {
  Hiding made;
  made.with_ = *settings.text("with");
  made.keep_ = settings.count("keep");
  if (const auto key = settings.text("hash")) made.key_.emplace(*key);
  made.drop_ = settings.flag("drop");
  if ((settings.find("with") != nullptr) + made.keep_.has_value() + made.key_.has_value() + made.drop_ > 1)
    return Error{Error::Kind::usage, "with, keep, hash and drop are ways to hide one thing", "keep one of them"};
  return made;
}

void Hiding::put(std::string_view secret, std::string& out) const {
  if (key_)
    out += hex(key_->of(secret));
  else if (keep_)
    mask(secret, *keep_, out);
  else if (!drop_)
    out += with_;
}

Value Hiding::in_place_of(const Value& secret) const {
  std::string written, out;
  if (!secret.is_string()) json::write(secret, written);
  if (keep_ && secret.is_container())
    out = kStars;
  else
    put(secret.is_string() ? secret.view() : written, out);
  return Value::text(out);
}

}  // namespace leat
