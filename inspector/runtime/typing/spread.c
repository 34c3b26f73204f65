/* Objects whose words are to be claimed are grey. Blocks of neighbours with grey objects wait in a
 * ring, so memory is read mostly in order. While no block waits, objects go straight to where they
 * are read next. What is called for each pointer is inline. */
#include "inspector/base/alloc.h"
#include "inspector/runtime/typing/static_areas.h"
#include "inspector/runtime/typing/typing_impl.h"

enum { WORD = 8 };

static uint32_t block_count(const struct gt_typing *typing)
{
    return (typing->heap->graph.scan_objects >> GT_BLOCK_SHIFT) + 1;
}

void gt_spread_open(struct gt_typing *typing)
{
    typing->ready = gt_calloc(1, sizeof *typing->ready);
    gt_bitmap_init(&typing->grey, typing->heap->graph.scan_objects);
    gt_bitmap_init(&typing->queued, block_count(typing));
    typing->queue = gt_calloc((size_t)block_count(typing) + 1, sizeof *typing->queue);
    typing->head = typing->tail = 0;
}

void gt_spread_close(struct gt_typing *typing)
{
    gt_bitmap_deinit(&typing->grey);
    gt_bitmap_deinit(&typing->queued);
    gt_free(typing->queue);
    gt_free(typing->ready);
    typing->queue = NULL;
    typing->ready = NULL;
    typing->within = NULL;
}

/* ---- claims -------------------------------------------------------------------------------- */

/* The object's words will be claimed. While no block waits, it goes where it is read next. That
 * spares a list, which has one grey object at a time, the search of a block for each. The map of
 * grey objects is written without a look at it, as in graph/crew/blocks.h. */
static inline void turn_grey(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    uint32_t object = gt_slot_object(ref), block = object >> GT_BLOCK_SHIFT;

    if (typing->within && !gt_bit(typing->within, object)) return;
    if (typing->head == typing->tail && !gt_fetched_is_full(typing->ready)) {
        gt_fetched_add(typing->ready, *ref);
        return;
    }
    gt_bit_set(&typing->grey, object);
    if (gt_bit_test_set(&typing->queued, block)) return;
    typing->queue[typing->tail] = block;
    typing->tail = typing->tail == block_count(typing) ? 0 : typing->tail + 1;
}

void gt_settle(struct gt_typing *typing, const struct gt_slot_ref *ref, gt_type_id id,
               struct gt_extent extent)
{
    gt_packed_set(&typing->type, gt_slot_object(ref), gt_typed(id, extent));
    turn_grey(typing, ref);
}

/* Finds the claim's object, whose region has been prefetched, and prefetches what judging reads. */
static inline void aim(struct gt_typing *typing, struct gt_claim *claim)
{
    const struct gt_region *region = claim->region;
    uint32_t slot = gt_region_slot(region, claim->value), object = region->first + slot;

    if (region->scan == GT_SCAN_NONE || slot >= region->count) {
        claim->region = NULL;
        return;
    }
    claim->slot = slot;
    claim->offset = claim->value - region->base - slot * region->slot_size;
    claim->first = claim->offset == 0 && claim->count == 1 &&
                   (region->small || (region->scan == GT_SCAN_BITMAP && !gt_slot_is_wide(region)));
    gt_packed_fetch(&typing->type, object);
    __builtin_prefetch(&typing->heap->graph.allocated.words[object >> 6]);
    if (region->mask && !claim->first)
        __builtin_prefetch(region->mask + slot * region->slot_size / 64);
}

/* Does the claim repeat what is known of its object? */
static inline bool is_known(const struct gt_claim *claim, uint32_t typed)
{
    return gt_typed_id(typed) == claim->type && gt_typed_extent(typed).all &&
           (claim->first || !gt_is_one_value(typed));
}

/* Is it about the one value at the start of a slot that can hold one? */
static inline bool is_about_first(const struct gt_typing *typing, const struct gt_claim *claim)
{
    if (!claim->first) return false;
    const struct gt_type_row *row = gt_type_row(typing, claim->type);
    return row->words && row->words * (uint64_t)WORD <= claim->region->slot_size;
}

/* Most claims are about the first value. If the object has no type yet, it gets this one before its
 * bitmap is read: bitmaps are far apart, and read when the object is. If not all objects are read,
 * nothing may be left to that. */
static inline void judge_first(struct gt_typing *typing, const struct gt_claim *claim,
                               const struct gt_slot_ref *ref)
{
    uint32_t typed = gt_typed(claim->type, (struct gt_extent){0, 1, true});
    uint32_t before = gt_packed_offer(&typing->type, gt_slot_object(ref), typed);

    if (before == typed) return;
    if (before) {
        if (!is_known(claim, before)) gt_judge(typing, claim);
        return;
    }
    turn_grey(typing, ref);
    if (typing->within || typing->eager) gt_verified(typing, ref);
}

