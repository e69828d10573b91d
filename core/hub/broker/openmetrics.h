// OpenMetrics: figures in the text that monitoring systems read (openmetrics.io, version 1.0.0).
// Owner:   a value.   Thread: one.   Blocks: never.   Fails: cannot; names and the order of calls are the caller's.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/hub/broker/metrics.h"

namespace leat::hub {

class OpenMetrics {
 public:
  static constexpr std::string_view kType = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // What follows, up to the next family, is of it. `type`: counter, gauge, histogram; a name ends in its unit.
  void family(std::string_view name, std::string_view type, std::string_view unit, std::string_view help);
  void value(uint64_t number, Labels labels = {});
  void value(double number, Labels labels = {});
  // Buckets from 2^first to 2^last, every `step`th; a value times `scale` is in the family's unit.
  struct Buckets {
    int first, last, step;
    double scale;
  };
  static constexpr Buckets kSeconds{12, 36, 2, 1e-9};  // of nanoseconds: 4 us to 69 s
  static constexpr Buckets kCounts{2, 22, 2, 1};
  void histogram(const Histogram& values, const Buckets& buckets, Labels labels = {});

  // The whole text; nothing more may be put.
  std::string text() &&;

 private:
  void sample(std::string_view suffix, Labels labels, std::string_view bound, std::string_view number);

  std::string out_, name_;
  bool counter_ = false;
};

}  // namespace leat::hub
