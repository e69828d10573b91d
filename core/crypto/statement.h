// Statement: what of a record is vouched for, as bytes that everybody makes the same of it, wherever it has been.
// Owner:   pure functions.   Thread: any.   Blocks: never.   Fails: cannot.
//
// A text is its length in bytes as 8 bytes, the most significant first, and then the bytes; other numbers are 8 such bytes too. What is
// not set is an empty text.
#pragma once

#include <string>
#include <string_view>

#include "core/data/envelope.h"

namespace leat::crypto {

// What a seal holds together with its payload: origin, destination, role, scope, time.
std::string circumstances(const Envelope& envelope);

// What a signature is over: the text "leat signature 1"; id, origin, issuer, destination, subject, media type, role, scope, parent; the
// time; the number of metadata entries, and these by their keys in byte order, each the key, a number for what it is and the value: 0 a
// text, 1 a whole number (two's complement), 2 a float (IEEE 754), 3 a truth (0 or 1), 4 bytes as a text; at last the payload. Not in it is
// what changes on the way: trace, attempt, error, approvals, the checksum.
std::string statement(const Envelope& envelope, std::string_view payload);

}  // namespace leat::crypto
