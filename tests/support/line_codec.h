// line_codec: the plainest codec, for tests of ends: a record is a line, written as it is.
// Owner:   constant data.   Thread: any.   Blocks: never.   Fails: cannot.
#pragma once

#include "core/codec/codec.h"

namespace leat::test {

const CodecSpec& line_codec();

}  // namespace leat::test