static inline void judge(struct gt_typing *typing, const struct gt_claim *claim)
{
    struct gt_slot_ref ref = {claim->region, claim->slot};

    if (!claim->region || !gt_bit(&typing->heap->graph.allocated, gt_slot_object(&ref))) return;
    if (claim->plain) gt_bit_set(&typing->pointed, gt_slot_object(&ref));
    if (is_about_first(typing, claim))
        judge_first(typing, claim, &ref);
    else if (!claim->first && !is_known(claim, gt_packed_at(&typing->type, gt_slot_object(&ref))))
        gt_judge(typing, claim);
}

static __attribute__((noinline)) void judge_all(struct gt_typing *typing)
{
    size_t count = typing->waiting_count;

    for (size_t i = 0; i < count; i++)
        aim(typing, &typing->waiting[i]);
    for (size_t i = 0; i < count; i++)
        judge(typing, &typing->waiting[i]);
    typing->waiting_count = 0;
}

static inline void add_claim(struct gt_typing *typing, const struct gt_region *region,
                             uint64_t value, gt_type_id id, uint64_t count, bool plain)
{
    struct gt_claim *claim = &typing->waiting[typing->waiting_count++];

    __builtin_prefetch(region);
    claim->region = region;
    claim->value = value;
    claim->type = id;
    claim->count = count;
    claim->plain = plain;
    if (typing->waiting_count == GT_CLAIMS_WAITING) judge_all(typing);
}

void gt_claim_value(struct gt_typing *typing, uint64_t value, gt_type_id id, uint64_t count)
{
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);

    if (region && id < GT_OPAQUE_TYPE) add_claim(typing, region, value, id, count, false);
}

/* Later, nobody needs to read the pointer again: what it leads to is noted. */
static inline void claim_plain(struct gt_typing *typing, const struct gt_region *region,
                               uint64_t value, gt_type_id id)
{
    bool plain = region->scan == GT_SCAN_BITMAP;

    if (!plain) ((struct gt_type_row *)gt_vec_at(typing->rows, id))->elsewhere = true;
    add_claim(typing, region, value, id, 1, plain);
}

/* ---- objects ------------------------------------------------------------------------------- */

/* Static data is no heap, so it is looked for only outside the heap. */
static inline void claim_plain_word(struct gt_typing *typing, uint64_t value, gt_type_id type,
                                    uint64_t addr)
{
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);

    if (region) {
        claim_plain(typing, region, value, type);
    } else if (gt_static_is_near(typing->statics, value)) {
        struct gt_word word = {.addr = addr, .value = value, .type = type, .kind = GT_P_POINTER};
        gt_claim_static(typing, &word);
    }
}

void gt_claim_plain(struct gt_typing *typing, uint64_t value, gt_type_id type, uint64_t addr)
{
    claim_plain_word(typing, value, type, addr);
}

/* A slice says that its whole capacity is of one type. */
static inline void claim_slice(struct gt_typing *typing, const struct gt_plain_slice *slice,
                               const unsigned char *bytes, uint64_t addr)
{
    uint64_t value = gt_load64(bytes), count = gt_load64(bytes + 2 * WORD);
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);

    if (region) {
        if (slice->memory && count) add_claim(typing, region, value, slice->memory, count, false);
    } else if (gt_static_is_near(typing->statics, value)) {
        struct gt_word word = {
            .addr = addr, .value = value, .cap = count, .type = slice->elem, .kind = GT_P_SLICE};
        gt_claim_static(typing, &word);
    }
}

/* Of the element at `offset` in the slot. */
static inline void claim_plain_words(struct gt_typing *typing, const struct gt_slot_ref *ref,
                                     const struct gt_word_plan *plan, uint64_t offset)
{
    uint64_t element = ref->slot * ref->region->slot_size + offset;
    const unsigned char *bytes = ref->region->bytes + element;
    uint64_t addr = ref->region->base + element;

    for (size_t i = 0; i < plan->plain_count; i++) {
        uint64_t at = plan->plain[i].offset, value = gt_load64(bytes + at);
        if (value) claim_plain_word(typing, value, plan->plain[i].type, addr + at);
    }
    for (size_t i = 0; i < plan->slice_count; i++)
        claim_slice(typing, &plan->slices[i], bytes + plan->slices[i].offset,
                    addr + plan->slices[i].offset);
}

/* May one value at the start of a slot have other words that make claims? Most of them are nil. */
static bool has_more(const struct gt_slot_ref *ref, const struct gt_word_plan *plan)
{
    const unsigned char *bytes = ref->region->bytes + ref->slot * ref->region->slot_size;

    for (size_t i = 0; i < plan->claiming_count; i++)
        if (gt_load64(bytes + plan->claiming[i])) return true;
    return !plan->all->complete;
}

