/*
 * The mark. Its cost is waiting for memory, which three things reduce:
 *
 * The work list is a queue of blocks of objects (crew/blocks.h). Its length is bounded, whatever
 * the target's pointers are.
 *
 * Memory is fetched before it is used: objects while a few others are scanned (`ready`), and the
 * targets of pointers by follow.h.
 *
 * Threads share the work by blocks, each with its grey objects (crew/crew.h). Each has a marker of
 * its own; only `marked` is shared, and only while there is a crew. What is marked does not depend
 * on who marks it. The masks of slots that the heap's source does not know are read by the leader
 * alone, in the order of objects, once nothing else is left. So the source learns the same in the
 * same order, with any number of threads.
 *
 * Every inner function takes the cut as an argument. It is constant in each of the two loops made
 * of them, so a mark without a cut never tests for one.
 */
#include "inspector/graph/mark.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/crew/blocks.h"
#include "inspector/graph/fetched.h"
#include "inspector/graph/follow.h"

enum {
    CROWD = 64, /* blocks in the queue from which on helpers pay */
    MOST_HELPERS = 15,
};

struct gt_marker {
    const struct gt_heap *heap;
    const struct gt_cut *cut;
    struct gt_bitmap *marked;
    const struct gt_bitmap *watched; /* or NULL */
    struct gt_u32s *reached;
    struct gt_blocks blocks;     /* objects that are marked and not yet scanned */
    struct gt_bitmap later;      /* grey objects of which the source does not know the mask */
    bool learns;                 /* the leader reads those masks now */
    size_t later_from, later_to; /* words of it that may have some */
    struct gt_crew *crew;        /* NULL: this thread marks alone */
    struct gt_marker *helpers[MOST_HELPERS];
    size_t helper_count;
    struct gt_heap_notes met;
    struct gt_fetched ready; /* objects that are scanned next */
    struct gt_batch batch;   /* pointers that are followed next */
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
    gt_blocks_init(&marker->blocks, heap->scan_objects);
    gt_bitmap_init(&marker->later, heap->scan_objects);
    marker->later_from = SIZE_MAX;
    return marker;
}

void gt_marker_destroy(struct gt_marker *marker)
{
    if (!marker) return;
    marker->heap->notes->dangles |= marker->met.dangles;
    marker->heap->notes->bare |= marker->met.bare;
    gt_blocks_deinit(&marker->blocks);
    gt_bitmap_deinit(&marker->later);
    gt_free(marker);
}

static void fetch_bits(const void *ctx, uint32_t object)
{
    const struct gt_marker *marker = ctx;

    __builtin_prefetch(&marker->marked->words[object >> 6], 1);
    __builtin_prefetch(&marker->heap->allocated.words[object >> 6]);
    if (object < marker->heap->scan_objects)
        __builtin_prefetch(&marker->blocks.grey.words[object >> 6], 1);
}

/* On the usual machines, this costs what a plain read does. */
GT_INLINE bool is_marked(const struct gt_marker *marker, uint32_t object)
{
    uint64_t word = __atomic_load_n(&marker->marked->words[object >> 6], __ATOMIC_RELAXED);

    return word >> (object & 63) & 1;
}

/* Sets the mark; false when another thread has set it meanwhile. */
GT_INLINE bool take_mark(struct gt_marker *marker, uint32_t object)
{
    uint64_t bit = (uint64_t)1 << (object & 63), *word = &marker->marked->words[object >> 6];

    if (marker->crew) return !(__atomic_fetch_or(word, bit, __ATOMIC_RELAXED) & bit);
    *word |= bit;
    return true;
}

/* While no block waits, the object is scanned next. That spares a list, which has one grey object
 * at a time, the search of a block for each. */
GT_INLINE void turn_grey(struct gt_marker *marker, struct gt_aimed aimed)
{
    const struct gt_region *region = &marker->heap->regions[aimed.region - 1];

    if (marker->blocks.len || marker->learns || gt_fetched_is_full(&marker->ready))
        gt_blocks_add(&marker->blocks, aimed.object);
    else
        gt_fetched_add(&marker->ready, (struct gt_slot_ref){region, aimed.object - region->first});
}

/* Marks an object, if there is one and the cut does not exclude it. It turns grey if it is new and
 * has pointers. Most pointers lead to an object that is marked already, so that is tested first. */
