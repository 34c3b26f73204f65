#include "inspector/base/alloc.h"

#include "inspector/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void *must(void *block, size_t size)
{
    if (block || size == 0) return block;
    fprintf(stderr, "gotopsy: out of memory asking for %zu bytes; give it a larger machine\n",
            size);
    exit(3);
}

void *gt_alloc(size_t size)
{
    return must(malloc(size ? size : 1), size);
}

/* Tables over a whole heap are hit at random: on small pages each hit would miss the TLB as well. A
 * hint only, so its result does not matter. */
static void *hint_huge(void *block, size_t size)
{
    enum { HUGE = 2 << 20 };
    uintptr_t from = ((uintptr_t)block + HUGE - 1) & ~(uintptr_t)(HUGE - 1);
    uintptr_t end = ((uintptr_t)block + size) & ~(uintptr_t)(HUGE - 1);

    if (block && size >= 2 * (size_t)HUGE && end > from)
        (void)madvise((void *)from, end - from, MADV_HUGEPAGE);
    return block;
}

void *gt_calloc(size_t count, size_t size)
{
    uint64_t bytes = UINT64_MAX;

    if (!gt_mul(count, size, &bytes)) return must(NULL, SIZE_MAX);
    return hint_huge(must(calloc(count ? count : 1, size ? size : 1), bytes), bytes);
}

void *gt_realloc(void *old, size_t size)
{
    return must(realloc(old, size ? size : 1), size);
}

char *gt_strndup(const char *text, size_t length)
{
    char *copy = gt_alloc(length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *gt_strdup(const char *text)
{
    return gt_strndup(text, strlen(text));
}

char *gt_format(const char *format, ...)
{
    struct gt_str text = {0};
    va_list args;

    va_start(args, format);
    gt_str_vformat(&text, format, args);
    va_end(args);
    return text.text;
}
