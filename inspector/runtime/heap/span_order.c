/* The table by page is made denser, so that it says which span is next. Then spans move to their
 * places along the cycles of that permutation, so that there is no second list of them. */
#include "inspector/runtime/heap/span_order.h"

#include "inspector/base/alloc.h"

#include <stdlib.h>

enum { PAGE = 8192, FEW_PAGES = 8 /* for each span, on average */ };

static int by_base(const void *a, const void *b)
{
    const struct gt_span *left = a, *right = b;

    if (left->base != right->base) return left->base < right->base ? -1 : 1;
    return left->address < right->address ? -1 : left->address > right->address;
}

static uint64_t page_of(const struct gt_span *span)
{
    return span->base / PAGE;
}

struct pages {
    uint64_t first, count;
};

static struct pages find_pages(const struct gt_span *spans, size_t count)
{
    uint64_t first = page_of(&spans[0]), last = first;

    for (size_t i = 1; i < count; i++) {
        uint64_t page = page_of(&spans[i]);
        if (page < first) first = page;
        if (page > last) last = page;
    }
    return (struct pages){first, last - first + 1};
}

/* Enters each span's index + 1 by its page. False if two are in one page. */
static bool enter_spans(const struct gt_span *spans, size_t count, uint64_t first, uint32_t *table)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t *entry = &table[page_of(&spans[i]) - first];
        if (*entry) return false;
        *entry = (uint32_t)i + 1;
    }
    return true;
}

/* Each entry becomes the index of the span whose place it is. */
static void close_up(uint32_t *table, uint64_t pages)
{
    size_t count = 0;

    for (uint64_t page = 0; page < pages; page++)
        if (table[page]) table[count++] = table[page] - 1;
}

/* Moves the spans of one cycle, which begins at `start`. */
static void move_cycle(struct gt_span *spans, uint32_t *from, uint32_t start)
{
    struct gt_span first = spans[start];
    uint32_t at = start;

    while (from[at] != start) {
        uint32_t next = from[at];
        spans[at] = spans[next];
        from[at] = at;
        at = next;
    }
    spans[at] = first;
    from[at] = at;
}

static bool order_by_page(struct gt_span *spans, size_t count)
{
    struct pages pages = find_pages(spans, count);

    if (count > UINT32_MAX - 1 || pages.count / FEW_PAGES > count) return false;
    uint32_t *table = gt_calloc(pages.count, sizeof *table);
    bool entered = enter_spans(spans, count, pages.first, table);
    if (entered) {
        close_up(table, pages.count);
        for (uint32_t i = 0; i < count; i++)
            if (table[i] != i) move_cycle(spans, table, i);
    }
    gt_free(table);
    return entered;
}

void gt_spans_order(struct gt_span *spans, size_t count)
{
    if (count > 1 && !order_by_page(spans, count)) qsort(spans, count, sizeof *spans, by_base);
}
