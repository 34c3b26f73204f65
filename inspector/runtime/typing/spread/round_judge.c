/* Judges the facts about blocks of one share, in the order of chunks. What they need is fetched
 * while others are judged. */
#include "inspector/runtime/typing/spread/rounds_impl.h"

enum { AHEAD = 16 };

struct judge {
    struct gt_typing *typing;
    struct gt_share *share;
    uint32_t share_of_all, number;
};

static inline bool is_mine(const struct judge *judge, uint32_t object)
{
    return (object >> GT_SHARE_SHIFT & judge->share_of_all) == judge->number;
}

static inline void fetch(const struct judge *judge, const struct gt_fact *fact)
{
    const struct gt_typing *typing = judge->typing;

    if (!is_mine(judge, fact->object)) return;
    __builtin_prefetch(&typing->heap->graph.allocated.words[fact->object >> 6]);
    if (fact->what & GT_FACT_REACHES)
        __builtin_prefetch(&typing->reach->marked->words[fact->object >> 6], 1);
    if (fact->what & GT_OPAQUE_TYPE) gt_packed_fetch(&typing->type, fact->object);
}

static inline void turn_grey(struct gt_typing *typing, uint32_t object)
{
    uint8_t *queued = &typing->queued[object >> GT_BLOCK_SHIFT];

    gt_bit_set(&typing->grey, object);
    if (*queued == GT_NOT_QUEUED) *queued = GT_TO_BE_QUEUED;
}

/* True if that was all. Facts mostly repeat what is known, or are the first about their object. */
static inline bool judge_type(const struct judge *judge, uint32_t object, gt_type_id type)
{
    struct gt_typing *typing = judge->typing;
    uint32_t typed = gt_typed(type, (struct gt_extent){0, 1, true});
    uint32_t before = gt_packed_offer(&typing->type, &judge->share->free, object, typed);

    if (!before) turn_grey(typing, object);
    return !before || before == typed ||
           (gt_typed_id(before) == type && gt_typed_extent(before).all);
}

static inline void judge_fact(const struct judge *judge, struct gt_fact *fact, bool *left)
{
    struct gt_typing *typing = judge->typing;
    uint32_t object = fact->object, what = fact->what;

    if (!gt_bit(&typing->heap->graph.allocated, object)) {
        judge->share->dangles |= (what & GT_FACT_REACHES) != 0;
        return;
    }
    if (what & GT_FACT_REACHES) gt_bit_set(typing->reach->marked, object);
    if (what & GT_FACT_PLAIN) gt_bit_set(&typing->pointed, object);
    if (!(what & GT_OPAQUE_TYPE) || judge_type(judge, object, what & GT_OPAQUE_TYPE)) return;
    fact->what |= GT_FACT_LEFT;
    *left = true;
}

static inline void fetch_array(const struct judge *judge, const struct gt_array *array)
{
    const struct gt_typing *typing = judge->typing;
    const struct gt_region *region = &typing->heap->graph.regions[array->region - 1];

    if (!is_mine(judge, array->object)) return;
    __builtin_prefetch(&typing->heap->graph.allocated.words[array->object >> 6]);
    if (array->what & GT_FACT_REACHES)
        __builtin_prefetch(&typing->reach->marked->words[array->object >> 6], 1);
    gt_packed_fetch(&typing->type, array->object);
    uint64_t offset = (array->object - region->first) * region->slot_size;
    if (region->mask) __builtin_prefetch(region->mask + offset / 64);
}

/* Elements from the start of a small slot of which nothing is known. */
static bool judge_new(const struct judge *judge, const struct gt_array *array)
{
    struct gt_typing *typing = judge->typing;
    const struct gt_region *region = &typing->heap->graph.regions[array->region - 1];
    struct gt_slot_ref ref = {region, array->object - region->first};
    gt_type_id type = array->what & GT_OPAQUE_TYPE;

    if (!array->count || !region->small || typing->whole) return false;
    if (array->value - region->base != ref.slot * region->slot_size) return false;
    struct gt_extent fit = gt_tiles_that_fit(typing, &ref, type, 0, array->count);
    if (fit.to <= fit.from) return true;
    gt_packed_offer(&typing->type, &judge->share->free, array->object, gt_typed(type, fit));
    turn_grey(typing, array->object);
    return true;
}

/* A type that is known is mostly the same, of all. */
static void judge_array(const struct judge *judge, struct gt_array *array, bool *left)
{
    struct gt_typing *typing = judge->typing;
    gt_type_id type = array->what & GT_OPAQUE_TYPE;

    if (!gt_bit(&typing->heap->graph.allocated, array->object)) {
        judge->share->dangles |= (array->what & GT_FACT_REACHES) != 0;
        return;
    }
    if (array->what & GT_FACT_REACHES) gt_bit_set(typing->reach->marked, array->object);
    uint32_t before = gt_packed_at(&typing->type, array->object);
    if (before && gt_typed_id(before) == type && gt_typed_extent(before).all &&
        !gt_is_one_value(before))
        return;
    if (!before && judge_new(judge, array)) return;
    array->what |= GT_FACT_LEFT;
    *left = true;
}

/* ---- chunks -------------------------------------------------------------------------------- */

static void judge_arrays(const struct judge *judge, struct gt_chunk *chunk, bool *left)
{
    unsigned count = chunk->arrays;

    for (unsigned i = 0; i < AHEAD && i < count; i++)
        fetch_array(judge, &chunk->array[i]);
    for (unsigned i = 0; i < count; i++) {
        if (i + AHEAD < count) fetch_array(judge, &chunk->array[i + AHEAD]);
        if (is_mine(judge, chunk->array[i].object)) judge_array(judge, &chunk->array[i], left);
    }
}

static void judge_facts(const struct judge *judge, struct gt_chunk *chunk, bool *left)
{
    unsigned count = chunk->facts;

    for (unsigned i = 0; i < AHEAD && i < count; i++)
        fetch(judge, &chunk->fact[i]);
    for (unsigned i = 0; i < count; i++) {
        if (i + AHEAD < count) fetch(judge, &chunk->fact[i + AHEAD]);
        if (is_mine(judge, chunk->fact[i].object)) judge_fact(judge, &chunk->fact[i], left);
    }
}

void gt_round_judge(void *ctx, unsigned number)
{
    struct gt_rounds *rounds = ctx;
    struct judge judge = {rounds->typing, &rounds->shares[number], rounds->share_count - 1, number};

    for (unsigned i = 0; i < rounds->chunk_count; i++) {
        judge.share->left[i] = false;
        judge_facts(&judge, &rounds->chunks[i], &judge.share->left[i]);
        judge_arrays(&judge, &rounds->chunks[i], &judge.share->left[i]);
    }
}
