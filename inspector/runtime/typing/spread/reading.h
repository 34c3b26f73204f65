/*
 * The words of an object as claims and marks. Private to spread/.
 *
 * What is called for each word is inlined, as in graph/walk.h. Values are not 0. Strings, and what
 * is only marked, are given if the object is read for the mark, too.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_READING_H
#define GT_RUNTIME_TYPING_SPREAD_READING_H

#include "inspector/graph/follow.h"
#include "inspector/runtime/typing/typing_impl.h"

struct gt_claim_sink {
    /* A plain pointer at an offset in the slot. */
    void (*plain)(void *ctx, uint64_t value, const struct gt_plain_pointer *plain, uint64_t offset);
    /* A slice, of which these are the three words. */
    void (*slice)(void *ctx, const unsigned char *words, const struct gt_plain_slice *slice,
                  uint64_t offset);
    /* A pointer to what has no pointers. */
    void (*leaf)(void *ctx, uint64_t value, const struct gt_leaf_pointer *leaf, uint64_t offset);
    /* The string at a place of the plan's list. */
    void (*string)(void *ctx, uint64_t value, uint64_t len, size_t place);
    void (*mark)(void *ctx, uint64_t value);
};

/* Reads the strings of one element, if it is read for the mark, too. */
GT_INLINE void gt_read_strings(const struct gt_word_plan *plan, const unsigned char *bytes,
                               uint64_t base, struct gt_claim_sink sink, void *ctx)
{
    for (size_t i = 0; i < plan->string_count; i++) {
        const unsigned char *word = bytes + base + plan->unclaimed[i];
        if (gt_load64(word)) sink.string(ctx, gt_load64(word), gt_load64(word + 8), i);
    }
}

/* Reads one element of the plan's type, at `base` in the slot whose bytes these are. */
GT_INLINE void gt_read_element(const struct gt_word_plan *plan, const unsigned char *bytes,
                               uint64_t base, bool reaches, struct gt_claim_sink sink, void *ctx)
{
    for (size_t i = 0; i < plan->plain_count; i++) {
        uint64_t offset = base + plan->plain[i].offset, value = gt_load64(bytes + offset);
        if (value) sink.plain(ctx, value, &plan->plain[i], offset);
    }
    if (plan->only_plain) return;
    for (size_t i = 0; i < plan->slice_count; i++) {
        uint64_t offset = base + plan->slices[i].offset;
        if (gt_load64(bytes + offset)) sink.slice(ctx, bytes + offset, &plan->slices[i], offset);
    }
    for (size_t i = 0; i < plan->leaf_count; i++) {
        uint64_t offset = base + plan->leaves[i].offset, value = gt_load64(bytes + offset);
        if (value) sink.leaf(ctx, value, &plan->leaves[i], offset);
    }
    if (!reaches) return;
    gt_read_strings(plan, bytes, base, sink, ctx);
    for (size_t i = plan->string_count; i < plan->unclaimed_count; i++) {
        uint64_t value = gt_load64(bytes + base + plan->unclaimed[i]);
        if (value) sink.mark(ctx, value);
    }
}

/* In a round, other threads may mark objects without pointers meanwhile, with bits in the same
 * word. */
static inline bool gt_is_marked(const struct gt_bitmap *marked, uint32_t object)
{
    return __atomic_load_n(&marked->words[object >> 6], __ATOMIC_RELAXED) >> (object & 63) & 1;
}

/* Are the object's words followed for the mark, too? All its pointers are in words of its type. */
static inline bool gt_begins_to_reach(struct gt_typed_mark *reach, uint32_t object)
{
    if (!reach || !gt_is_marked(reach->marked, object)) return false;
    if (reach->away && gt_bit(reach->away, object)) return false;
    gt_bit_set(&reach->scanned, object);
    return true;
}

/* Are all words of any value of the type noted as settled, but for those that turn out to be open?
 */
static inline bool gt_settles_all(const struct gt_typing *typing, const struct gt_word_plan *plan)
{
    return typing->settled && plan->settles && !plan->claims_more;
}

static inline const unsigned char *gt_slot_bytes(const struct gt_slot_ref *ref)
{
    return ref->region->bytes + ref->slot * ref->region->slot_size;
}

/* May one value at the start of a slot have other words that make claims? Most of them are nil. */
static inline bool gt_has_more(const struct gt_slot_ref *ref, const struct gt_word_plan *plan)
{
    const unsigned char *bytes = gt_slot_bytes(ref);

    for (size_t i = 0; i < plan->claiming_count; i++)
        if (gt_load64(bytes + plan->claiming[i])) return true;
    return !plan->all->complete;
}

#endif
