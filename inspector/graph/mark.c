/*
 * The mark. Its cost is waiting for memory, which three things reduce:
 *
 * The work list is a queue of blocks of objects, not of objects. A new object with pointers turns
 * grey, which is a bit, and its block enters the queue once. While the block waits, more of its
 * objects turn grey. When it leaves the queue, all of them are scanned in address order, so their
 * pages and masks are fetched once. The queue is never longer than the number of blocks, whatever
 * the target's pointers are.
 *
 * Memory is fetched before it is used: objects while a few others are scanned (`ready`), and the
 * targets of pointers by follow.h.
 *
 * Every inner function takes the cut as an argument. It is constant in each of the two loops made
 * of them, so a mark without a cut never tests for one.
 */
#include "inspector/graph/mark.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/follow.h"

enum {
    BLOCK_SHIFT = 9, /* 512 objects: few enough to search a block for one */
    BLOCK_WORDS = (1 << BLOCK_SHIFT) / 64,
    READY = 16, /* a power of two */
};

struct ready {
    const struct gt_region *region;
    uint32_t slot;
};

struct gt_marker {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    struct gt_bitmap *marked;
    const struct gt_bitmap *watched; /* or NULL */
    struct gt_u32s *reached;
    struct gt_bitmap grey;   /* objects that are marked and not yet scanned */
    struct gt_bitmap queued; /* blocks that are in the queue */
    uint32_t *queue;         /* a ring of block_count entries: the blocks with grey objects */
    uint32_t queue_at, queue_len, block_count;
    bool dangles;                 /* a word of an object points to a free slot */
    unsigned ready_in, ready_out; /* counts of objects that came and went */
    struct ready ready[READY];    /* a ring */
    struct gt_follow follow;
};

void gt_cut_init(struct gt_cut *cut, const struct gt_heap *heap)
{
    *cut = (struct gt_cut){0};
    gt_bitmap_init(&cut->blocked, heap->objects);
    gt_bitmap_init(&cut->no_out_edges, heap->objects);
    gt_bitmap_init(&cut->has_words, heap->objects);
}

void gt_cut_deinit(struct gt_cut *cut)
{
    gt_bitmap_deinit(&cut->blocked);
    gt_bitmap_deinit(&cut->no_out_edges);
    gt_bitmap_deinit(&cut->has_words);
    gt_map_deinit(&cut->words);
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
    marker->block_count = (heap->scan_objects >> BLOCK_SHIFT) + 1;
    gt_bitmap_init(&marker->grey, (size_t)marker->block_count << BLOCK_SHIFT);
    gt_bitmap_init(&marker->queued, marker->block_count);
    marker->queue = gt_alloc(marker->block_count * sizeof *marker->queue);
    return marker;
}

void gt_marker_destroy(struct gt_marker *marker)
{
    if (!marker) return;
    if (marker->dangles) *marker->heap->dangles = true;
    gt_bitmap_deinit(&marker->grey);
    gt_bitmap_deinit(&marker->queued);
    gt_free(marker->queue);
    gt_free(marker);
}

static void enqueue(struct gt_marker *marker, uint32_t block)
{
    uint32_t at = marker->queue_at + marker->queue_len++;

    if (at >= marker->block_count) at -= marker->block_count;
    marker->queue[at] = block;
}

static uint32_t dequeue(struct gt_marker *marker)
{
    uint32_t block = marker->queue[marker->queue_at++];

    if (marker->queue_at == marker->block_count) marker->queue_at = 0;
    marker->queue_len--;
    gt_bit_clear(&marker->queued, block);
    return block;
}

static void fetch_bits(const void *ctx, uint32_t object)
{
    const struct gt_marker *marker = ctx;

    __builtin_prefetch(&marker->marked->words[object >> 6], 1);
    __builtin_prefetch(&marker->heap->allocated.words[object >> 6]);
    if (object < marker->heap->scan_objects)
        __builtin_prefetch(&marker->grey.words[object >> 6], 1);
}

/* Marks an object, if there is one and the cut does not exclude it. It turns grey if it is new and
 * has pointers. Most pointers lead to an object that is marked already, so that is tested first. */
