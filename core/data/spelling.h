// Spelling: the characters of a string column, however its bytes are spelled.
// Owner:   pure function.   Thread: any.   Blocks: never.
// Fails:   cannot; only of a column its reader filled.
#pragma once

#include <string>
#include <string_view>

#include "core/data/slab.h"

namespace leat {

// TSV's escapes and what they mean, one by one; any other backslash stands for itself.
inline constexpr std::string_view kTabEscapes = "tnr\\", kTabMeanings = "\t\n\r\\";

// Appends. `foreign` bytes have no characters of their own: their format knows them.
void append_characters(std::string_view bytes, Column::Form form, std::string& out);

}  // namespace leat
