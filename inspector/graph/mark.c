/*
 * The mark. What it costs is waiting for memory, so it waits for as little as it can:
 *
 * The work list is a queue of regions, not of objects. A new object with pointers turns grey (a
 * bit) and its region queues up, once. While the region waits more of its objects turn grey, and
 * when its turn comes they are scanned together, in address order: their pages and masks are
 * fetched once for all. The list is never longer than there are regions, whatever the target's
 * pointers are like.
 *
 * Pointer values pass two short delays, so that what they lead to can be fetched meanwhile:
 *
 *   found   the value lies in a region's pages; the region is fetched
 *   aimed   the object is known; its bits are fetched. Then it is settled: marked, and grey if new
 *
 * Every inner function takes the cut as an argument that is constant in each of the two loops
 * made of it, so that a mark without a cut never asks for one.
 */
#include "inspector/graph/mark.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/walk.h"

#include <stdlib.h>

enum { FOUND = 16, AIMED = 16, READY = 16 }; /* powers of two */

struct found {
    uint64_t value;
    uint32_t region; /* as in the page table: + 1, and 0 is none */
};

struct aimed {
    uint32_t region; /* the same */
    uint32_t object;
};

struct ready {
    const struct gt_region *region;
    uint32_t slot;
};

struct gt_marker {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    struct gt_bitmap *marked;
    struct gt_bitmap grey;   /* objects that are marked and to be scanned */
    struct gt_bitmap queued; /* regions that are in the queue */
    uint32_t *queue;         /* a ring of region_count entries */
    uint32_t queue_at, queue_len;
    unsigned found_at, aimed_at, ready_at;
    struct found found[FOUND]; /* the next one in takes the place of the oldest */
    struct aimed aimed[AIMED];
    struct ready ready[READY];
};

void gt_cut_init(struct gt_cut *cut, const struct gt_heap *heap)
{
    *cut = (struct gt_cut){0};
    gt_bitmap_init(&cut->blocked, heap->objects);
    gt_bitmap_init(&cut->muted, heap->objects);
    gt_bitmap_init(&cut->has_words, heap->objects);
}

void gt_cut_deinit(struct gt_cut *cut)
{
    gt_bitmap_free(&cut->blocked);
    gt_bitmap_free(&cut->muted);
    gt_bitmap_free(&cut->has_words);
    gt_map_free(&cut->words);
}

void gt_cut_word(struct gt_cut *cut, const struct gt_heap *heap, uint64_t addr)
{
    uint32_t object = gt_heap_object(heap, addr);

    if (object == GT_NO_OBJECT) return;
    gt_bit_set(&cut->has_words, object);
    ++*gt_map_put(&cut->words, addr, NULL);
}

bool gt_cut_has_word(const struct gt_cut *cut, uint64_t addr)
{
    const uint64_t *holders = gt_map_find(&cut->words, addr);
    return holders && *holders > 0;
}

struct gt_marker *gt_marker_create(const struct gt_heap *heap, const struct gt_cut *cut,
                                   struct gt_bitmap *marked)
{
    struct gt_marker *marker = gt_calloc(1, sizeof *marker);

    marker->heap = heap;
    marker->cut = cut;
    marker->marked = marked;
    gt_bitmap_init(&marker->grey, heap->scan_objects);
    gt_bitmap_init(&marker->queued, heap->region_count);
    marker->queue = gt_alloc(heap->region_count * sizeof *marker->queue);
    return marker;
}

void gt_marker_free(struct gt_marker *marker)
{
    if (!marker) return;
    gt_bitmap_free(&marker->grey);
    gt_bitmap_free(&marker->queued);
    free(marker->queue);
    free(marker);
}

static void enqueue(struct gt_marker *marker, uint32_t region)
{
    uint32_t at = marker->queue_at + marker->queue_len++;

    if (at >= marker->heap->region_count) at -= marker->heap->region_count;
    marker->queue[at] = region;
}

static uint32_t dequeue(struct gt_marker *marker)
{
    uint32_t region = marker->queue[marker->queue_at++];

    if (marker->queue_at == marker->heap->region_count) marker->queue_at = 0;
    marker->queue_len--;
    gt_bit_clear(&marker->queued, region);
    return region;
}

