/* What is read of a value's target is its region alone, which was fetched while the value waited.
 * The rest is left to the judges, which have the targets' types at hand. */
#include "inspector/runtime/typing/spread/followed.h"

enum { WORD = 8 };

/* ---- facts --------------------------------------------------------------------------------- */

static inline void add_fact(struct gt_chunk *chunk, uint32_t object, uint32_t what)
{
    chunk->facts++;
    gt_say_fact(chunk->said, gt_share_of(chunk, object), (struct gt_fact){object, what});
}

static inline void add_array(struct gt_chunk *chunk, const struct gt_followed *found,
                             uint32_t object, uint32_t more)
{
    struct gt_array array = {found->value, object, found->region, found->what | more, found->count};

    chunk->arrays++;
    gt_say_array(chunk->said, gt_share_of(chunk, object), array);
}

/* Threads may set it together. */
static void note_elsewhere(const struct gt_type_row *row)
{
    bool *elsewhere = (bool *)&row->elsewhere;

    if (!__atomic_load_n(elsewhere, __ATOMIC_RELAXED))
        __atomic_store_n(elsewhere, true, __ATOMIC_RELAXED);
}

/* ---- bits ---------------------------------------------------------------------------------- */

static void write_bits(const struct gt_following *values, struct gt_bitmap *set, size_t word,
                       uint64_t bits)
{
    if (values->alone)
        set->words[word] |= bits;
    else
        __atomic_fetch_or(&set->words[word], bits, __ATOMIC_RELAXED);
}

static void write_bit(const struct gt_following *values, struct gt_bitmap *set, uint32_t object)
{
    write_bits(values, set, object >> 6, (uint64_t)1 << (object & 63));
}

void gt_write_leaves(struct gt_following *values)
{
    const struct gt_typing *typing = values->typing;

    write_bits(values, typing->reach->marked, values->word, values->marks);
    if (values->half) write_bits(values, &typing->settled->half, values->word, values->half);
    if (values->whole) write_bits(values, &typing->settled->whole, values->word, values->whole);
    values->marks = values->half = values->whole = 0;
}

static void mark_leaves(struct gt_following *values)
{
    for (unsigned i = 0; i < values->leaf_count; i++)
        gt_mark_leaf(values, values->leaves[i].object, values->leaves[i].what);
    values->leaf_count = 0;
}

static inline void reach_leaf(struct gt_following *values, const struct gt_followed *found,
                              uint32_t object, uint32_t covers)
{
    if (!(found->what & GT_FACT_REACHES)) return;
    __builtin_prefetch(&values->typing->reach->marked->words[object >> 6], 1);
    __builtin_prefetch(&values->heap->allocated.words[object >> 6]);
    values->leaves[values->leaf_count++] = (struct gt_followed_leaf){object, covers};
}

/* ---- what words cover ------------------------------------------------------------------------ */

void gt_leave_open(const struct gt_following *values, uint32_t object)
{
    write_bit(values, &values->typing->settled->open, object);
}

/* The word needs a closer look. */
static uint32_t leave_open(const struct gt_following *values, const struct gt_followed *found)
{
    gt_leave_open(values, found->from);
    return 0;
}

/* A pointer into an array whose type the allocator recorded: there may be elements that nothing
 * points to. */
static uint32_t lean(const struct gt_following *values, const struct gt_followed *found,
                     uint32_t array)
{
    write_bit(values, &values->typing->settled->leaning, found->from);
    write_bit(values, &values->typing->settled->arrays, array);
    return 0;
}

/* As in detect/windows/covering_words.c: half of a block without pointers, or all words of one with
 * pointers, which no string covers. */
static inline uint32_t window_covers(const struct gt_following *values,
                                     const struct gt_followed *found,
                                     const struct gt_region *region, uint32_t slot)
{
    uint64_t size, offset = found->value - gt_goheap_user_in(region, slot, &size);
    bool enough =
        region->scan == GT_SCAN_NONE || (!(found->what & GT_FOLLOWED_STRING) &&
                                         gt_covers_all_words(offset, found->covers.used, size));

    if (!enough || !gt_covers_half(offset, found->covers, size)) return leave_open(values, found);
    return GT_FACT_COVERED;
}

