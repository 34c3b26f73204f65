/*
 * A table of 32-bit values by dense index, for values that neighbours share.
 *
 * Theory. A page of 256 entries has few distinct values. So it keeps a list of these, and a code of
 * 1, 2, 4 or 8 bits for each entry: the value's place in the list. A page without values takes no
 * memory, one with a single value 48 bytes, and one with more than 63 values has its entries in
 * full.
 *
 * Invariants: an entry that was never set is 0. Code 0 is the value 0. A value stays in its page's
 * list when no entry has it any more. Indices are the caller's to check. Reads change nothing, so
 * threads may read together. Threads may write together too, each to pages of its own and with a
 * list of free pages of its own: pages have room in one reserved mapping, so nothing is allocated.
 */
#ifndef GT_BASE_PACKED_H
#define GT_BASE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gt_resource;

enum { GT_PACKED_SHIFT = 8, GT_PACKED_PAGE = 1 << GT_PACKED_SHIFT, GT_PACKED_WIDTHS = 5 };

struct gt_packed_page {
    uint8_t width;    /* a code has 1 << width bits; GT_PACKED_WIDTHS - 1: there are no codes */
    uint8_t most;     /* values that the list has room for, beside 0 */
    uint8_t used;     /* values in it */
    uint32_t words[]; /* the value 0, the list, and the codes; without codes the entries */
};

/* Pages that were replaced by wider ones. Zeroed: none. The pages are the table's. */
struct gt_packed_free {
    struct gt_packed_page *page[GT_PACKED_WIDTHS]; /* by width; each begins with the next one */
};

struct gt_packed {
    struct gt_packed_page **pages; /* NULL: all entries are 0 */
    size_t count;                  /* entries */
    unsigned char *memory;         /* of the pages: reserved for the largest that all can become,
                                    * used in order */
    size_t used;                   /* bytes */
    struct gt_resource *held;
    struct gt_packed_free free;
};

void gt_packed_init(struct gt_packed *table, size_t count); /* all 0 */
void gt_packed_deinit(struct gt_packed *table);
void gt_packed_copy(struct gt_packed *to, const struct gt_packed *from); /* `to` holds nothing */
/* See gt_packed_set() and gt_packed_offer(). */
void gt_packed_put(struct gt_packed *table, struct gt_packed_free *free, size_t index,
                   uint32_t value);

/* Which of the 64 entries from `first` on, a multiple of 64, are not 0. */
uint64_t gt_packed_nonzero(const struct gt_packed *table, size_t first);

/* All values that the entries near an index have, and perhaps some that no entry has any more. */
const uint32_t *gt_packed_near(const struct gt_packed *table, size_t index, size_t *count);

static inline uint32_t gt_packed_at(const struct gt_packed *table, size_t index)
{
    const struct gt_packed_page *page = table->pages[index >> GT_PACKED_SHIFT];
    size_t entry = index & (GT_PACKED_PAGE - 1);

    if (!page) return 0;
    if (page->width == 0) return page->words[page->words[2 + (entry >> 5)] >> (entry & 31) & 1];
    if (page->width == GT_PACKED_WIDTHS - 1) return page->words[entry];
    size_t bit = entry << page->width;
    uint32_t code = page->words[1 + page->most + (bit >> 5)] >> (bit & 31);
    return page->words[code & (((uint32_t)1 << (1 << page->width)) - 1)];
}

/* Is the value the only one of the page, beside 0? It is the usual case, and inline. */
static inline bool gt_packed_has_only(const struct gt_packed_page *page, uint32_t value)
{
    return page && page->width == 0 && page->words[1] == value && value;
}

static inline void gt_packed_set(struct gt_packed *table, size_t index, uint32_t value)
{
    struct gt_packed_page *page = table->pages[index >> GT_PACKED_SHIFT];
    size_t entry = index & (GT_PACKED_PAGE - 1);

    if (gt_packed_has_only(page, value))
        page->words[2 + (entry >> 5)] |= (uint32_t)1 << (entry & 31);
    else
        gt_packed_put(table, &table->free, index, value);
}

/* The same as the next one, of any page. */
uint32_t gt_packed_offer_any(struct gt_packed *table, struct gt_packed_free *free, size_t index,
                             uint32_t value);

/* Gives the entry the value, if it is 0 now. Returns what it was. `free` is the thread's. */
static inline uint32_t gt_packed_offer(struct gt_packed *table, struct gt_packed_free *free,
                                       size_t index, uint32_t value)
{
    struct gt_packed_page *page = table->pages[index >> GT_PACKED_SHIFT];
    size_t entry = index & (GT_PACKED_PAGE - 1);

    if (!gt_packed_has_only(page, value)) return gt_packed_offer_any(table, free, index, value);
    uint32_t *codes = &page->words[2 + (entry >> 5)], bit = (uint32_t)1 << (entry & 31);
    uint32_t before = *codes;
    *codes = before | bit;
    return before & bit ? value : 0;
}

/* Prefetches what reads the entry. */
static inline void gt_packed_fetch(const struct gt_packed *table, size_t index)
{
    const struct gt_packed_page *page = table->pages[index >> GT_PACKED_SHIFT];

    if (page) __builtin_prefetch(page);
}

#endif
