#include "CAllocations.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

static _Thread_local uint64_t allocations;
static atomic_int_least64_t held, peak;

static void gain(size_t bytes) {
    allocations++;
    int64_t now = atomic_fetch_add(&held, (int64_t)bytes) + (int64_t)bytes, before = atomic_load(&peak);
    while (now > before && !atomic_compare_exchange_weak(&peak, &before, now)) {}
}

static void lose(size_t bytes) { atomic_fetch_sub(&held, (int64_t)bytes); }

uint64_t sextant_allocations(void) { return allocations; }
int64_t sextant_held_bytes(void) { return atomic_load(&held); }
int64_t sextant_peak_bytes(void) { return atomic_load(&peak); }
void sextant_reset_peak(void) { atomic_store(&peak, atomic_load(&held)); }

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)

// A sanitizer has replaced the functions already, and tells.
int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void *, size_t), void (*)(const volatile void *));
size_t __sanitizer_get_allocated_size(const volatile void *);

static void took(const volatile void *memory, size_t bytes) { (void)memory, gain(bytes); }
static void gave(const volatile void *memory) { lose(__sanitizer_get_allocated_size(memory)); }

__attribute__((constructor)) static void install(void) { __sanitizer_install_malloc_and_free_hooks(took, gave); }

#else

size_t malloc_usable_size(void *);
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static void *counted(void *memory) {
    if (memory) gain(malloc_usable_size(memory));
    return memory;
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }
void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }
void *memalign(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    *memory = memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

void *realloc(void *memory, size_t size) {
    size_t before = memory ? malloc_usable_size(memory) : 0;
    void *moved = __libc_realloc(memory, size);
    if (moved || size == 0) lose(before);
    return counted(moved);
}

void free(void *memory) {
    if (memory) lose(malloc_usable_size(memory));
    __libc_free(memory);
}

#endif
