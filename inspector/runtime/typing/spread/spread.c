/* Objects whose words are to be claimed are grey. Blocks of neighbours with grey objects wait in a
 * ring, so memory is read mostly in order. While no block waits, objects go straight to where they
 * are read next. What is called for each pointer is inline. */
#include "inspector/base/alloc.h"
#include "inspector/runtime/typing/spread/claims.h"
#include "inspector/runtime/typing/static_areas.h"

enum { WORD = 8 };

void gt_spread_open(struct gt_typing *typing)
{
    typing->ready = gt_calloc(1, sizeof *typing->ready);
    gt_bitmap_init(&typing->grey, typing->heap->graph.scan_objects);
    gt_bitmap_init(&typing->queued, gt_block_count(typing));
    typing->queue = gt_calloc((size_t)gt_block_count(typing) + 1, sizeof *typing->queue);
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

/* Later, nobody needs to read the pointer again: what it leads to is noted. */
GT_INLINE void claim_plain(struct gt_typing *typing, const struct gt_region *region, uint64_t value,
                           gt_type_id id, bool reaches)
{
    bool plain = region->scan == GT_SCAN_BITMAP;

    if (!plain) ((struct gt_type_row *)gt_vec_at(typing->rows, id))->elsewhere = true;
    gt_add_claim(typing, region, value, id, 1, plain, reaches);
}

/* ---- objects ------------------------------------------------------------------------------- */

/* Static data is no heap, so it is looked for only outside the heap. */
GT_INLINE void claim_plain_word(struct gt_typing *typing, uint64_t value, gt_type_id type,
                                uint64_t addr, bool reaches)
{
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);

    if (region) {
        claim_plain(typing, region, value, type, reaches);
    } else if (gt_static_is_near(typing->statics, value)) {
        struct gt_word word = {.addr = addr, .value = value, .type = type, .kind = GT_P_POINTER};
        gt_claim_static(typing, &word);
    }
}

void gt_claim_plain(struct gt_typing *typing, uint64_t value, gt_type_id type, uint64_t addr)
{
    claim_plain_word(typing, value, type, addr, false);
}

/* A slice says that its whole capacity is of one type. */
GT_INLINE void claim_slice(struct gt_typing *typing, const struct gt_plain_slice *slice,
                           const unsigned char *bytes, uint64_t addr, bool reaches)
{
    uint64_t value = gt_load64(bytes), count = gt_load64(bytes + 2 * WORD);
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);

    if (region) {
        if (slice->memory && count)
            gt_add_claim(typing, region, value, slice->memory, count, false, reaches);
        else if (reaches)
            gt_add_mark(typing, value);
    } else if (gt_static_is_near(typing->statics, value)) {
        struct gt_word word = {
            .addr = addr, .value = value, .cap = count, .type = slice->elem, .kind = GT_P_SLICE};
        gt_claim_static(typing, &word);
    }
}

/* Marks what the words lead to that make no claims here. */
GT_INLINE void reach_unclaimed(struct gt_typing *typing, const struct gt_word_plan *plan,
                               const unsigned char *bytes)
{
    for (size_t i = 0; i < plan->unclaimed_count; i++)
        gt_add_mark(typing, gt_load64(bytes + plan->unclaimed[i]));
}

/* Of the element at `offset` in the slot. */
GT_INLINE void claim_plain_words(struct gt_typing *typing, const struct gt_slot_ref *ref,
                                 const struct gt_word_plan *plan, uint64_t offset, bool reaches)
{
    uint64_t element = ref->slot * ref->region->slot_size + offset;
    const unsigned char *bytes = ref->region->bytes + element;
    uint64_t addr = ref->region->base + element;

    for (size_t i = 0; i < plan->plain_count; i++) {
        uint64_t at = plan->plain[i].offset, value = gt_load64(bytes + at);
        if (value) claim_plain_word(typing, value, plan->plain[i].type, addr + at, reaches);
    }
    for (size_t i = 0; i < plan->slice_count; i++)
        claim_slice(typing, &plan->slices[i], bytes + plan->slices[i].offset,
                    addr + plan->slices[i].offset, reaches);
    if (reaches) reach_unclaimed(typing, plan, bytes);
}

/* Are the object's words followed for the mark, too? All its pointers are in words of its type. */
static inline bool begins_to_reach(struct gt_typed_mark *reach, uint32_t object)
{
    if (!reach || !gt_bit(reach->marked, object)) return false;
    if (reach->away && gt_bit(reach->away, object)) return false;
    gt_bit_set(&reach->scanned, object);
    return true;
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

/* Does the collector see the same pointers in the slot as the type says? Elements are `all` where
 * none is outside of them. */
static bool has_mask_of_type(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                             const struct gt_type_row *row, struct gt_extent extent)
{
    if (!row->words || !extent.all) return false;
    if (ref->region->scan == GT_SCAN_BITMAP) return ref->region->small;
    gt_type_id id = gt_types_at(typing->types, gt_goheap_header(typing->heap, gt_slot_object(ref)));
    const struct gt_type_row *header = id ? gt_type_row(typing, id) : NULL;
    return header && header->words == row->words && header->mask == row->mask;
}

/* Claims the words of elements of `size` bytes, of the type that typing->last says. */
static __attribute__((noinline)) void claim_elements(struct gt_typing *typing,
                                                     const struct gt_slot_ref *ref, uint64_t size,
                                                     struct gt_extent left, bool reaches)
{
    while (left.from < left.to) {
        struct gt_extent filled = gt_filled_elements(typing, ref, size, left);
        uint64_t from = gt_slot_skip(ref) + filled.from * size,
                 to = from + (filled.to - filled.from) * size;
        if (reaches)
            for (uint64_t at = from; at < to; at += size)
                claim_plain_words(typing, ref, typing->last.plan, at, true);
        else
            for (uint64_t at = from; at < to; at += size)
                claim_plain_words(typing, ref, typing->last.plan, at, false);
        left.from = filled.to;
    }
}

/* Claims the words of an object of any type. */
static __attribute__((noinline)) void claim_object(struct gt_typing *typing,
                                                   const struct gt_slot_ref *ref)
{
    uint32_t typed = gt_verified(typing, ref);
    const struct gt_type_row *row = gt_planned_row(typing, gt_typed_id(typed));

    if (!typed) return;
    if (!row || !ref->region->bytes) {
        claim_words(typing, ref, GT_PLAIN_READ);
        return;
    }
    typing->last = (struct gt_last_type){gt_is_one_value(typed) ? typed : 0, row->mask, row->plan};
    uint64_t size = row->size;
    struct gt_extent extent = gt_extent_of_slot(typing, ref, typed, size);
    bool reaches = typing->reach && has_mask_of_type(typing, ref, row, extent) &&
                   begins_to_reach(typing->reach, gt_slot_object(ref));
    claim_elements(typing, ref, size, extent, reaches);
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
    if (begins_to_reach(typing->reach, gt_slot_object(ref)))
        claim_plain_words(typing, ref, typing->last.plan, 0, true);
    else
        claim_plain_words(typing, ref, typing->last.plan, 0, false);
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
            gt_judge_waiting(typing);
        else if (typing->marks.count)
            gt_mark_waiting(typing);
        else
            return false;
    *block = typing->queue[typing->head];
    typing->head = typing->head == gt_block_count(typing) ? 0 : typing->head + 1;
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
