/*
 * Allocation that does not fail: real exhaustion ends the process with one line on stderr.
 *
 * Invariant: sizes that come from the target are bounded by what the core holds before they get
 * here, so running out means that the machine is too small, not that the core is hostile.
 * The caller owns what is returned and frees it with free().
 */
#ifndef GT_BASE_ALLOC_H
#define GT_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *gt_alloc(size_t size);                /* not cleared */
void *gt_calloc(size_t count, size_t size); /* cleared; big blocks stay untouched pages */
void *gt_realloc(void *old, size_t size);
char *gt_strdup(const char *text);
char *gt_strndup(const char *text, size_t length);
char *gt_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Checked arithmetic: false, and *out untouched, when the result does not fit. */
static inline bool gt_add(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

static inline bool gt_mul(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

#endif
