// Include: the files that a pipeline file names under include:, merged with it into one Document.
// Owner:   the caller.   Thread: any.   Blocks: on each file.
// Fails:   by Problems in the document: a file that cannot be read or says something twice, a circle, more than the bounds allow.
//
// The lines of the files count on: those of an included one begin behind the last of the one read before it. So a Mark alone says
// in which file it is, and Document::text holds the text of all (place_in() of spec.h takes a Mark apart again).
#pragma once

#include <string_view>

#include "pipelines/document.h"
#include "pipelines/interpolate.h"
#include "pipelines/spec.h"

namespace leat {

inline constexpr std::string_view kChainKeys[] = {"from", "stages", "to", "dlq"};
bool is_chain_key(std::string_view key);

// `spec` has the name of the document's file, and gets those of the others. Chains of included files come behind the document's
// own, which then stand under chains: too.
void include_files(Document& document, PipelineSpec& spec, const Outside& outside);

}  // namespace leat
