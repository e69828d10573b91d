// syslog: RFC 5424, and RFC 3164 as it is found, in; RFC 5424 out. The fields have the names that Vector gives them:
//   facility, severity   words: kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console clock
//                        local0 to local7; emerg alert crit err warning notice info debug
//   timestamp            RFC 3339. A date of RFC 3164 is taken as UTC; without a year it is of the year that brings it nearest to now
//                        and not more than a day ahead
//   hostname appname procid msgid   what stands there; "-" is no field, and a procid of digits is a number (unless infer is off)
//   structured_data      {ELEMENT: {NAME: VALUE}}; of a name that stands more than once all values, as an array
//   message              the rest, without a byte order mark in front
// Messages are counted (RFC 6587, 3.4.1: a length in decimals, a space, the message) or end in a newline (3.4.2), one by one; a datagram
// is one message. Written, each ends in a newline, and is counted if it holds one.
// Owner, Thread, Blocks: as codec.h.
// Fails:   what does not begin with <0> to <191>, what begins as RFC 5424 and is none, and what is not UTF-8 is malformed; a longer
//          message than max_record is a fault that keeps its first 4 KiB; a counted message cut short breaks the stream. Writing fails
//          as `encode` for a field that syslog has not, and for a value that cannot stand where it would.
#pragma once

#include <memory>

#include "core/codec/codec.h"

namespace leat {

std::unique_ptr<Framer> syslog_framer(const CodecOptions& options);
std::unique_ptr<Encoder> syslog_encoder(const CodecOptions& options);

}  // namespace leat
