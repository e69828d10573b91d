// Subject: dotted words that say what a message is about, and the patterns that subscriptions ask for.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   the checks, with one line and a hint.
//
// Case counts. * stands for one word, > as the last word for one or more. Subjects that begin with $ are the hub's own, and a pattern
// that begins with a wildcard does not match them: whoever listens to everything does not hear what the hub says to others.
#pragma once

#include <string_view>

#include "core/base/result.h"

namespace leat::hub {

inline constexpr size_t kMaxSubject = 255;
inline constexpr size_t kMaxWords = 32;
inline constexpr std::string_view kClients = "$client.";  // $client.NAME, and all below it, is for the client of that name
inline constexpr std::string_view kAll = "$all";
inline constexpr std::string_view kEvents = "$hub.events.";
inline constexpr std::string_view kDead = "$dead.";  // $dead.NAME: what was given to that durable subscription too often

Done check_subject(std::string_view subject);
Done check_pattern(std::string_view pattern);
Done check_name(std::string_view name);  // of a client, group or durable: one word

bool has_wildcard(std::string_view pattern);
bool matches(std::string_view pattern, std::string_view subject);
bool covers(std::string_view wide, std::string_view narrow);  // every subject of the second is one of the first
bool overlaps(std::string_view one, std::string_view other);  // some subject is of both

}  // namespace leat::hub
