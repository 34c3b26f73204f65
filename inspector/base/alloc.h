/*
 * Allocation that does not fail: when memory runs out, the call under way unwinds (call.h) and its
 * entry point returns an error.
 *
 * Invariants: sizes that come from the target are bounded by what the core holds before they get
 * here. So when memory runs out, the machine is too small, and the core is not hostile. A block
 * hangs on the call that asked for it until it is freed or detached. The caller owns what is
 * returned and frees it with gt_free(), never with free(). Outside of any call, as in unit tests, a
 * block hangs on nothing, and a failed allocation is NULL.
 */
#ifndef GT_BASE_ALLOC_H
#define GT_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_link;

void *gt_alloc(size_t size);                /* not cleared */
void *gt_calloc(size_t count, size_t size); /* cleared; big blocks stay untouched pages */
void *gt_realloc(void *old, size_t size);
/* For a table all of which will be written soon: the kernel maps its pages at once, which takes
 * less time than a page fault for each of them. */
void *gt_alloc_filled(size_t size);
void *gt_try_alloc(size_t size); /* on failure NULL and ENOMEM in errno; it does not unwind */
/* Takes over a text that malloc() made for another library. NULL stays NULL, unless memory ran
 * out. */
char *gt_adopt(char *text);
void gt_free(void *block);               /* NULL is allowed */
void gt_detach(void *block);             /* the caller keeps it beyond the call; NULL is allowed */
void gt_free_link(struct gt_link *link); /* for call.c: the block behind a link */
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
