// Draw: the graph of a pipeline for people, for Graphviz and for Mermaid.
// Owner:   pure functions.   Thread: any.   Blocks: never.
// Fails:   cannot on a checked spec.
#pragma once

#include <string>

#include "pipelines/spec.h"

namespace leat {

std::string draw_text(const PipelineSpec& spec);     // a line for each part: what it is and what it reads
std::string draw_dot(const PipelineSpec& spec);      // for dot -Tsvg
std::string draw_mermaid(const PipelineSpec& spec);  // for Markdown

}  // namespace leat
