/* Only an object that was just found by its only new pointer goes on. Others turn grey. */
#include "inspector/runtime/typing/spread/chain.h"

#include "inspector/runtime/typing/spread/claims.h"
#include "inspector/runtime/typing/spread/objects.h"
#include "inspector/runtime/typing/spread/plain_objects.h"

struct chain { /* with copies of tables, which no write through a pointer can change */
    struct gt_typing *typing;
    struct gt_heap heap;
    struct gt_bitmap marked, pointed, scanned;
    const struct gt_bitmap *away;
    struct gt_last_type type;
    const struct gt_region *next; /* the next object; NULL: none */
    uint32_t next_slot;
};

/* ---- objects ------------------------------------------------------------------------------- */

static bool begin(struct chain *chain, struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    const struct gt_last_type *last = &typing->last;
    struct gt_typed_mark *reach = typing->reach;
    uint32_t object = gt_slot_object(ref);

    if (!reach || !last->typed || !last->plan->exact || !last->plan->only_plain ||
        !gt_may_put_off(typing) || typing->waiting_count || !ref->region->small ||
        !gt_bit(reach->marked, object) || gt_packed_at(&typing->type, object) != last->typed)
        return false;
    *chain = (struct chain){.typing = typing,
                            .heap = typing->heap->graph,
                            .marked = *reach->marked,
                            .pointed = typing->pointed,
                            .scanned = reach->scanned,
                            .away = reach->away,
                            .type = *last,
                            .next = ref->region,
                            .next_slot = ref->slot};
    return true;
}

/* ---- pointers ------------------------------------------------------------------------------ */

GT_INLINE void add_next(struct chain *chain, const struct gt_region *region, uint32_t slot,
                        gt_type_id type)
{
    if (type != gt_typed_id(chain->type.typed) || chain->next) {
        gt_turn_grey(chain->typing, &(struct gt_slot_ref){region, slot});
        return;
    }
    chain->next = region;
    chain->next_slot = slot;
}

/* False if it is for others to claim. The next one is mostly near. */
GT_INLINE bool follow(struct chain *chain, const struct gt_region *near, uint64_t value,
                      const struct gt_plain_pointer *plain)
{
    const struct gt_region *region = gt_heap_region_near(&chain->heap, near, value);
    struct gt_typing *typing = chain->typing;

    if (!region) return false;
    struct gt_slot_ref ref = {region, gt_region_slot(region, value)};
    uint32_t object = gt_slot_object(&ref), typed = gt_typed_as_one(plain->type);
    if (!gt_is_first_value(&ref, value, plain) || !gt_bit(&chain->heap.allocated, object))
        return false;
    uint32_t before = gt_packed_offer(&typing->type, &typing->type.free, object, typed);
    if (before && before != typed) return false;
    gt_bit_set(&chain->marked, object);
    gt_bit_set(&chain->pointed, object);
    if (!before) add_next(chain, region, ref.slot, plain->type);
    return true;
}

GT_INLINE void read_link(struct chain *chain, const struct gt_slot_ref *ref)
{
    const unsigned char *bytes = ref->region->bytes + ref->slot * ref->region->slot_size;
    const struct gt_word_plan *plan = chain->type.plan;
    bool followed = gt_is_usual(ref, &chain->type, chain->away);

    if (followed) gt_bit_set(&chain->scanned, gt_slot_object(ref));
    for (size_t i = 0; i < plan->plain_count && followed; i++) {
        uint64_t value = gt_load64(bytes + plan->plain[i].offset);
        if (value) followed = follow(chain, ref->region, value, &plan->plain[i]);
    }
    if (!followed) gt_claim_object(chain->typing, ref);
}

bool gt_claim_chain(struct gt_typing *typing, const struct gt_slot_ref *ref)
{
    struct chain chain;

    if (!begin(&chain, typing, ref)) return false;
    do {
        const struct gt_slot_ref at = {chain.next, chain.next_slot};
        chain.next = NULL;
        read_link(&chain, &at);
    } while (chain.next && !gt_is_any_grey(typing) && !typing->waiting_count);
    if (chain.next) gt_turn_grey(typing, &(struct gt_slot_ref){chain.next, chain.next_slot});
    return true;
}
