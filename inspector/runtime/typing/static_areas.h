/*
 * Typed areas of static data: what `var x = &T{...}` and literals like it point to.
 *
 * The compiler lays such a T into data or bss beside the variables, without a symbol of its own. It
 * is known by what points to it only, as an object of the heap is: a claim says that `count` of a
 * type lie at an address. The rule for claims is that of typing.h: one that contradicts the
 * section's pointer mask is dropped, and of two that differ the larger type wins, so areas only
 * grow. A variable with a type of its own is what it is: nothing is claimed of it.
 *
 * Areas do not overlap and are ordered by address. Claims wait until gt_static_settle() takes them
 * in, all together: pointers to areas move then. An area remembers the word of static data that
 * first led to it; that word is in a variable or in an area born earlier, so that ways end.
 */
#ifndef GT_RUNTIME_STATIC_AREAS_H
#define GT_RUNTIME_STATIC_AREAS_H

#include "inspector/runtime/roots/roots.h"

struct gt_static_area {
    uint64_t addr; /* first: areas are searched by it */
    uint64_t size; /* of elements of the type, one or more */
    uint64_t from; /* the word that first led here; 0 when that is no static data */
    gt_type_id type;
    uint32_t born;
    bool fresh; /* new or grown: its words are to be claimed */
};

struct gt_static_areas;

struct gt_static_areas *gt_static_areas_create(struct gt_process *process);
void gt_static_areas_destroy(struct gt_static_areas *areas); /* NULL is allowed */

/* May the address be in an area: is it static data? */
bool gt_static_is_area(const struct gt_static_areas *areas, uint64_t addr);

/* The word at `from` says that `count` of a type lie at addr. */
void gt_static_claim(struct gt_static_areas *areas, uint64_t addr, gt_type_id type, uint64_t count,
                     uint64_t from);

/* Takes in the claims, and visits the areas that are new or grew; false when there is none. */
typedef void gt_static_area_fn(void *ctx, const struct gt_static_area *area);
bool gt_static_settle(struct gt_static_areas *areas, gt_static_area_fn *visit, void *ctx);

bool gt_static_many_claims(const struct gt_static_areas *areas); /* time to take them in */

/* The area that holds the address, or NULL. */
const struct gt_static_area *gt_static_area_at(const struct gt_static_areas *areas, uint64_t addr);

/* The first word of the way by which the area that holds addr was reached: in a variable, or where
 * nothing is known. addr itself where there is none. */
uint64_t gt_static_first(const struct gt_static_areas *areas, uint64_t addr);

#endif
