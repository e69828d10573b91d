// StageRuns: for each stage of the catalog but the calls, settings with which it has something to do with records that are arrays.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: cannot; a test that walks the catalog misses a stage that is not here.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "tests/support/keys.h"
#include "tests/support/turn.h"

namespace leat::test {

// How to run each stage so that it lets something out. White space and escapes make new spellings show as new bytes.
inline const std::map<std::string_view, std::vector<Set>> kStageRuns{
    {"absent", {{"duration", "1s"}, {"by", ".[0]", "n"}}},
    {"batch", {{"size", "2"}}},
    {"buffer", {{"size", "2"}}},
    {"dedupe", {{"key", ".[0]"}}},
    {"expect", {{"require", ".[0]"}}},
    {"checksum", {}},
    {"delay", {{"duration", "1s"}}},
    {"filter", {{"expr", ".[0] > 1"}}},
    {"flatten", {}},
    {"join", {{"on", ".[0]"}, {"within", "1s"}, {"outer"}}},
    {"log", {}},
    {"lookup", {{"table", "/dev/null"}, {"codec", "csv"}, {"on", ".[0]", "n"}}},
    {"map", {{"expr", ".[]"}}},
    {"open", {{"key", file_of(kP256Private)}}},
    {"parse", {{"text", "\"{\\\"a\\\":1}\""}, {"codec", "json"}}},
    {"redact", {{"path", ".[0]"}}},
    {"route", {{"case", ".[0] > 1", "big"}}},
    {"sample", {{"every", "2"}}},
    {"seal", {{"for", file_of(kP256Public)}}},
    {"set", {{"field", ".[0]", "meta.first"}}},
    {"sign", {{"key", file_of(kP256Private)}}},
    {"skip", {{"count", "1"}}},
    {"stamp", {{"field", ".[0]", "meta.first"}}},
    {"sort", {{"key", "-.[0]"}}},
    {"take", {{"count", "3"}}},
    {"topk", {{"count", "2"}, {"value", ".[0]"}}},
    {"unbatch", {}},
    {"debounce", {{"duration", "1s"}, {"by", ".[0]"}}},
    {"merge", {{"time", ".[0]"}}},
    {"monitor", {}},
    {"partition", {{"parts", "2"}, {"by", ".[0]"}}},
    {"rate", {{"rate", "2/s"}}},
    {"split", {{"expr", ".[0] > 1"}}},
    {"switch", {{"on", ".[0]"}, {"case", "small", "1"}, {"default", "rest"}}},
    {"throttle", {{"duration", "1s"}, {"by", ".[0]"}}},
    {"verify", {{"keys", file_of(kP256Public)}}},
    {"window", {{"count", "2"}, {"emit", "{n: count}"}}},
};

// Which stage makes the records that one wants, where arrays as they are will not do.
inline const std::map<std::string_view, std::string_view> kStageFeeds{{"open", "seal"}, {"verify", "sign"}};

}  // namespace leat::test
