// The parts of the syslog codec: one message read, its dates, and one message written.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   with the reason why a message is none, or a record cannot be one.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/stage/stage.h"

namespace leat::syslog {

inline constexpr std::array<std::string_view, 24> kFacilities{
    "kern", "user",     "mail",    "daemon", "auth",   "syslog", "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
    "ntp",  "security", "console", "clock",  "local0", "local1", "local2", "local3", "local4", "local5", "local6",   "local7"};
inline constexpr std::array<std::string_view, 8> kSeverities{"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

// What stands at the front of `text` as a date of RFC 3164: Oct  9 22:14:15, with a fraction or a year (behind the day or the time)
// if it has them, a star or a dot in front and a colon behind, as routers write it. Answers how long it is, or 0.
struct LooseDate {
  int month = 0, day = 0, year = 0;  // year 0: none
  int64_t since_midnight = 0;        // nanoseconds
};
size_t loose_date(std::string_view text, LooseDate& date);
// In the year it has or, as of `now`, must mean.
std::optional<Instant> resolve(const LooseDate& date, Instant now);

// Appends the message as one line of JSON. `clock` null: a date without a year stays as it is written.
Reason read(std::string_view message, bool infer, const Clock* clock, std::string& out);
// Appends the object as a message without an end; answers why it cannot.
std::string write(std::string_view object, std::string& out);

}  // namespace leat::syslog