GT_INLINE void settle(struct gt_marker *marker, struct gt_aimed aimed, const struct gt_cut *cut)
{
    uint32_t object = aimed.object;

    if (gt_bit(marker->marked, object)) return;
    if (!gt_bit(&marker->heap->allocated, object)) {
        marker->dangles = true;
        return;
    }
    if (cut && gt_bit(&cut->blocked, object)) return;
    gt_bit_set(marker->marked, object);
    if (cut && marker->watched && gt_bit(marker->watched, object))
        gt_u32s_add(marker->reached, object);
    if (object >= marker->heap->scan_objects) return;
    if (cut && gt_bit(&cut->no_out_edges, object)) return;
    gt_bit_set(&marker->grey, object);
    if (!gt_bit_test_set(&marker->queued, object >> BLOCK_SHIFT))
        enqueue(marker, object >> BLOCK_SHIFT);
}

GT_INLINE void settle_plain(void *ctx, struct gt_aimed aimed)
{
    settle(ctx, aimed, NULL);
}

GT_INLINE void settle_cut(void *ctx, struct gt_aimed aimed)
{
    struct gt_marker *marker = ctx;
    settle(marker, aimed, marker->cut);
}

GT_INLINE void note(struct gt_marker *marker, uint64_t value, const struct gt_cut *cut)
{
    gt_follow(&marker->follow, marker->heap, value, 0, fetch_bits, cut ? settle_cut : settle_plain,
              marker);
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

GT_INLINE void scan_oldest(struct gt_marker *marker, const struct gt_cut *cut)
{
    struct ready oldest = marker->ready[marker->ready_out++ % READY];

    scan(marker, oldest.region, oldest.slot, cut);
}

GT_INLINE void delay_ready(struct gt_marker *marker, struct ready ready, const struct gt_cut *cut)
{
    if (marker->ready_in - marker->ready_out == READY) scan_oldest(marker, cut);
    marker->ready[marker->ready_in++ % READY] = ready;
}

/* Scans the grey objects of a block. If objects of it turn grey meanwhile, it enters the queue
 * again. */
GT_INLINE void scan_block(struct gt_marker *marker, uint32_t block, const struct gt_cut *cut)
{
    uint32_t first = block << BLOCK_SHIFT;
    const struct gt_region *region = gt_heap_region_of(marker->heap, first);

    for (uint32_t word = first >> 6; word < (first >> 6) + BLOCK_WORDS; word++) {
        uint64_t grey = marker->grey.words[word];
        marker->grey.words[word] = 0;
        for (; grey; grey &= grey - 1) {
            uint32_t object = word * 64 + (uint32_t)__builtin_ctzll(grey);
            if (object - region->first >= region->count)
                region = gt_heap_region_of(marker->heap, object);
            gt_follow_fetch_slot(region, object - region->first);
            delay_ready(marker, (struct ready){region, object - region->first}, cut);
        }
    }
}

/* Handles all that is delayed. A list has one object at a time, so this costs what is there. */
GT_INLINE void catch_up(struct gt_marker *marker, const struct gt_cut *cut)
{
    while (marker->ready_in != marker->ready_out)
        scan_oldest(marker, cut);
    gt_follow_all(&marker->follow, marker->heap, fetch_bits, cut ? settle_cut : settle_plain,
                  marker);
}

GT_INLINE void drain(struct gt_marker *marker, const struct gt_cut *cut)
{
    while (marker->queue_len > 0) {
        scan_block(marker, dequeue(marker), cut);
        if (!marker->queue_len) catch_up(marker, cut);
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
    bool dangles = marker->dangles;

    gt_mark_word(marker, value);
    marker->dangles = dangles;
}

void gt_mark_word(struct gt_marker *marker, uint64_t value)
{
    struct gt_found found = gt_follow_find(marker->heap, value, 0);

    if (!found.region) return;
    struct gt_aimed aimed = gt_follow_aim(marker->heap, found);
    if (aimed.region) settle(marker, aimed, marker->cut);
}

void gt_mark_watch(struct gt_marker *marker, const struct gt_bitmap *watched,
                   struct gt_u32s *reached)
{
    marker->watched = watched;
    marker->reached = reached;
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
    gt_mark_word(of->marker, value);
}

void gt_mark_contents(struct gt_marker *marker, uint32_t object)
{
    const struct gt_heap *heap = marker->heap;
    const struct gt_cut *cut = marker->cut;

    if (cut && gt_bit(&cut->no_out_edges, object)) return;
    struct contents of = {marker, gt_heap_address(heap, object), gt_heap_size(heap, object),
                          cut && gt_bit(&cut->has_words, object)};
    gt_heap_words(heap, object, seed_other, &of);
}
