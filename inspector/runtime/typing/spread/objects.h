/*
 * The words of objects as claims that wait (claims.h). Private to spread/.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_OBJECTS_H
#define GT_RUNTIME_TYPING_SPREAD_OBJECTS_H

#include "inspector/runtime/typing/spread/work.h"

/* Claims the words of an object. Parts of a large array may be put off. */
void gt_claim_object(struct gt_typing *typing, const struct gt_slot_ref *ref);

/* The same of an object whose plain pointers and slices have been claimed; unless `whole`, only the
 * other words. */
void gt_claim_rest(struct gt_typing *typing, const struct gt_slot_ref *ref, bool whole);

/* Claims the plain pointers and slices of elements. */
void gt_claim_elements(struct gt_typing *typing, const struct gt_elements *elements);

#endif
