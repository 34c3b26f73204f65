/* What all objects share is at hand, so each costs little more than its words. */
#include "inspector/runtime/typing/spread/plain_objects.h"

#include "inspector/runtime/typing/static_areas.h"

struct reader { /* with copies of tables, which no write through a pointer can change */
    struct gt_following *values;
    struct gt_own_blocks *own;
    struct gt_last_type type;
    struct gt_heap heap;
    struct gt_bitmap marked, pointed, scanned;
    const struct gt_bitmap *away;
    const uint8_t *readers;
    uint8_t self; /* as one of these */
};

uint32_t gt_plain_objects_are(const struct gt_typing *typing, const struct gt_last_type *last)
{
    if (!typing->reach || !last->plan->only_plain) return 0;
    return gt_typed_id(last->typed) | GT_FACT_REACHES;
}

/* ---- pointers ------------------------------------------------------------------------------ */

/* Its memory is fetched, and what lies behind it: that is mostly read soon, too. */
GT_INLINE void read_soon(struct gt_own_blocks *own, const struct gt_slot_ref *ref, gt_type_id type)
{
    enum { LINE = 64 };
    uintptr_t bytes = (uintptr_t)ref->region->bytes + ref->slot * ref->region->slot_size;
    uint32_t object = gt_slot_object(ref);

    __builtin_prefetch((const void *)bytes);
    __builtin_prefetch((const void *)(bytes + LINE));
    if (gt_own_is_full(own))
        gt_own_put_off(own->typing, object);
    else
        gt_own_add(own, (struct gt_own_object){ref->region, object, type | GT_FACT_REACHES});
}

/* What a pointer says of an object. False if it contradicts what is known. */
GT_INLINE bool judge(struct reader *reader, const struct gt_slot_ref *ref, gt_type_id type)
{
    struct gt_own_blocks *own = reader->own;
    uint32_t object = gt_slot_object(ref), typed = gt_typed_as_one(type);
    uint32_t before = gt_packed_offer(&own->typing->type, &own->chunk->free, object, typed);

    if (before && before != typed) return false;
    gt_bit_set(&reader->marked, object);
    gt_bit_set(&reader->pointed, object);
    if (!before) read_soon(own, ref, type);
    return true;
}

/* Judges a pointer to one of the chunk's own blocks, if its region is the same or a neighbour, of
 * which nothing needs to be fetched. False if it is not that simple. */
GT_INLINE bool follow_near(struct reader *reader, const struct gt_region *near, uint64_t value,
                           const struct gt_plain_pointer *plain)
{
    const struct gt_region *region = gt_heap_region_near(&reader->heap, near, value);

    if (!region || region + 1 < near || region > near + 1) return false;
    struct gt_slot_ref ref = {region, gt_region_slot(region, value)};
    uint32_t object = gt_slot_object(&ref);
    return gt_is_first_value(&ref, value, plain) &&
           reader->readers[object >> GT_BLOCK_SHIFT] == reader->self &&
           gt_bit(&reader->heap.allocated, object) && judge(reader, &ref, plain->type);
}

/* False if the value may lead to static data. */
GT_INLINE bool follow(struct reader *reader, const struct gt_region *near, uint64_t value,
                      const struct gt_plain_pointer *plain)
{
    static const struct gt_cover none;

    return follow_near(reader, near, value, plain) ||
           gt_follow_value(reader->values, value, plain->type | GT_FACT_REACHES, 0, none) ||
           !gt_static_is_near(reader->values->typing->statics, value);
}

/* ---- objects ------------------------------------------------------------------------------- */

/* False if it is to be read by others, too. */
GT_INLINE bool read_object(struct reader *reader, const struct gt_slot_ref *ref)
{
    const unsigned char *bytes = ref->region->bytes + ref->slot * ref->region->slot_size;
    const struct gt_word_plan *plan = reader->type.plan;
    bool followed = true;

    if (!gt_is_usual(ref, &reader->type, reader->away)) return false;
    gt_bit_set(&reader->scanned, gt_slot_object(ref));
    for (size_t i = 0; i < plan->plain_count; i++) {
        uint64_t value = gt_load64(bytes + plan->plain[i].offset);
        if (value) followed &= follow(reader, ref->region, value, &plan->plain[i]);
    }
    return followed;
}

/* How many objects surely have room. */
static unsigned room_for(const struct gt_following *values, size_t words)
{
    const struct gt_chunk *chunk = values->chunk;
    size_t facts = GT_FACTS - chunk->facts, arrays = GT_ARRAYS - chunk->arrays;
    size_t claims = facts < arrays ? facts : arrays, unread = GT_CHUNK_OBJECTS - chunk->unread;
    size_t objects = (claims - values->count) / words;

    return (unsigned)(objects < unread ? objects : unread);
}

void gt_read_plain_objects(struct gt_following *values, struct gt_own_blocks *own,
                           const struct gt_last_type *last)
{
    const struct gt_typing *typing = values->typing;
    struct gt_chunk *chunk = values->chunk;
    uint32_t are = gt_plain_objects_are(typing, last);
    struct reader reader = {.values = values,
                            .own = own,
                            .type = *last,
                            .heap = typing->heap->graph,
                            .marked = *typing->reach->marked,
                            .pointed = typing->pointed,
                            .scanned = typing->reach->scanned,
                            .away = typing->reach->away,
                            .readers = own->readers,
                            .self = chunk->reader};

    for (unsigned room = room_for(values, last->plan->plain_count); room; room--) {
        if (gt_own_is_empty(own) || gt_own_next(own)->what != are) return;
        struct gt_slot_ref ref = gt_own_take(own);
        if (!read_object(&reader, &ref))
            chunk->object[chunk->unread++] = (struct gt_unread){ref, true};
    }
}