/* Those that the loops above leave out, if plain words are skipped; else all. */
static void claim_words(struct gt_typing *typing, const struct gt_slot_ref *ref,
                        enum gt_plain_words plain)
{
    const struct gt_word_reader reader = {.word = gt_claim_word,
                                          .pointer = gt_claim_typed_pointer,
                                          .ignores = GT_CLAIMLESS_KINDS |
                                                     (plain == GT_PLAIN_SKIPPED) << GT_P_SLICE,
                                          .plain = plain,
                                          .ctx = typing};

    gt_typing_words_of_slot(typing, ref, &reader);
}

/* Claims the words of an object of any type. */
static void claim_object(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    uint32_t typed = gt_verified(typing, ref);
    const struct gt_type_row *row = gt_planned_row(typing, gt_typed_id(typed));

    if (!typed) return;
    if (!row || !ref->region->bytes || ref->region->sparse) {
        claim_words(typing, ref, GT_PLAIN_READ);
        return;
    }
    typing->last = (struct gt_last_type){gt_is_one_value(typed) ? typed : 0, row->mask, row->plan};
    uint64_t size = row->size;
    struct gt_extent extent = gt_extent_of_slot(typing, ref, typed, size);
    for (uint64_t i = extent.from; i < extent.to; i++)
        claim_plain_words(typing, ref, typing->last.plan, gt_slot_skip(ref) + i * size);
    if (typing->last.plan->claims_more || !extent.all) claim_words(typing, ref, GT_PLAIN_SKIPPED);
}

/* Is it one value, of the type of the object before, with a heap bitmap? Then nothing needs to be
 * looked up: neighbours are mostly alike. */
static inline bool is_like_last(const struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    if (!ref->region->small || !typing->last.typed) return false;
    return gt_packed_at(&typing->type, gt_slot_object(ref)) == typing->last.typed &&
           gt_slot_mask(ref) == typing->last.mask;
}

static inline void claim_from(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    if (!is_like_last(typing, ref)) {
        claim_object(typing, ref);
        return;
    }
    claim_plain_words(typing, ref, typing->last.plan, 0);
    if (typing->last.plan->claims_more && has_more(ref, typing->last.plan))
        claim_words(typing, ref, GT_PLAIN_SKIPPED);
}

/* Claims the words of the oldest object that waits in the queue; there must be one. */
static void claim_oldest(struct gt_typing *typing)
{
    struct gt_slot_ref oldest = gt_fetched_take(typing->ready);

    claim_from(typing, &oldest);
}

/* Claims the words of an object, after those that wait before it. */
static inline void claim_soon(struct gt_typing *typing, struct gt_slot_ref next)
{
    if (!gt_fetched_is_full(typing->ready)) {
        gt_fetched_add(typing->ready, next);
        return;
    }
    struct gt_slot_ref oldest = gt_fetched_exchange(typing->ready, next);
    claim_from(typing, &oldest);
}

/* Claims from the words of a block's grey objects, in the order of their addresses. Objects that
 * turn grey meanwhile are handled too, or queue the block again. */
static void claim_block(struct gt_typing *typing, uint32_t block)
{
    size_t first = (size_t)block << GT_BLOCK_SHIFT >> 6, end = first + (1 << GT_BLOCK_SHIFT >> 6);
    size_t words = (typing->grey.bits + 63) / 64;
    struct gt_slot_ref ref = {0};

    for (size_t word = first; word < end && word < words; word++)
        for (uint64_t grey; (grey = typing->grey.words[word]);) {
            typing->grey.words[word] = grey & (grey - 1);
            uint32_t object = (uint32_t)word * 64 + (uint32_t)__builtin_ctzll(grey);
            ref = gt_slot_ref_near(typing, object, &ref);
            claim_soon(typing, ref);
        }
}

/* The next block of grey objects. While there is none, claims the words of the objects that wait,
 * and judges the claims that wait; false when nothing is left. */
static bool next_block(struct gt_typing *typing, uint32_t *block)
{
    while (typing->head == typing->tail)
        if (!gt_fetched_is_empty(typing->ready))
            claim_oldest(typing);
        else if (typing->waiting_count)
            judge_all(typing);
        else
            return false;
    *block = typing->queue[typing->head];
    typing->head = typing->head == block_count(typing) ? 0 : typing->head + 1;
    gt_bit_clear(&typing->queued, *block);
    return true;
}

void gt_drain(struct gt_typing *typing)
{
    uint32_t block;

    do {
        while (next_block(typing, &block)) {
            claim_block(typing, block);
            if (gt_static_many_claims(typing->statics)) gt_spread_statics(typing);
        }
    } while (gt_spread_statics(typing));
}
