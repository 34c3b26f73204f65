/*
 * Small sets of numbers. Invariant: equal sets have equal ids, so a table for millions of objects
 * has one word for each.
 *
 * A set consists of the set of its smaller members and its largest member. The ids of the empty set
 * and of sets of one number are fixed. Nearly every set is one of those, and operations on them do
 * not read the table. A set has at most GT_SET_MAX members: a union that would have more loses its
 * largest ones.
 *
 * The table owns its memory; ids are valid as long as it is.
 */
#ifndef GT_GRAPH_SETS_H
#define GT_GRAPH_SETS_H

#include "inspector/base/hash.h"
#include "inspector/base/vec.h"

enum { GT_SET_MAX = 64 };

#define GT_SET_ALL 0u /* the set of all numbers; only gt_sets_meet() takes it */
#define GT_SET_NONE 1u
#define GT_SET_FIRST 2u /* {0}; {n} is GT_SET_FIRST + n */

struct gt_sets {
    uint32_t numbers;    /* the numbers that sets may have: 0 .. numbers - 1 */
    struct gt_vec list;  /* the sets of two and more members, from id GT_SET_FIRST + numbers on */
    struct gt_map known; /* set of smaller members << 32 | largest -> id */
    struct gt_map meets, joins; /* pair of ids -> id */
};

void gt_sets_init(struct gt_sets *sets, uint32_t numbers);
void gt_sets_deinit(struct gt_sets *sets);

uint32_t gt_sets_meet(struct gt_sets *sets, uint32_t a, uint32_t b); /* intersection */
uint32_t gt_sets_join(struct gt_sets *sets, uint32_t a, uint32_t b); /* union */

/* Ids are below this. */
uint32_t gt_sets_end(const struct gt_sets *sets);
/* The members, ascending; at most GT_SET_MAX. Returns how many. */
size_t gt_sets_members(const struct gt_sets *sets, uint32_t set, uint32_t *out);
bool gt_sets_has(const struct gt_sets *sets, uint32_t set, uint32_t number);

static inline uint32_t gt_set_of(uint32_t number)
{
    return GT_SET_FIRST + number;
}

#endif
