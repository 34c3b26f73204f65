/* Claims the words of objects, one after the other. What is called for each pointer is inline. */
#include "inspector/runtime/typing/spread/objects.h"

#include "inspector/runtime/typing/spread/claims.h"
#include "inspector/runtime/typing/spread/reading.h"
#include "inspector/runtime/typing/static_areas.h"

enum { WORD = 8 };

/* Later, nobody needs to read the pointer again: what it leads to is noted. */
GT_INLINE void claim_plain(struct gt_typing *typing, const struct gt_region *region, uint64_t value,
                           gt_type_id id, bool reaches)
{
    bool plain = region->scan == GT_SCAN_BITMAP;

    if (!plain) ((struct gt_type_row *)gt_vec_at(typing->rows, id))->elsewhere = true;
    gt_add_claim(typing, region, value, id, 1, plain, reaches);
}

struct reading { /* of one object's words */
    struct gt_typing *typing;
    uint64_t addr; /* of the slot */
};

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

GT_INLINE void claim_plain_only(void *ctx, uint64_t value, const struct gt_plain_pointer *plain,
                                uint64_t offset)
{
    const struct reading *in = ctx;

    claim_plain_word(in->typing, value, plain->type, in->addr + offset, false);
}

GT_INLINE void claim_plain_and_mark(void *ctx, uint64_t value, const struct gt_plain_pointer *plain,
                                    uint64_t offset)
{
    const struct reading *in = ctx;

    claim_plain_word(in->typing, value, plain->type, in->addr + offset, true);
}

/* A slice says that its whole capacity is of one type. */
GT_INLINE void claim_slice(const struct reading *in, const unsigned char *words,
                           const struct gt_plain_slice *slice, uint64_t offset, bool reaches)
{
    struct gt_typing *typing = in->typing;
    uint64_t value = gt_load64(words), count = gt_load64(words + 16);
    const struct gt_region *region = gt_heap_region(&typing->heap->graph, value);

    if (region) {
        if (slice->memory && count)
            gt_add_claim(typing, region, value, slice->memory, count, false, reaches);
        else if (reaches)
            gt_add_mark(typing, value);
    } else if (gt_static_is_near(typing->statics, value)) {
        struct gt_word word = {.addr = in->addr + offset,
                               .value = value,
                               .cap = count,
                               .type = slice->elem,
                               .kind = GT_P_SLICE};
        gt_claim_static(typing, &word);
    }
}

GT_INLINE void claim_slice_only(void *ctx, const unsigned char *words,
                                const struct gt_plain_slice *slice, uint64_t offset)
{
    claim_slice(ctx, words, slice, offset, false);
}

GT_INLINE void claim_slice_and_mark(void *ctx, const unsigned char *words,
                                    const struct gt_plain_slice *slice, uint64_t offset)
{
    claim_slice(ctx, words, slice, offset, true);
}

/* In the heap there is nothing to claim. */
GT_INLINE void claim_leaf(const struct reading *in, uint64_t value,
                          const struct gt_leaf_pointer *leaf, uint64_t offset, bool reaches)
{
    struct gt_typing *typing = in->typing;

    if (gt_heap_region(&typing->heap->graph, value)) {
        if (reaches) gt_add_mark(typing, value);
    } else if (gt_static_is_near(typing->statics, value)) {
        struct gt_word word = {
            .addr = in->addr + offset, .value = value, .type = leaf->type, .kind = GT_P_POINTER};
        gt_claim_static(typing, &word);
    }
}

GT_INLINE void claim_leaf_only(void *ctx, uint64_t value, const struct gt_leaf_pointer *leaf,
                               uint64_t offset)
{
    claim_leaf(ctx, value, leaf, offset, false);
}

GT_INLINE void claim_leaf_and_mark(void *ctx, uint64_t value, const struct gt_leaf_pointer *leaf,
                                   uint64_t offset)
{
    claim_leaf(ctx, value, leaf, offset, true);
}

GT_INLINE void mark_string(void *ctx, uint64_t value, uint64_t len, size_t place)
{
    const struct reading *in = ctx;

    (void)len, (void)place;
    gt_add_mark(in->typing, value);
}

GT_INLINE void mark_only(void *ctx, uint64_t value)
{
    const struct reading *in = ctx;

    gt_add_mark(in->typing, value);
}