/* Marks an object, if it is one and may be; it turns grey if it is new and has pointers. Most
 * pointers that lead to no new object lead to a marked one, so that is asked first. */
GT_INLINE void settle(struct gt_marker *marker, struct aimed aimed, const struct gt_cut *cut)
{
    uint32_t object = aimed.object, region = aimed.region - 1;

    if (gt_bit(marker->marked, object) || !gt_bit(&marker->heap->allocated, object)) return;
    if (cut && gt_bit(&cut->blocked, object)) return;
    gt_bit_set(marker->marked, object);
    if (object >= marker->heap->scan_objects) return;
    if (cut && gt_bit(&cut->muted, object)) return;
    gt_bit_set(&marker->grey, object);
    if (!gt_bit_test_set(&marker->queued, region)) enqueue(marker, region);
}

GT_INLINE void delay_aimed(struct gt_marker *marker, struct aimed aimed, const struct gt_cut *cut)
{
    unsigned at = marker->aimed_at++ % AIMED;
    struct aimed oldest = marker->aimed[at];

    marker->aimed[at] = aimed;
    if (oldest.region) settle(marker, oldest, cut);
}

/* The object whose slot a value found lies in; region 0 when it lies past the last one. */
GT_INLINE struct aimed aim(const struct gt_heap *heap, struct found found)
{
    const struct gt_region *region = &heap->regions[found.region - 1];
    uint32_t slot = gt_region_slot(region, found.value);

    if (slot >= region->count) return (struct aimed){0};
    return (struct aimed){found.region, region->first + slot};
}

GT_INLINE void fetch_bits(const struct gt_marker *marker, uint32_t object)
{
    __builtin_prefetch(&marker->marked->words[object >> 6], 1);
    __builtin_prefetch(&marker->heap->allocated.words[object >> 6]);
    if (object < marker->heap->scan_objects)
        __builtin_prefetch(&marker->grey.words[object >> 6], 1);
}

GT_INLINE void delay_found(struct gt_marker *marker, struct found found, const struct gt_cut *cut)
{
    unsigned at = marker->found_at++ % FOUND;
    struct found oldest = marker->found[at];

    marker->found[at] = found;
    if (!oldest.region) return;
    struct aimed aimed = aim(marker->heap, oldest);
    if (!aimed.region) return;
    fetch_bits(marker, aimed.object);
    delay_aimed(marker, aimed, cut);
}

GT_INLINE struct found find(const struct gt_heap *heap, uint64_t value)
{
    uint64_t page = (value >> GT_PAGE_SHIFT) - heap->first_page;
    return (struct found){value, page < heap->page_count ? heap->pages[page] : 0};
}

GT_INLINE void note(struct gt_marker *marker, uint64_t value, const struct gt_cut *cut)
{
    struct found found = find(marker->heap, value);

    if (!found.region) return;
    __builtin_prefetch(&marker->heap->regions[found.region - 1]);
    delay_found(marker, found, cut);
}

GT_INLINE void note_plain(void *ctx, uint64_t offset, uint64_t value)
{
    (void)offset;
    note(ctx, value, NULL);
}

GT_INLINE void note_cut(void *ctx, uint64_t offset, uint64_t value)
{
    struct gt_marker *marker = ctx;

    (void)offset;
    note(marker, value, marker->cut);
}

struct cut_words {
    struct gt_marker *marker;
    uint64_t address; /* of the slot */
};

static void note_uncut(void *ctx, uint64_t offset, uint64_t value)
{
    struct cut_words *words = ctx;
    const struct gt_cut *cut = words->marker->cut;

    if (!gt_cut_has_word(cut, words->address + offset)) note(words->marker, value, cut);
}

