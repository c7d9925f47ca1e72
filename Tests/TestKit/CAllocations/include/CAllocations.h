// Counts the memory that a program asks for: linked into it, this replaces the functions of the C library.
#pragma once
#include <stdint.h>

/// How often the calling thread has asked for memory, from whatever language.
uint64_t sextant_allocations(void);

/// The bytes that the process holds, and the most that it has held since the last call of `sextant_reset_peak`.
int64_t sextant_held_bytes(void);
int64_t sextant_peak_bytes(void);
void sextant_reset_peak(void);
