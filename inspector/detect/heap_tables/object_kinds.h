/*
 * The live objects by kind: by their types, else by their size and pointer words.
 *
 * Each live object is of one kind, so sums over kinds are those of the live heap. Kinds differ by
 * their names (gotopsy.h, struct gt_heap_row): types with one name are one kind. They are numbered
 * by their bytes, the largest first.
 *
 * It takes 1 byte an object if there are at most 256 kinds, else 2 or 4, and 4 while it is made.
 * Names are its own. The heap analysis owns it, for all documents about it with the same types.
 */
#ifndef GT_DETECT_HEAP_TABLES_OBJECT_KINDS_H
#define GT_DETECT_HEAP_TABLES_OBJECT_KINDS_H

#include "inspector/detect/heap_tables/object_claims.h"

struct gt_object_kind {
    uint64_t bytes, objects;
    const char *name;
    gt_type_id type;   /* the type that names it; GT_NO_TYPE: none */
    gt_type_id first;  /* what these objects begin with, if it is all that is known; else none */
    enum gt_form form; /* how they and the type are related */
};

struct gt_object_kinds {
    const struct gt_heap_analysis *analysis;
    struct gt_bitmap some; /* the set of objects, if it is not that of all live ones */
    struct gt_rank rank;   /* of these objects */
    /* By rank: the number of its kind. One of these, the others are NULL. */
    uint8_t *narrow;
    uint16_t *medium;
    uint32_t *wide;
    struct gt_vec list; /* struct gt_object_kind */
    struct gt_arena names;
    const struct gt_typing *typing; /* by which they were sorted */
};

/* Those of the analysis's current types, made at the first call. Valid until a call with others. */
const struct gt_object_kinds *gt_object_kinds(struct gt_heap_analysis *analysis);
/* Those of some live objects, which cost much less if they are few. Sums are over these objects.
 * The set is taken over, and a few more objects may be added to it; the caller destroys the kinds.
 */
struct gt_object_kinds *gt_object_kinds_of(const struct gt_heap_analysis *analysis,
                                           struct gt_bitmap some);
void gt_object_kinds_destroy(struct gt_object_kinds *kinds); /* NULL is allowed */

static inline uint32_t gt_object_kind_number(const struct gt_object_kinds *kinds, uint32_t rank)
{
    if (kinds->narrow) return kinds->narrow[rank];
    return kinds->medium ? kinds->medium[rank] : kinds->wide[rank];
}

static inline const struct gt_object_kind *gt_object_kind_at(const struct gt_object_kinds *kinds,
                                                             size_t index)
{
    return gt_vec_at(&kinds->list, index);
}

#endif
