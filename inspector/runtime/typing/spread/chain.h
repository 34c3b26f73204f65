/*
 * Follows a list: objects of one type, of which each leads to the next. Private to spread/.
 *
 * While nothing else waits, there is one such object at a time, and only its word tells where the
 * next one is. So the next one is judged and read at once, without any queue.
 */
#ifndef GT_RUNTIME_TYPING_SPREAD_CHAIN_H
#define GT_RUNTIME_TYPING_SPREAD_CHAIN_H

#include "inspector/runtime/typing/spread/work.h"

/* Claims the words of an object and of those that follow it, as gt_claim_object() does for each,
 * until one is not of this type or leads to several others. False if it is not so simple from the
 * start: then nothing is claimed. */
bool gt_claim_chain(struct gt_typing *typing, const struct gt_slot_ref *ref);

#endif