GT_INLINE void scan(struct gt_marker *marker, const struct gt_region *region, uint32_t slot,
                    const struct gt_cut *cut)
{
    uint64_t words = region->slot_size / 8;

    if (cut && gt_bit(&cut->has_words, region->first + slot)) {
        struct cut_words in = {marker, region->base + slot * region->slot_size};
        gt_walk_slot(marker->heap, region, slot, words, note_uncut, &in);
    } else {
        gt_walk_slot(marker->heap, region, slot, words, cut ? note_cut : note_plain, marker);
    }
}

GT_INLINE void delay_ready(struct gt_marker *marker, struct ready ready, const struct gt_cut *cut)
{
    unsigned at = marker->ready_at++ % READY;
    struct ready oldest = marker->ready[at];

    marker->ready[at] = ready;
    if (oldest.region) scan(marker, oldest.region, oldest.slot, cut);
}

/* Both ends, because most small objects lie across two cache lines. */
GT_INLINE void fetch_slot(const struct gt_region *region, uint32_t slot)
{
    uint64_t offset = slot * region->slot_size;

    if (!region->bytes) return;
    __builtin_prefetch(region->bytes + offset);
    __builtin_prefetch(region->bytes + offset + region->slot_size - 8);
    if (region->mask) __builtin_prefetch(region->mask + offset / 64);
}

/* Scans the grey objects of a region. Those that turn grey meanwhile queue it again. */
GT_INLINE void scan_region(struct gt_marker *marker, const struct gt_region *region,
                           const struct gt_cut *cut)
{
    uint32_t first = region->first, last = first + region->count - 1;

    for (uint32_t i = first >> 6; i <= last >> 6; i++) {
        uint64_t grey = marker->grey.words[i];
        if (i == first >> 6) grey &= ~(uint64_t)0 << (first & 63);
        if (i == last >> 6) grey &= ~(uint64_t)0 >> (63 - (last & 63));
        marker->grey.words[i] &= ~grey;
        for (; grey; grey &= grey - 1) {
            uint32_t slot = (i << 6) + (uint32_t)__builtin_ctzll(grey) - first;
            fetch_slot(region, slot);
            delay_ready(marker, (struct ready){region, slot}, cut);
        }
    }
}

/* Lets all that is delayed settle. */
GT_INLINE void settle_all(struct gt_marker *marker, const struct gt_cut *cut)
{
    for (unsigned i = 0; i < READY; i++)
        delay_ready(marker, (struct ready){0}, cut);
    for (unsigned i = 0; i < FOUND; i++)
        delay_found(marker, (struct found){0}, cut);
    for (unsigned i = 0; i < AIMED; i++)
        delay_aimed(marker, (struct aimed){0}, cut);
}

GT_INLINE void drain(struct gt_marker *marker, const struct gt_cut *cut)
{
    while (marker->queue_len > 0) {
        scan_region(marker, &marker->heap->regions[dequeue(marker)], cut);
        if (!marker->queue_len) settle_all(marker, cut);
    }
}

void gt_mark_drain(struct gt_marker *marker)
{
    if (marker->cut)
        drain(marker, marker->cut);
    else
        drain(marker, NULL);
}

void gt_mark_seed(struct gt_marker *marker, uint64_t value)
{
    struct found found = find(marker->heap, value);

    if (!found.region) return;
    struct aimed aimed = aim(marker->heap, found);
    if (aimed.region) settle(marker, aimed, marker->cut);
}

struct contents {
    struct gt_marker *marker;
    uint64_t address, size; /* of the object */
    bool cut_words;
};

static void seed_other(void *ctx, uint64_t offset, uint64_t value)
{
    const struct contents *of = ctx;

    if (value - of->address < of->size) return;
    if (of->cut_words && gt_cut_has_word(of->marker->cut, of->address + offset)) return;
    gt_mark_seed(of->marker, value);
}

void gt_mark_contents(struct gt_marker *marker, uint32_t object)
{
    const struct gt_heap *heap = marker->heap;
    const struct gt_cut *cut = marker->cut;

    if (cut && gt_bit(&cut->muted, object)) return;
    struct contents of = {marker, gt_heap_address(heap, object), gt_heap_size(heap, object),
                          cut && gt_bit(&cut->has_words, object)};
    gt_heap_words(heap, object, seed_other, &of);
}