GT_INLINE void settle(struct gt_marker *marker, struct gt_aimed aimed, const struct gt_cut *cut)
{
    uint32_t object = aimed.object;

    if (is_marked(marker, object)) return;
    if (!gt_bit(&marker->heap->allocated, object)) {
        marker->met.dangles = true;
        return;
    }
    if (cut && gt_bit(&cut->blocked, object)) return;
    if (!take_mark(marker, object)) return;
    if (cut && marker->watched && gt_bit(marker->watched, object))
        gt_u32s_add(marker->reached, object);
    if (object >= marker->heap->scan_objects) return;
    if (cut && gt_bit(&cut->no_out_edges, object)) return;
    turn_grey(marker, aimed);
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

static __attribute__((noinline)) void settle_batch(struct gt_marker *marker)
{
    if (marker->cut)
        gt_batch_settle(&marker->batch, marker->heap, fetch_bits, settle_cut, marker);
    else
        gt_batch_settle(&marker->batch, marker->heap, fetch_bits, settle_plain, marker);
}

GT_INLINE void note(void *ctx, uint64_t offset, uint64_t value)
{
    struct gt_marker *marker = ctx;

    (void)offset;
    if (gt_batch_add(&marker->batch, marker->heap, value)) settle_batch(marker);
}

struct cut_words {
    struct gt_marker *marker;
    uint64_t address; /* of the slot */
};

static void note_uncut(void *ctx, uint64_t offset, uint64_t value)
{
    struct cut_words *words = ctx;

    if (!gt_cut_has_word(words->marker->cut, words->address + offset))
        note(words->marker, offset, value);
}

static bool is_known(const struct gt_marker *marker, const struct gt_region *region, uint32_t slot)
{
    const struct gt_heap_source *source = &marker->heap->source;

    return marker->learns || !source->knows || source->knows(source->ctx, region, slot);
}

static void scan_later(struct gt_marker *marker, uint32_t object)
{
    size_t word = object >> 6;

    gt_bit_set(&marker->later, object);
    if (word < marker->later_from) marker->later_from = word;
    if (word >= marker->later_to) marker->later_to = word + 1;
}

GT_INLINE void scan(struct gt_marker *marker, const struct gt_region *region, uint32_t slot,
                    const struct gt_cut *cut)
{
    if (region->scan == GT_SCAN_TILED && !is_known(marker, region, slot)) {
        scan_later(marker, region->first + slot);
    } else if (cut && gt_bit(&cut->has_words, region->first + slot)) {
        struct cut_words in = {marker, region->base + slot * region->slot_size};
        marker->met.bare |=
            !gt_walk_slot(marker->heap, region, slot, region->slot_size / 8, note_uncut, &in);
    } else {
        marker->met.bare |=
            !gt_walk_slot(marker->heap, region, slot, region->slot_size / 8, note, marker);
    }
}

GT_INLINE void scan_oldest(struct gt_marker *marker, const struct gt_cut *cut)
{
    struct gt_slot_ref oldest = gt_fetched_take(&marker->ready);
    scan(marker, oldest.region, oldest.slot, cut);
}

GT_INLINE void scan_ready(struct gt_marker *marker, const struct gt_cut *cut)
{
    while (!gt_fetched_is_empty(&marker->ready))
        scan_oldest(marker, cut);
}

/* Scans the objects of a word of a bitmap. Returns the region of the last. */
GT_INLINE const struct gt_region *scan_word(struct gt_marker *marker,
                                            const struct gt_region *region, size_t word,
                                            uint64_t grey, const struct gt_cut *cut)
{
    for (; grey; grey &= grey - 1) {
        uint32_t object = (uint32_t)word * 64 + (uint32_t)__builtin_ctzll(grey);
        if (object - region->first >= region->count)
            region = gt_heap_region_of(marker->heap, object);
        while (gt_fetched_is_full(&marker->ready))
            scan_oldest(marker, cut);
        gt_fetched_add(&marker->ready, (struct gt_slot_ref){region, object - region->first});
    }
    return region;
}

/* Scans the grey objects of a block. If objects of it turn grey meanwhile, it enters the queue
 * again. */
GT_INLINE void scan_block(struct gt_marker *marker, uint32_t block, const struct gt_cut *cut)
{
    uint32_t first = block << GT_BLOCK_OBJECTS_SHIFT;
    const struct gt_region *region = gt_heap_region_of(marker->heap, first);

    for (uint32_t word = first >> 6; word < (first >> 6) + GT_BLOCK_WORDS; word++)
        region = scan_word(marker, region, word, gt_take_word(&marker->blocks.grey, word), cut);
}

/* Handles what is delayed, until nothing is, or a block waits. */
GT_INLINE void catch_up(struct gt_marker *marker, const struct gt_cut *cut)
{
    while (!marker->blocks.len)
        if (!gt_fetched_is_empty(&marker->ready))
            scan_oldest(marker, cut);
        else if (marker->batch.count)
            settle_batch(marker);
        else
            return;
}

static void share(struct gt_marker *marker);

/* Handles all that is grey here. */
GT_INLINE void drain(struct gt_marker *marker, const struct gt_cut *cut)
{
    struct gt_blocks *blocks = &marker->blocks;

    for (catch_up(marker, cut); blocks->len; catch_up(marker, cut)) {
        scan_block(marker, gt_blocks_dequeue(blocks), cut);
        if (marker->crew ? gt_crew_waits(marker->crew) : blocks->len >= CROWD) share(marker);
    }
}

static void drain_own(void *member)
{
    struct gt_marker *marker = member;

    if (marker->cut)
        drain(marker, marker->cut);
    else
        drain(marker, NULL);
}

/* Scans what the source did not know, which it learns; false when there is nothing. */
GT_INLINE bool drain_later(struct gt_marker *marker, const struct gt_cut *cut)
{
    size_t from = marker->later_from, to = marker->later_to;

    if (from >= to) return false;
    const struct gt_region *region = marker->heap->regions;
    marker->learns = true;
    for (size_t word = from; word < to; word++)
        region = scan_word(marker, region, word, gt_take_word(&marker->later, word), cut);
    scan_ready(marker, cut);
    marker->learns = false;
    marker->later_from = SIZE_MAX;
    marker->later_to = 0;
    return true;
}

/* ---- threads ------------------------------------------------------------------------------- */

static void collect_later(struct gt_marker *marker, struct gt_marker *helper)
{
    for (size_t word = helper->later_from; word < helper->later_to; word++)
        marker->later.words[word] |= gt_take_word(&helper->later, word);
    if (helper->later_from < marker->later_from) marker->later_from = helper->later_from;
    if (helper->later_to > marker->later_to) marker->later_to = helper->later_to;
    helper->later_from = SIZE_MAX;
    helper->later_to = 0;
}

/* Nothing is left but objects for later. */
static bool rest(struct gt_marker *marker)
{
    if (!marker->crew) return false;
    if (gt_crew_rest(marker->crew, marker)) return true;
    for (size_t i = 0; i < marker->helper_count; i++)
        collect_later(marker, marker->helpers[i]);
    return false;
}

static void dismiss(struct gt_marker *marker)
{
    gt_crew_destroy(marker->crew);
    marker->crew = NULL;
    for (size_t i = 0; i < marker->helper_count; i++)
        gt_marker_destroy(marker->helpers[i]);
    marker->helper_count = 0;
}

static void accept_bundle(void *member, const void *bundle)
{
    struct gt_marker *marker = member;

    gt_blocks_accept(&marker->blocks, bundle);
}

static void start_crew(struct gt_marker *marker)
{
    static const struct gt_crew_job job = {sizeof(struct gt_bundle), accept_bundle, drain_own};
    unsigned helpers = marker->heap->threads - 1;
    void *members[MOST_HELPERS];

    for (unsigned i = 0; i < helpers && i < MOST_HELPERS; i++) {
        marker->helpers[i] = gt_marker_create(marker->heap, marker->cut, marker->marked);
        members[marker->helper_count++] = marker->helpers[i];
    }
    marker->crew = gt_crew_create(&job, members, marker->helper_count);
    for (size_t i = 0; i < marker->helper_count; i++)
        marker->helpers[i]->crew = marker->crew; /* before they get work */
}

static void share(struct gt_marker *marker)
{
    if (marker->crew)
        gt_blocks_give(&marker->blocks, marker->crew);
    else if (marker->heap->threads > 1 && !marker->watched)
        start_crew(marker);
}

void gt_mark_drain(struct gt_marker *marker)
{
    do {
        do {
            drain_own(marker);
        } while (rest(marker));
    } while (marker->cut ? drain_later(marker, marker->cut) : drain_later(marker, NULL));
    dismiss(marker);
}

void gt_mark_seed(struct gt_marker *marker, uint64_t value)
{
    bool dangles = marker->met.dangles;

    gt_mark_word(marker, value);
    marker->met.dangles = dangles;
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
    marker->met.bare |= !gt_heap_words(heap, object, seed_other, &of);
}
