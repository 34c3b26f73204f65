/* Every block has a link in front of it. The link is in the ring of the call that allocated it. */
#include "inspector/base/alloc.h"

#include "inspector/base/call.h"
#include "inspector/base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* since Linux 5.14; an older kernel refuses it */
#endif

/* Blocks are as aligned as those of malloc(). */
_Static_assert(sizeof(struct gt_link) % 16 == 0, "a block begins right after its link");

/* A success leaves errno as it was: ENOMEM that another library left must stay (call.h). */
static void *hang(struct gt_link *link, int before)
{
    struct gt_link *ring = gt_call_blocks();

    if (!link) return NULL;
    errno = before;
    gt_link_alone(link);
    if (ring) gt_link_after(link, ring);
    return link + 1;
}

static struct gt_link *link_of(void *block)
{
    return (struct gt_link *)block - 1;
}

static void *must(void *block, size_t size)
{
    if (!block) gt_call_fail(size);
    return block;
}

/* Gives the kernel a hint about the whole pages of a block, so its answer is ignored. */
static void advise(void *block, size_t size, uintptr_t page, int advice)
{
    uintptr_t from = ((uintptr_t)block + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)block + size) / page * page;
    int before = errno;

    if (block && end > from) (void)madvise((void *)from, end - from, advice);
    errno = before;
}

/* Tables over a whole heap are read at random. On small pages each read would also miss the TLB. */
static void *hint_huge(void *block, size_t size)
{
    enum { HUGE = 2 << 20 };

    if (size >= HUGE) advise(block, size, HUGE, MADV_HUGEPAGE);
    return block;
}

void *gt_try_alloc(size_t size)
{
    uint64_t whole;
    int before = errno;

    if (gt_add(size, sizeof(struct gt_link), &whole))
        return hint_huge(hang(malloc(whole), before), size);
    errno = ENOMEM;
    return NULL;
}

void *gt_alloc(size_t size)
{
    return must(gt_try_alloc(size), size);
}

void *gt_alloc_filled(size_t size)
{
    enum { PAGE = 4096, WORTH = 16 * PAGE };
    void *block = gt_alloc(size);

    if (size >= WORTH) advise(block, size, PAGE, MADV_POPULATE_WRITE);
    return block;
}

void *gt_calloc(size_t count, size_t size)
{
    uint64_t bytes = SIZE_MAX, whole;
    int before = errno;

    if (!gt_mul(count, size, &bytes) || !gt_add(bytes, sizeof(struct gt_link), &whole))
        return must(NULL, bytes);
    return hint_huge(must(hang(calloc(1, whole), before), bytes), bytes);
}

/* A block stays on its ring, whichever call makes it grow. */
static void *move(struct gt_link *old, size_t whole)
{
    struct gt_link *ring = old->previous == old ? NULL : old->previous;
    int before = errno;

    gt_unlink(old);
    struct gt_link *link = realloc(old, whole);
    bool moved = link;
    if (!link) link = old;
    if (moved) errno = before;
    gt_link_alone(link);
    if (ring) gt_link_after(link, ring);
    return moved ? link + 1 : NULL;
}

void *gt_realloc(void *old, size_t size)
{
    uint64_t whole;

    if (!old) return gt_alloc(size);
    if (!gt_add(size, sizeof(struct gt_link), &whole)) return must(NULL, size);
    return must(move(link_of(old), whole), size);
}

void gt_free_link(struct gt_link *link)
{
    gt_unlink(link);
    free(link);
}

void gt_free(void *block)
{
    if (block) gt_free_link(link_of(block));
}

void gt_detach(void *block)
{
    if (block) gt_unlink(link_of(block));
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

char *gt_adopt(char *text)
{
    size_t size = text ? strlen(text) + 1 : 0;
    char *own = text ? gt_try_alloc(size) : NULL;

    if (own) memcpy(own, text, size);
    free(text);
    gt_call_check();
    return own;
}
