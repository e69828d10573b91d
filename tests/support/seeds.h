// Seeds: how many runs a random test takes: a tenth under the sanitizers, which make each ten times as long.
#pragma once

namespace leat::test {

constexpr unsigned seeds(unsigned many) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return many / 10;
#else
  return many;
#endif
}

}  // namespace leat::test
