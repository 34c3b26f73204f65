/*
 * Reads the objects that need least: values of one type, all of whose words are plain pointers.
 * Private to spread/.
 *
 * Trees and lists consist of them, and most of their pointers lead to neighbours. So this is done
 * in few instructions, and whatever is not that simple is left to others.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_PLAIN_OBJECTS_H
#define GT_RUNTIME_TYPING_SPREAD_PLAIN_OBJECTS_H

#include "inspector/runtime/typing/spread/followed.h"
#include "inspector/runtime/typing/spread/own_blocks.h"

/* Is the value the start of an object that may be what the plain pointer is for? */
GT_INLINE bool gt_is_first_value(const struct gt_slot_ref *ref, uint64_t value,
                                 const struct gt_plain_pointer *plain)
{
    const struct gt_region *region = ref->region;

    return region->small && ref->slot < region->count &&
           value - region->base == ref->slot * region->slot_size && plain->size &&
           plain->size <= region->slot_size;
}

/* Of an object that is one value of the type: are all of its pointers in words of that, and may
 * they be followed for the mark? */
GT_INLINE bool gt_is_usual(const struct gt_slot_ref *ref, const struct gt_last_type *type,
                           const struct gt_bitmap *away)
{
    return ref->region->small && gt_slot_mask(ref) == type->mask &&
           !(away && gt_bit(away, gt_slot_object(ref)));
}

/* What gt_own_object.what is of objects that are read here; 0: none of this type is. The type's
 * plan is exact. */
uint32_t gt_plain_objects_are(const struct gt_typing *typing, const struct gt_last_type *last);

/* Reads objects that wait, as long as they are such and the chunk has room. There must be room for
 * one, and it must be such. */
void gt_read_plain_objects(struct gt_following *values, struct gt_own_blocks *own,
                           const struct gt_last_type *last);

#endif
