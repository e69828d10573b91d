#include "core/hub/broker/openmetrics.h"

#include <cmath>

#include <fmt/format.h>

namespace leat::hub {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

}  // namespace

void OpenMetrics::family(std::string_view name, std::string_view type, std::string_view unit, std::string_view help) {
  name_ = name;
  counter_ = type == "counter";
  fmt::format_to(std::back_inserter(out_), "# TYPE {} {}\n", name, type);
  if (!unit.empty()) fmt::format_to(std::back_inserter(out_), "# UNIT {} {}\n", name, unit);
  fmt::format_to(std::back_inserter(out_), "# HELP {} {}\n", name, escaped(help));
}

void OpenMetrics::sample(std::string_view suffix, Labels labels, std::string_view bound, std::string_view number) {
  out_ += name_;
  out_ += suffix;
  char before = '{';
  for (const auto& [name, value] : labels) {
    fmt::format_to(std::back_inserter(out_), "{}{}=\"{}\"", before, name, escaped(value));
    before = ',';
  }
  if (!bound.empty()) fmt::format_to(std::back_inserter(out_), "{}le=\"{}\"", std::exchange(before, ','), bound);
  if (before == ',') out_ += '}';
  out_ += ' ';
  out_ += number;
  out_ += '\n';
}

void OpenMetrics::value(uint64_t number, Labels labels) { sample(counter_ ? "_total" : "", labels, {}, fmt::format("{}", number)); }
void OpenMetrics::value(double number, Labels labels) { sample(counter_ ? "_total" : "", labels, {}, fmt::format("{}", number)); }

void OpenMetrics::histogram(const Histogram& values, const Buckets& buckets, Labels labels) {
  for (int power = buckets.first; power <= buckets.last; power += buckets.step)
    sample("_bucket", labels, fmt::format("{:.12g}", std::ldexp(buckets.scale, power)), fmt::format("{}", values.up_to(power)));
  sample("_bucket", labels, "+Inf", fmt::format("{}", values.count()));
  sample("_sum", labels, {}, fmt::format("{:.15g}", values.sum() * buckets.scale));
  sample("_count", labels, {}, fmt::format("{}", values.count()));
}

std::string OpenMetrics::text() && {
  out_ += "# EOF\n";
  return std::move(out_);
}

}  // namespace leat::hub
