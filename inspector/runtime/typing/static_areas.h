/*
 * Typed areas of static data: what `var x = &T{...}` and literals like it point to.
 *
 * The compiler puts such a T into data or bss beside the variables, without a symbol. Like a heap
 * object it is known only by what points to it: a claim says that `count` of a type are at an
 * address. The rule for claims is that of typing.h. A claim that contradicts the section's pointer
 * mask is dropped. Of two claims that differ the larger type wins, so areas only grow. No claim
 * changes a variable that has a type of its own.
 *
 * Invariant: areas do not overlap and are ordered by address. Claims wait until gt_static_settle()
 * handles them together; pointers to areas are invalid after that. An area records the word of
 * static data that first led to it. That word is in a variable or in an older area, so every chain
 * of such words ends.
 */
#ifndef GT_RUNTIME_STATIC_AREAS_H
#define GT_RUNTIME_STATIC_AREAS_H

#include "inspector/runtime/roots/roots.h"

struct gt_static_area {
    uint64_t addr; /* the first member: areas are searched by it */
    uint64_t size; /* bytes of one or more elements of the type */
    uint64_t from; /* the word that first led here; 0: not a word of static data */
    gt_type_id type;
    uint32_t born;
    bool fresh; /* new or grown: its words make claims next */
};

struct gt_static_areas;

struct gt_static_bounds { /* of all static data; every gt_static_areas begins with them */
    uint64_t low, high;
};

/* Is the address between the bounds of static data? Most pointers are not. */
static inline bool gt_static_is_near(const struct gt_static_areas *areas, uint64_t addr)
{
    const struct gt_static_bounds *bounds = (const struct gt_static_bounds *)areas;

    return addr >= bounds->low && addr < bounds->high;
}

struct gt_static_areas *gt_static_areas_create(struct gt_process *process);
/* A copy with the same areas and claims. Later changes of one do not change the other. */
struct gt_static_areas *gt_static_areas_copy(const struct gt_static_areas *areas);
void gt_static_areas_destroy(struct gt_static_areas *areas); /* NULL is allowed */

/* Can the address be in an area: is it static data? */
bool gt_static_is_area(const struct gt_static_areas *areas, uint64_t addr);

/* The word at `from` claims that `count` of a type are at addr. */
void gt_static_claim(struct gt_static_areas *areas, uint64_t addr, gt_type_id type, uint64_t count,
                     uint64_t from);

/* Settles the claims, and visits the areas that are new or grew; false when there is none. */
typedef void gt_static_area_fn(void *ctx, const struct gt_static_area *area);
bool gt_static_settle(struct gt_static_areas *areas, gt_static_area_fn *visit, void *ctx);

bool gt_static_many_claims(const struct gt_static_areas *areas); /* time to settle them */

/* The area that holds the address, or NULL. */
const struct gt_static_area *gt_static_area_at(const struct gt_static_areas *areas, uint64_t addr);

/* The first word of the chain that leads to the area with addr. It is in a variable, or in memory
 * of unknown type. addr itself when no such word is known. */
uint64_t gt_static_first(const struct gt_static_areas *areas, uint64_t addr);

#endif
