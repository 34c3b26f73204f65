/*
 * Objects of a chunk's own blocks that are read soon. Private to spread/.
 *
 * Theory. Most pointers of a tree or a list lead to neighbours. While a chunk is read, its thread
 * is the only one that reads or writes about objects of its blocks. So what a plain pointer says of
 * one of these is judged where it is met, and the object is read while its block is in the cache
 * (plain_objects.h). What contradicts something becomes a fact, as what is said of other blocks.
 *
 * Invariants: a block that has objects without pointers, too, is nobody's own: others mark these
 * meanwhile. What is judged, and when, depends on the chunk alone, and not on threads.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_OWN_BLOCKS_H
#define GT_RUNTIME_TYPING_SPREAD_OWN_BLOCKS_H

#include "inspector/runtime/typing/spread/rounds_impl.h"

enum { GT_OWN_OBJECTS = 1024 }; /* that wait, at most; a power of two */

struct gt_own_object {              /* one value of a type */
    const struct gt_region *region; /* it is small */
    uint32_t object;
    uint32_t what; /* the type, and GT_FACT_REACHES if it is marked */
};

struct gt_own_blocks {
    struct gt_typing *typing;
    struct gt_chunk *chunk;
    const uint8_t *readers; /* of each block, as in struct gt_rounds */
    unsigned taken, added;  /* of all that ever waited */
    struct gt_own_object ring[GT_OWN_OBJECTS];
};

/* Nothing waits. */
void gt_own_open(struct gt_own_blocks *own, struct gt_rounds *rounds, struct gt_chunk *chunk);

/* The object turns grey, and its block is read in a later round. */
void gt_own_put_off(struct gt_typing *typing, uint32_t object);

/* The same for all that wait. */
void gt_own_close(struct gt_own_blocks *own);

static inline bool gt_own_is_empty(const struct gt_own_blocks *own)
{
    return own->taken == own->added;
}

static inline bool gt_own_is_full(const struct gt_own_blocks *own)
{
    return own->added - own->taken == GT_OWN_OBJECTS;
}

/* The oldest one; there must be one. */
static inline const struct gt_own_object *gt_own_next(const struct gt_own_blocks *own)
{
    return &own->ring[own->taken % GT_OWN_OBJECTS];
}

/* The oldest one; it waits no more. */
static inline struct gt_slot_ref gt_own_take(struct gt_own_blocks *own)
{
    const struct gt_own_object *oldest = gt_own_next(own);

    own->taken++;
    return (struct gt_slot_ref){oldest->region, oldest->object - oldest->region->first};
}

/* There must be room. */
static inline void gt_own_add(struct gt_own_blocks *own, struct gt_own_object object)
{
    own->ring[own->added++ % GT_OWN_OBJECTS] = object;
}

#endif