GT_INLINE void claim_plain_words(struct gt_typing *typing, const struct gt_elements *part)
{
    static const struct gt_claim_sink marking = {claim_plain_and_mark, claim_slice_and_mark,
                                                 claim_leaf_and_mark, mark_string, mark_only},
                                      claiming = {claim_plain_only, claim_slice_only,
                                                  claim_leaf_only, mark_string, mark_only};
    const struct gt_slot_ref *ref = &part->ref;
    const unsigned char *bytes = gt_slot_bytes(ref);
    struct reading in = {typing, ref->region->base + ref->slot * ref->region->slot_size};

    if (part->reaches)
        for (uint64_t at = part->from; at < part->to; at += part->size)
            gt_read_element(part->plan, bytes, at, true, marking, &in);
    else
        for (uint64_t at = part->from; at < part->to; at += part->size)
            gt_read_element(part->plan, bytes, at, false, claiming, &in);
}

void gt_claim_elements(struct gt_typing *typing, const struct gt_elements *elements)
{
    claim_plain_words(typing, elements);
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

/* Does the collector see the same pointers in the elements as the type says, and none before them?
 * Behind them there may be a part of one more. */
static bool has_mask_of_type(const struct gt_typing *typing, const struct gt_slot_ref *ref,
                             const struct gt_type_row *row, struct gt_extent extent)
{
    uint64_t mask = row->mask;
    uint8_t words = row->words;

    if (!row->plan->exact || extent.from >= extent.to) return false;
    if (ref->region->scan == GT_SCAN_BITMAP) return extent.all && !gt_slot_is_wide(ref->region);
    const struct gt_type_row *header = gt_recorded_row(typing, ref);
    return header && header->words == words && header->mask == mask;
}

/* Claims the words of elements of `size` bytes, of the type that typing->last says. */
static __attribute__((noinline)) void claim_elements(struct gt_typing *typing,
                                                     const struct gt_slot_ref *ref, uint64_t size,
                                                     struct gt_extent extent, bool reaches)
{
    struct gt_extent left = extent;
    bool all = true, any = false;

    while (left.from < left.to) {
        struct gt_extent filled = gt_filled_elements(typing, ref, size, left);
        uint64_t from = gt_slot_skip(ref) + filled.from * size;
        uint64_t to = from + (filled.to - filled.from) * size;
        struct gt_elements part = {*ref, typing->last.plan, from, to, size, reaches};
        bool later = from < to && gt_put_off(typing, &part);
        if (!later) gt_claim_elements(typing, &part);
        any |= later;
        all &= later || from >= to;
        left.from = filled.to;
    }
    if (reaches && any && all && gt_settles_all(typing, typing->last.plan) &&
        !gt_has_rest(ref, size, extent))
        gt_bit_set(&typing->settled->objects, gt_slot_object(ref));
}

/* Claims the words of an object of any type. */
static __attribute__((noinline)) void claim_any(struct gt_typing *typing,
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
                   gt_begins_to_reach(typing->reach, gt_slot_object(ref));
    claim_elements(typing, ref, size, extent, reaches);
    if (reaches && ref->region->scan == GT_SCAN_TILED)
        gt_mark_tiles(typing, ref, gt_slot_skip(ref) + extent.to * size, typing->last.mask, size);
    if (!typing->last.plan->claims_more && extent.all) return;
    if (reaches) gt_mark_waiting(typing); /* the words may lead to maps */
    claim_words(typing, ref, GT_PLAIN_SKIPPED);
}

/* Is it one value, of the type of the object before, with a heap bitmap? Then nothing needs to be
 * looked up: neighbours are mostly alike. */
static inline bool is_like_last(const struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    if (!ref->region->small || !typing->last.typed) return false;
    return gt_packed_at(&typing->type, gt_slot_object(ref)) == typing->last.typed &&
           gt_slot_mask(ref) == typing->last.mask;
}

void gt_claim_object(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    if (!is_like_last(typing, ref)) {
        claim_any(typing, ref);
        return;
    }
    bool reaches =
        typing->last.plan->exact && gt_begins_to_reach(typing->reach, gt_slot_object(ref));
    claim_plain_words(typing, &(struct gt_elements){*ref, typing->last.plan, 0, 1, 1, reaches});
    if (!typing->last.plan->claims_more || !gt_has_more(ref, typing->last.plan)) return;
    if (reaches) gt_mark_waiting(typing); /* the words may lead to maps */
    claim_words(typing, ref, GT_PLAIN_SKIPPED);
}

void gt_claim_rest(struct gt_typing *typing, const struct gt_slot_ref *ref, bool whole)
{
    if (whole)
        claim_any(typing, ref);
    else
        claim_words(typing, ref, GT_PLAIN_SKIPPED);
}