/* The same: all of the target, unless that is an array, or a pointer leads past what its type is as
 * long as. */
static uint32_t leaf_pointer_covers(const struct gt_following *values,
                                    const struct gt_followed *found, const struct gt_region *region,
                                    uint32_t slot)
{
    uint64_t size, offset = found->value - gt_goheap_user_in(region, slot, &size);

    if (!found->covers.used) return leave_open(values, found);
    if (region->scan == GT_SCAN_BITMAP) return GT_FACT_WHOLE;
    if (region->scan != GT_SCAN_NONE) return lean(values, found, region->first + slot);
    return offset < found->covers.used ? GT_FACT_WHOLE : leave_open(values, found);
}

/* A plain pointer that leads to no slot with a heap bitmap. */
static void settle_elsewhere(const struct gt_following *values, const struct gt_followed *found,
                             const struct gt_region *region, uint32_t slot)
{
    if (!(found->what & GT_FOLLOWED_PLAIN)) return;
    if (region->scan == GT_SCAN_NONE)
        leave_open(values, found);
    else
        lean(values, found, region->first + slot);
}

static inline uint32_t covers(const struct gt_following *values, const struct gt_followed *found,
                              const struct gt_region *region, uint32_t slot)
{
    if (found->what & GT_FOLLOWED_WINDOW) return window_covers(values, found, region, slot);
    if (found->what & GT_FOLLOWED_LEAF) return leaf_pointer_covers(values, found, region, slot);
    return 0;
}

/* ---- values -------------------------------------------------------------------------------- */

/* The type of a plain pointer is known of the object if that can be one value of it. */
static inline void settle_typed(struct gt_following *values, const struct gt_followed *found,
                                const struct gt_region *region, uint32_t slot)
{
    const struct gt_type_row *row = gt_row_at(values->typing, found->what & GT_OPAQUE_TYPE);
    bool bitmap = region->scan == GT_SCAN_BITMAP;

    if (!bitmap) {
        note_elsewhere(row);
        settle_elsewhere(values, found, region, slot);
    }
    if (region->scan == GT_SCAN_NONE) {
        reach_leaf(values, found, region->first + slot, 0);
    } else if (!bitmap || gt_slot_is_wide(region) ||
               found->value - region->base != slot * region->slot_size) {
        add_array(values->chunk, found, region->first + slot, bitmap ? GT_FACT_PLAIN : 0);
    } else if (row->words && row->words * (uint64_t)WORD <= region->slot_size) {
        add_fact(values->chunk, region->first + slot, found->what | GT_FACT_PLAIN);
    } else {
        add_fact(values->chunk, region->first + slot,
                 (found->what & ~GT_OPAQUE_TYPE) | GT_FACT_PLAIN);
    }
}

static inline void settle(struct gt_following *values, const struct gt_followed *found)
{
    const struct gt_region *region = &values->heap->regions[found->region - 1];
    uint32_t slot = gt_region_slot(region, found->value);

    if (slot >= region->count) return;
    if (found->what & GT_OPAQUE_TYPE && !found->count) {
        settle_typed(values, found, region, slot);
        return;
    }
    uint32_t more = covers(values, found, region, slot);
    if (region->scan == GT_SCAN_NONE)
        reach_leaf(values, found, region->first + slot, more);
    else if (found->count)
        add_array(values->chunk, found, region->first + slot, more);
    else
        add_fact(values->chunk, region->first + slot, found->what | more);
}

void gt_following_begin(struct gt_following *values)
{
    for (size_t i = 0; i < GT_FOLLOWED_NEAR; i++)
        values->near[i] = values->heap->regions;
}

void gt_following_settle(struct gt_following *values)
{
    for (unsigned i = 0; i < values->count; i++)
        settle(values, &values->found[i]);
    values->count = 0;
    mark_leaves(values);
}

void gt_following_end(struct gt_following *values)
{
    gt_following_settle(values);
    if (values->marks) gt_write_leaves(values);
}
