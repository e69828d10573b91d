#include "cli/hub_show.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/data/json.h"

namespace leat {
namespace {

std::string title(std::string_view key) {
  std::string out(key);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

// Names are the clients' to choose: nothing of them reaches a terminal as it is.
std::string cell(std::string_view key, const Value& value) {
  std::string out;
  int64_t seconds = 0;
  for (const auto& [name, part] : value.entries())
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", title(name.view()), cell(name.view(), part));
  if (key == "since" && value.whole(seconds))
    out = text::rfc3339(Instant(std::chrono::seconds(seconds)));
  else if (value.is_string())
    json::write_inside(value.view(), out);
  else if (!value.is_object())
    json::write(value, out);
  return out.empty() ? "-" : out;
}

bool nested(const Value& value) { return value.is_container(); }  // it stands below its row

// The cells of an object but for what is nested in it, by the names of `keys`.
std::vector<std::string> row_of(const Value& object, const std::vector<std::string>& keys) {
  std::vector<std::string> row;
  for (const std::string& key : keys) {
    const Value* value = object.find(key);
    row.push_back(value ? cell(key, *value) : "-");
  }
  return row;
}

std::string line_of(const std::vector<std::string>& row, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

// What stands below a row: pattern orders.*  delivered 3 ...
std::string below(const Value& object) {
  std::string out;
  for (const auto& [list, items] : object.entries()) {
    if (items.is_object()) out += fmt::format("  {}  {}\n", title(list.view()), cell(list.view(), items));
    for (const Value& item : items.items()) {
      std::string line = " ";
      for (const auto& [key, value] : item.entries()) line += fmt::format(" {} {} ", title(key.view()), cell(key.view(), value));
      out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
  }
  return out;
}

std::string table(const Value& list) {
  std::vector<std::string> keys, heads;
  std::vector<size_t> widths;
  for (const Value& item : list.items())
    for (const auto& [key, value] : item.entries())
      if (!nested(value) && std::find(keys.begin(), keys.end(), key.view()) == keys.end()) keys.emplace_back(key.view());
  for (const std::string& key : keys) heads.push_back(title(key)), widths.push_back(key.size());
  std::vector<std::vector<std::string>> rows;
  for (const Value& item : list.items()) {
    rows.push_back(row_of(item, keys));
    for (size_t i = 0; i < keys.size(); ++i) widths[i] = std::max(widths[i], rows.back()[i].size());
  }
  std::string out = rows.empty() ? "" : line_of(heads, widths);
  for (size_t i = 0; i < rows.size(); ++i) out += line_of(rows[i], widths) + below(list.items()[i]);
  return out;
}

}  // namespace

std::string as_lines(const Value& report) {
  if (report.is_array()) return table(report);
  if (!report.is_object()) return cell({}, report) + "\n";
  std::string out, tables;
  size_t width = 0;
  for (const auto& [key, value] : report.entries())
    if (!value.is_array()) width = std::max<size_t>(width, key.size());
  for (const auto& [key, value] : report.entries()) {
    if (!value.is_array())
      out += fmt::format("{:<{}}  {}\n", title(key.view()), width, cell(key.view(), value));
    else if (value.size() > 0)
      tables += fmt::format("\n{}\n{}", title(key.view()), table(value));
  }
  return out + tables;
}

}  // namespace leat
