/*
 * What the words of a chunk's objects lead to. Private to spread/.
 *
 * Values wait in a batch, while their regions are fetched. Then each becomes a fact, an array, or
 * the mark of a leaf: an object without pointers, of which nobody judges anything else. A string
 * that leads near to where the last one led is such a mark at once.
 *
 * If the object that has the word may be settled, the value says what it covers. If that is not
 * enough, the object is noted as open (struct gt_settled_words).
 *
 * Threads have one of these each. What they share are bits, which are written with atomic
 * operations unless the thread is alone.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_FOLLOWED_H
#define GT_RUNTIME_TYPING_SPREAD_FOLLOWED_H

#include "inspector/graph/follow.h"
#include "inspector/runtime/typing/spread/rounds_impl.h"

enum { GT_FOLLOWED_TOGETHER = 32, GT_FOLLOWED_NEAR = 4 };

/* With those of a fact, of a word whose object may be settled. */
enum {
    GT_FOLLOWED_WINDOW = 1U << 24, /* a string or a slice */
    GT_FOLLOWED_STRING = 1U << 25, /* a string */
    GT_FOLLOWED_LEAF = 1U << 26,   /* a pointer to a type without pointers */
    GT_FOLLOWED_PLAIN = 1U << 27,  /* a plain pointer */
};

struct gt_cover {        /* 0: not known */
    uint32_t used, room; /* bytes, by the len and the cap; of a pointer, both of its type */
};

struct gt_followed { /* a value in a region's pages */
    uint64_t value;
    uint32_t region; /* + 1 */
    uint32_t what;
    uint32_t count; /* elements of a slice; 0: the value is a pointer */
    uint32_t from;  /* the object that has the word */
    struct gt_cover covers;
};

struct gt_followed_leaf {
    uint32_t object;
    uint32_t what; /* GT_FACT_COVERED: by half; GT_FACT_WHOLE */
};

struct gt_following {
    const struct gt_typing *typing;
    const struct gt_heap *heap;
    struct gt_chunk *chunk;
    bool alone;      /* no other thread reads now */
    uint32_t object; /* whose words are read */
    unsigned count, leaf_count;
    struct gt_followed found[GT_FOLLOWED_TOGETHER];
    struct gt_followed_leaf leaves[GT_FOLLOWED_TOGETHER]; /* they are marked next */
    size_t word; /* of bitmaps: these bits are written when another word has some */
    uint64_t marks, half, whole;
    const struct gt_region *near[GT_FOLLOWED_NEAR]; /* where strings led last, by their place in the
                                                     * object */
};

/* Nothing waits. */
void gt_following_begin(struct gt_following *values);
/* Settles what waits. */
void gt_following_settle(struct gt_following *values);
/* The same, and writes all bits. */
void gt_following_end(struct gt_following *values);

/* False if the value is in no region. */
GT_INLINE bool gt_follow_value(struct gt_following *values, uint64_t value, uint32_t what,
                               uint32_t count, struct gt_cover window)
{
    uint64_t page = (value >> GT_PAGE_SHIFT) - values->heap->first_page;
    uint32_t region = page < values->heap->page_count ? values->heap->pages[page] : 0;

    if (!region) return false;
    __builtin_prefetch(&values->heap->regions[region - 1]);
    values->found[values->count++] =
        (struct gt_followed){value, region, what, count, values->object, window};
    if (values->count == GT_FOLLOWED_TOGETHER) gt_following_settle(values);
    return true;
}

/* ---- strings ------------------------------------------------------------------------------- */

void gt_write_leaves(struct gt_following *values);
/* A word of the object needs a closer look. */
void gt_leave_open(const struct gt_following *values, uint32_t object);

/* Neighbours are mostly met together. */
GT_INLINE void gt_mark_leaf(struct gt_following *values, uint32_t object, uint32_t covers)
{
    uint64_t bit = (uint64_t)1 << (object & 63);

    if (!gt_bit(&values->heap->allocated, object)) {
        values->chunk->dangles = true;
        return;
    }
    if (object >> 6 != values->word) {
        if (values->marks) gt_write_leaves(values);
        values->word = object >> 6;
    }
    values->marks |= bit;
    if (covers & GT_FACT_COVERED) values->half |= bit;
    if (covers & GT_FACT_WHOLE) values->whole |= bit;
}

/* Is this half of a block, or more, and nothing behind it? */
GT_INLINE bool gt_covers_half(uint64_t offset, struct gt_cover window, uint64_t size)
{
    return offset < size && window.room <= size - offset && window.used >= size - window.used;
}

/* Of a string in a slot without pointers. */
GT_INLINE uint32_t gt_string_covers(const struct gt_following *values,
                                    const struct gt_region *region, uint32_t slot, uint64_t value,
                                    struct gt_cover window)
{
    uint64_t size, offset = value - gt_goheap_user_in(region, slot, &size);

    if (gt_covers_half(offset, window, size)) return GT_FACT_COVERED;
    gt_leave_open(values, values->object);
    return 0;
}

/* Follows a string whose object is read for the mark. The same word of objects that are neighbours
 * mostly leads to one region: then nothing needs to be fetched. */
GT_INLINE void gt_follow_string(struct gt_following *values, uint64_t value, uint32_t what,
                                struct gt_cover window, size_t place)
{
    const struct gt_region **near = &values->near[place % GT_FOLLOWED_NEAR], *region = *near;
    bool settles = what & GT_FOLLOWED_WINDOW;

    if (region->scan != GT_SCAN_NONE || !gt_is_in_slots(region, value)) {
        if (gt_follow_value(values, value, what, 0, window))
            *near = gt_heap_region(values->heap, value);
        return;
    }
    uint32_t slot = gt_region_slot(region, value);
    gt_mark_leaf(values, region->first + slot,
                 settles ? gt_string_covers(values, region, slot, value, window) : 0);
}

#endif
