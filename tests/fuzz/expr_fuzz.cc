// Fuzz: PROGRAM \0 JSON. No program and no record may crash, hang or outgrow the limits.
#include <cstdint>
#include <string_view>

#include "core/base/text.h"
#include "tests/support/expression.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace leat;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const size_t cut = all.find('\0');
  const std::string_view program = all.substr(0, cut);
  std::string_view record = cut == std::string_view::npos ? "null" : all.substr(cut + 1);
  Value value;
  json::Mistake mistake;
  // A program only ever sees records that a reader has found to be JSON.
  if (!text::utf8(record) || record.find("nan") != std::string_view::npos || !json::parse(record, json::Keep::borrowed, value, mistake))
    record = "null";
  expr::Limits limits;
  limits.steps = 200'000;
  limits.bytes = 16 << 20;
  test::run(program, record, {}, limits);
  return 0;
}
