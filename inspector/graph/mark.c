/*
 * The mark. Its cost is waiting for memory, which three things reduce:
 *
 * The work list is a queue of blocks of objects (crew/blocks.h). Its length is bounded, whatever
 * the target's pointers are.
 *
 * Memory is fetched before it is used: objects while a few others are scanned (`ready`), and the
 * targets of pointers by follow.h.
 *
 * Threads share the work by blocks, each with its grey objects, and by parts of large objects
 * (mark_impl.h). Each has a marker of its own; only `marked` is shared, and only while there is a
 * crew. What is marked does not depend on who marks it. The masks of slots that the heap's source
 * does not know are read by the leader alone, in the order of objects, once nothing else is left.
 * So the source learns the same in the same order, with any number of threads.
 *
 * Every inner function takes the cut as an argument. It is constant in each of the two loops made
 * of them, so a mark without a cut never tests for one.
 */
#include "inspector/graph/mark.h"

#include "inspector/base/alloc.h"
#include "inspector/graph/mark_impl.h"

enum {
    CROWD = 64,       /* blocks in the queue from which on helpers pay */
    LARGE = 1 << 20,  /* bytes of an object that is scanned in parts */
    PART = 128 << 10, /* bytes of a part, after which it is looked whether others wait */
};

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

/* While no block waits, the object is scanned next. That spares a list, which has one grey object
 * at a time, the search of a block for each. */
GT_INLINE void turn_grey(struct gt_marker *marker, const struct gt_region *region, uint32_t object)
{
    if (marker->blocks.len || marker->learns || gt_fetched_is_full(&marker->ready))
        gt_blocks_add(&marker->blocks, object);
    else
        gt_fetched_add(&marker->ready, (struct gt_slot_ref){region, object - region->first});
}

/* Marks an object, if there is one and the cut does not exclude it. It turns grey if it is new and
 * has pointers. Most pointers lead to an object that is marked already, so that is tested first. */
GT_INLINE void settle(struct gt_marker *marker, const struct gt_region *region, uint32_t object,
                      const struct gt_cut *cut)
{
    if (gt_marker_has_marked(marker, object)) return;
    if (!gt_bit(&marker->heap->allocated, object)) {
        marker->met.dangles = true;
        return;
    }
    if (cut && gt_bit(&cut->blocked, object)) return;
    if (!gt_marker_take(marker, object)) return;
    if (cut && marker->watched && gt_bit(marker->watched, object))
        gt_u32s_add(marker->reached, object);
    if (object >= marker->heap->scan_objects) return;
    if (cut && gt_bit(&cut->no_out_edges, object)) return;
    turn_grey(marker, region, object);
}

GT_INLINE void settle_aimed(struct gt_marker *marker, struct gt_aimed aimed,
                            const struct gt_cut *cut)
{
    settle(marker, &marker->heap->regions[aimed.region - 1], aimed.object, cut);
}

GT_INLINE void settle_plain(void *ctx, struct gt_aimed aimed)
{
    settle_aimed(ctx, aimed, NULL);
}

GT_INLINE void settle_cut(void *ctx, struct gt_aimed aimed)
{
    settle_aimed(ctx, aimed, ((const struct gt_marker *)ctx)->cut);
}

static __attribute__((noinline)) void settle_batch(struct gt_marker *marker)
{
    if (marker->cut)
        gt_batch_settle(&marker->batch, marker->heap, fetch_bits, settle_cut, marker);
    else
        gt_batch_settle(&marker->batch, marker->heap, fetch_bits, settle_plain, marker);
    if (marker->crew) gt_marker_write_marks(marker);
}

GT_INLINE void note(void *ctx, uint64_t offset, uint64_t value)
{
    struct gt_marker *marker = ctx;

    (void)offset;
    if (gt_batch_add(&marker->batch, marker->heap, value)) settle_batch(marker);
}

struct link {
    struct gt_marker *marker;
    const struct gt_region *region;
    const struct gt_cut *cut;
};

/* The next link of a list is mostly in the same region: then nothing needs to be fetched. */
GT_INLINE void note_link(void *ctx, uint64_t offset, uint64_t value)
{
    const struct link *link = ctx;

    if (gt_is_in_slots(link->region, value))
        settle(link->marker, link->region,
               link->region->first + gt_region_slot(link->region, value), link->cut);
    else
        note(link->marker, offset, value);
}

struct cut_words {
    struct gt_marker *marker;
    uint64_t address; /* of the slot */
};

