// Regular expressions of RE2 behind plain C: in time linear in the text, whatever the pattern. No function throws.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled pattern; any number of threads may match with it at once.
typedef struct sextant_pattern sextant_pattern;

/// Compiles a pattern that is UTF-8 and compares without regard to case. Gives NULL, and why in `reason`, for one that is
/// malformed or needs more than `memory` bytes.
sextant_pattern *sextant_pattern_create(const char *bytes, size_t count, int64_t memory, char *reason,
                                        size_t reason_size);
void sextant_pattern_destroy(sextant_pattern *pattern);
/// Whether a part of the text matches.
int sextant_pattern_is_found(const sextant_pattern *pattern, const char *bytes, size_t count);

#ifdef __cplusplus
}
#endif
