// decoder: any codec that is read, for one text at a time.
// Owner:   the caller gets it.   Thread: one.   Blocks: never.
// Fails:   make_decoder() for a codec that does not exist or reads no text; then as Decoder.
#pragma once

#include <memory>

#include "core/base/result.h"
#include "core/stage/lender.h"

namespace leat {

Result<std::unique_ptr<Decoder>> make_decoder(const DecoderUse& use);

}  // namespace leat
