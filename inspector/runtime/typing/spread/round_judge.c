/* Judges the facts about objects of one share, in the order of chunks. What they read is small
 * (bits, and a byte or less for a type), and was mostly read for others a moment ago: to prefetch
 * it costs more than it saves. */
#include "inspector/runtime/typing/spread/rounds_impl.h"

struct fit { /* how many elements from the start of a slot are of a type */
    gt_type_id type;
    uint32_t count; /* that were claimed; 0: nothing is known yet */
    uint64_t mask;  /* of the slot. Of a larger one with the same mask, no more elements are */
    uint32_t typed; /* as in gt_typing.type; 0: none */
};

struct judge {
    struct gt_typing *typing;
    struct gt_share *share;
    struct fit last; /* of the last array */
};

static inline void turn_grey(const struct judge *judge, uint32_t object)
{
    uint32_t block = object >> GT_BLOCK_SHIFT;
    struct gt_share *share = judge->share;

    gt_bit_set(&judge->typing->grey, object);
    if (judge->typing->queued[block] != GT_NOT_QUEUED) return;
    judge->typing->queued[block] = GT_TO_BE_QUEUED;
    if (block < share->low) share->low = block;
    if (block >= share->high) share->high = block + 1;
}

/* True if that was all. Facts mostly repeat what is known, or are the first about their object. */
static inline bool judge_type(const struct judge *judge, uint32_t object, gt_type_id type)
{
    struct gt_typing *typing = judge->typing;
    uint32_t typed = gt_typed_as_one(type);
    uint32_t before = gt_packed_offer(&typing->type, &judge->share->free, object, typed);

    if (!before) turn_grey(judge, object);
    return !before || before == typed ||
           (gt_typed_id(before) == type && gt_typed_extent(before).all);
}

static inline void judge_covered(const struct judge *judge, uint32_t object, uint32_t what)
{
    struct gt_settled_words *settled = judge->typing->settled;

    if (what & GT_FACT_WHOLE) gt_bit_set(&settled->whole, object);
    if (!(what & GT_FACT_COVERED)) return;
    gt_bit_set(&settled->half, object);
    gt_bit_set(&settled->full, object);
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
    judge_covered(judge, object, what);
    if (!(what & GT_OPAQUE_TYPE) || judge_type(judge, object, what & GT_OPAQUE_TYPE)) return;
    fact->what |= GT_FACT_LEFT;
    *left = true;
}

/* Neighbours have mostly arrays of one type and length. */
static uint32_t fit_of(struct judge *judge, const struct gt_slot_ref *ref, gt_type_id type,
                       uint32_t count)
{
    struct fit *last = &judge->last;
    uint64_t mask = gt_slot_mask(ref);

    if (last->count == count && last->type == type && last->mask == mask) return last->typed;
    struct gt_extent fit = gt_tiles_that_fit(judge->typing, ref, type, 0, count);
    *last = (struct fit){type, count, mask, fit.to > fit.from ? gt_typed(type, fit) : 0};
    return last->typed;
}

/* Elements from the start of a small slot of which nothing is known. */
static bool judge_new(struct judge *judge, const struct gt_array *array)
{
    struct gt_typing *typing = judge->typing;
    const struct gt_region *region = &typing->heap->graph.regions[array->region - 1];
    struct gt_slot_ref ref = {region, array->object - region->first};

    if (!array->count || !region->small || typing->whole) return false;
    if (array->value - region->base != ref.slot * region->slot_size) return false;
    uint32_t typed = fit_of(judge, &ref, array->what & GT_OPAQUE_TYPE, array->count);
    if (!typed) return true;
    gt_packed_offer(&typing->type, &judge->share->free, array->object, typed);
    turn_grey(judge, array->object);
    return true;
}

/* Does the claim repeat what is known? A type that the allocator recorded is that of the whole
 * slot. */
static bool repeats(const struct judge *judge, const struct gt_array *array, uint32_t before)
{
    const struct gt_region *region = &judge->typing->heap->graph.regions[array->region - 1];

    if (!before || gt_typed_id(before) != (array->what & GT_OPAQUE_TYPE)) return false;
    return region->scan == GT_SCAN_TILED ||
           (gt_typed_extent(before).all && !gt_is_one_value(before));
}

static void judge_array(struct judge *judge, struct gt_array *array, bool *left)
{
    struct gt_typing *typing = judge->typing;

    if (!gt_bit(&typing->heap->graph.allocated, array->object)) {
        judge->share->dangles |= (array->what & GT_FACT_REACHES) != 0;
        return;
    }
    if (array->what & GT_FACT_REACHES) gt_bit_set(typing->reach->marked, array->object);
    if (array->what & GT_FACT_PLAIN) gt_bit_set(&typing->pointed, array->object);
    judge_covered(judge, array->object, array->what);
    uint32_t before = gt_packed_at(&typing->type, array->object);
    if (repeats(judge, array, before) || (!before && judge_new(judge, array))) return;
    array->what |= GT_FACT_LEFT;
    *left = true;
}

static void judge_said(struct judge *judge, struct gt_said *said, const struct gt_said_of *of,
                       bool *left)
{
    unsigned count;

    *left = false;
    for (unsigned at = 0; at < of->facts; at += count) {
        struct gt_fact *facts = gt_facts_from(said, of, at, &count);
        for (unsigned i = 0; i < count; i++)
            judge_fact(judge, &facts[i], left);
    }
    for (unsigned at = 0; at < of->arrays; at += count) {
        struct gt_array *arrays = gt_arrays_from(said, of, at, &count);
        for (unsigned i = 0; i < count; i++)
            judge_array(judge, &arrays[i], left);
    }
}

void gt_round_judge(void *ctx, unsigned number)
{
    struct gt_rounds *rounds = ctx;
    struct judge judge = {.typing = rounds->typing, .share = &rounds->shares[number]};

    judge.share->low = UINT32_MAX, judge.share->high = 0;
    for (unsigned i = 0; i < rounds->chunk_count; i++) {
        struct gt_said *said = rounds->chunks[i].said;
        judge_said(&judge, said, &said->of[number], &judge.share->left[i]);
    }
}
