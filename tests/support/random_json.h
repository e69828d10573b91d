// Random JSON: valid text of any shape, with what makes text and value differ: white space, escapes that need not be, keys that
// come twice, numbers of any spelling.
// Owner:   the test.
// Thread:  one.   Blocks: never.   Fails: cannot.
#pragma once

#include <random>
#include <string>

namespace leat::test {

class RandomJson {
 public:
  // odd: how many in a hundred strings and gaps are spelled as no writer would.
  RandomJson(uint32_t seed, uint32_t odd) : random_(seed), odd_(odd) {}

  std::string object(int depth = 0) {
    std::string out = "{" + gap();
    const uint32_t count = one_of(8) == 0 ? 0 : one_of(depth ? 5 : 20);
    for (uint32_t i = 0; i < count; ++i) {
      if (i > 0) out += "," + gap();
      out += key(i) + gap() + ":" + gap() + value(depth + 1) + gap();
    }
    return out + "}";
  }

  std::string value(int depth) {
    const uint32_t kind = one_of(depth > 4 ? 6 : 8);
    if (kind == 6) return array(depth);
    if (kind == 7) return object(depth);
    if (kind == 0) return pick({"null", "true", "false"});
    if (kind < 3) return pick({"0", "-0", "7", "1.0", "1e3", "-12.50", "0.1", "1E+400", "12345678901234567890", "9007199254740993", "503"});
    return string();
  }

  uint32_t one_of(uint32_t count) { return static_cast<uint32_t>(random_() % count); }

 private:
  bool strange() { return one_of(100) < odd_; }
  std::string pick(std::initializer_list<const char*> from) { return from.begin()[one_of(static_cast<uint32_t>(from.size()))]; }
  std::string gap() { return strange() ? pick({" ", "\t", " \r ", "   "}) : ""; }

  std::string key(uint32_t i) {
    if (strange()) return pick({R"("a")", R"("\u0061")", R"("b")", R"("\/")", R"("k0")", R"("")", R"("q\"")", R"("\u0000")"});
    if (one_of(3) == 0 && i < 4) return std::string("\"") + static_cast<char>('a' + i) + "\"";
    return "\"k" + std::to_string(i) + (one_of(4) == 0 ? "_with_a_longer_name" : "") + "\"";
  }

  std::string string() {
    std::string out = "\"";
    for (uint32_t pieces = one_of(5); pieces > 0; --pieces) {
      out += pick({"plain", "a", "", "longer text than one register", "\xC3\xA9", "\xF0\x9F\x98\x80", R"(\n)", R"(\")", R"(\\)", "~"});
      if (strange())
        out += pick({R"(\u0041)", R"(\/)", R"(\u0000)", R"(\u001f)", R"(\ud83d\ude00)", R"(\ud800)", "\x7F", R"(\u00e9)", R"(\b)"});
    }
    return out + "\"";
  }

  std::string array(int depth) {
    std::string out = "[" + gap();
    const uint32_t count = one_of(5);
    for (uint32_t i = 0; i < count; ++i) out += (i > 0 ? "," + gap() : "") + value(depth + 1) + gap();
    return out + "]";
  }

  std::mt19937 random_;
  const uint32_t odd_;
};

}  // namespace leat::test
