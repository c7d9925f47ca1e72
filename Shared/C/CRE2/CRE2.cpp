#include "CRE2.h"

#include <cstdio>
#include <memory>
#include <new>

#include <re2/re2.h>

struct sextant_pattern {
    re2::RE2 compiled;
};

namespace {

re2::StringPiece piece(const char *bytes, size_t count) { return {bytes, count}; }

void tell(char *reason, size_t size, const char *text) {
    if (size > 0) std::snprintf(reason, size, "%s", text);
}

}  // namespace

extern "C" {

sextant_pattern *sextant_pattern_create(const char *bytes, size_t count, int64_t memory, char *reason,
                                        size_t reason_size) {
    try {
        re2::RE2::Options options;
        options.set_case_sensitive(false);
        options.set_log_errors(false);
        options.set_never_capture(true);
        options.set_max_mem(memory);
        std::unique_ptr<sextant_pattern> pattern(new sextant_pattern{re2::RE2(piece(bytes, count), options)});
        if (pattern->compiled.ok()) return pattern.release();
        tell(reason, reason_size, pattern->compiled.error().c_str());
    } catch (const std::bad_alloc &) {
        tell(reason, reason_size, "out of memory");
    } catch (...) {
        tell(reason, reason_size, "it cannot be compiled");
    }
    return nullptr;
}

void sextant_pattern_destroy(sextant_pattern *pattern) { delete pattern; }

int sextant_pattern_is_found(const sextant_pattern *pattern, const char *bytes, size_t count) {
    try {
        return re2::RE2::PartialMatch(piece(bytes, count), pattern->compiled);
    } catch (...) {
        return false;
    }
}

}  // extern "C"
