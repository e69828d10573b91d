// Sanitized: whether this build looks for whoever uses memory that is gone. What is kept for its next use would hide that.
#pragma once

namespace leat {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace leat
