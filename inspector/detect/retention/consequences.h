/*
 * Consequences: causes that go when another one is fixed.
 *
 * A cause is a consequence when another one takes away all of its edges and is at least as sure. A
 * deferred cancel that never ran, and the timer that it would have stopped, are one leak. Only the
 * first is reported, with the bytes of both. A cause without edges is no consequence.
 */
#ifndef GT_DETECT_CONSEQUENCES_H
#define GT_DETECT_CONSEQUENCES_H

#include "inspector/detect/retention/cause.h"

/* Drops the consequences from the list. */
void gt_consequences_drop(struct gt_causes *causes);

#endif