static void note_uncut(void *ctx, uint64_t offset, uint64_t value)
{
    struct cut_words *words = ctx;
    const struct gt_cut *cut = words->marker->cut;

    if (!gt_cut_has_offset(cut, offset) || !gt_cut_has_word(cut, words->address + offset))
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

static bool walk_part(struct gt_marker *marker, const struct gt_region *region, uint32_t slot,
                      struct gt_filled bytes)
{
    struct cut_words in = {marker, region->base + slot * region->slot_size};

    if (marker->cut && gt_bit(&marker->cut->has_words, region->first + slot))
        return gt_walk_part(marker->heap, region, slot, bytes, note_uncut, &in);
    return gt_walk_part(marker->heap, region, slot, bytes, note, marker);
}

/* A part may lose its end to another thread each time that some of it is scanned. */
static void scan_part(struct gt_marker *marker, struct gt_part part)
{
    const struct gt_region *region = gt_heap_region_of(marker->heap, part.object);
    uint32_t slot = part.object - region->first;
    struct gt_filled filled = {0};

    for (;;) {
        if (part.from >= filled.end) {
            filled = gt_heap_filled(marker->heap, region, slot, part.from, part.to);
            part.from = filled.start;
        }
        if (part.from >= part.to) return;
        uint64_t next = (part.from / PART + 1) * PART;
        uint64_t end = gt_walk_min(gt_walk_min(filled.end, part.to), next);
        bool any = walk_part(marker, region, slot, (struct gt_filled){part.from, end});
        marker->met.bare |= !any && !region->sparse;
        part.from = end;
        gt_marker_share_part(marker, &part);
    }
}

/* Asks the source for a mask; false if it does not know it then. */
static bool learn(const struct gt_marker *marker, const struct gt_region *region, uint32_t slot)
{
    const struct gt_heap_source *source = &marker->heap->source;

    source->tile(source->ctx, region, slot);
    return source->knows(source->ctx, region, slot);
}

/* Helpers have no work while masks are learnt, so a large object is scanned after that. */
static void scan_large(struct gt_marker *marker, const struct gt_region *region, uint32_t slot)
{
    uint32_t object = region->first + slot;

    if (marker->learns && learn(marker, region, slot))
        gt_blocks_add(&marker->blocks, object);
    else
        scan_part(marker, (struct gt_part){object, 0, region->slot_size});
}

/* Scans a large object, or leaves one for later; false when the object is neither. */
static bool scan_apart(struct gt_marker *marker, const struct gt_region *region, uint32_t slot)
{
    bool tiled = region->scan == GT_SCAN_TILED;

    if (tiled && !is_known(marker, region, slot))
        scan_later(marker, region->first + slot);
    else if (region->slot_size >= LARGE && region->bytes)
        scan_large(marker, region, slot);
    else
        return false;
    return true;
}

GT_INLINE void scan(struct gt_marker *marker, const struct gt_region *region, uint32_t slot,
                    const struct gt_cut *cut)
{
    if (!region->small && scan_apart(marker, region, slot)) return;
    if (cut && gt_bit(&cut->has_words, region->first + slot)) {
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
    struct link link = {marker, oldest.region, cut};

    if (!oldest.region->small ||
        (cut && gt_bit(&cut->has_words, oldest.region->first + oldest.slot)))
        scan(marker, oldest.region, oldest.slot, cut);
    else
        marker->met.bare |= !gt_walk_small(oldest.region, oldest.slot, note_link, &link);
}

/* Scans an object, after those that wait before it. */
GT_INLINE void scan_soon(struct gt_marker *marker, struct gt_slot_ref ref, const struct gt_cut *cut)
{
    gt_fetch_middle(ref.region, ref.slot);
    if (gt_fetched_is_full(&marker->ready)) {
        struct gt_slot_ref oldest = gt_fetched_exchange(&marker->ready, ref);
        scan(marker, oldest.region, oldest.slot, cut);
    } else {
        gt_fetched_add(&marker->ready, ref);
    }
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
        scan_soon(marker, (struct gt_slot_ref){region, object - region->first}, cut);
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

static bool scan_next_part(struct gt_marker *marker)
{
    if (!marker->part_count) return false;
    scan_part(marker, marker->parts[--marker->part_count]);
    return true;
}

/* Handles all that is grey here. */
GT_INLINE void drain(struct gt_marker *marker, const struct gt_cut *cut)
{
    struct gt_blocks *blocks = &marker->blocks;

    do {
        for (catch_up(marker, cut); blocks->len; catch_up(marker, cut)) {
            scan_block(marker, gt_blocks_dequeue(blocks), cut);
            if (marker->crew ? gt_crew_waits(marker->crew) : blocks->len >= CROWD)
                gt_marker_share(marker);
        }
    } while (scan_next_part(marker));
}

void gt_marker_drain(void *member)
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

void gt_mark_drain(struct gt_marker *marker)
{
    do {
        do {
            gt_marker_drain(marker);
        } while (gt_marker_rest(marker));
    } while (marker->cut ? drain_later(marker, marker->cut) : drain_later(marker, NULL));
    gt_marker_dismiss(marker);
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
    if (aimed.region) settle_aimed(marker, aimed, marker->cut);
}

void gt_mark_watch(struct gt_marker *marker, const struct gt_bitmap *watched,
                   struct gt_u32s *reached)
{
    marker->watched = watched;
    marker->reached = reached;
}

/* The grey ones of the 64 objects of a word. */
static uint64_t grey_of(const struct gt_marker *marker, const struct gt_bitmap *scanned,
                        size_t word)
{
    uint64_t grey = marker->marked->words[word] & ~scanned->words[word];
    uint64_t scan = gt_low_bits(marker->heap->scan_objects - word * 64);

    return grey & scan & (marker->cut ? ~marker->cut->no_out_edges.words[word] : UINT64_MAX);
}

void gt_mark_resume(struct gt_marker *marker, const struct gt_bitmap *scanned, bool dangles)
{
    size_t words = ((size_t)marker->heap->scan_objects + 63) / 64;

    marker->met.dangles |= dangles;
    marker->ready = (struct gt_fetched){0};
    for (size_t word = 0; word < words; word++) {
        marker->blocks.grey.words[word] = grey_of(marker, scanned, word);
        if (marker->blocks.grey.words[word])
            gt_blocks_enqueue(&marker->blocks, (uint32_t)(word / GT_BLOCK_WORDS));
    }
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
