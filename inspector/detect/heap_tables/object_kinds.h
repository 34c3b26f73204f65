/*
 * The live objects by kind: by their types, else by their size and pointer words.
 *
 * Each live object is of one kind, so sums over kinds are those of the live heap. Kinds differ by
 * their names (gotopsy.h, struct gt_heap_row): types with one name are one kind. They are numbered
 * by their bytes, the largest first.
 *
 * It takes 4 bytes a live object. The analysis is borrowed; names belong to its storage.
 */
#ifndef GT_DETECT_HEAP_TABLES_OBJECT_KINDS_H
#define GT_DETECT_HEAP_TABLES_OBJECT_KINDS_H

#include "inspector/detect/heap_tables/object_claims.h"

struct gt_object_kind {
    uint64_t bytes, objects;
    const char *name;
    gt_type_id type; /* the type that names it; GT_NO_TYPE: none */
    bool tables;     /* directories and tables of maps of that type */
};

struct gt_object_kinds {
    const struct gt_heap_analysis *analysis;
    struct gt_rank rank; /* of live objects */
    uint32_t *kind;      /* by rank */
    struct gt_vec list;  /* struct gt_object_kind */
};

void gt_object_kinds_init(struct gt_object_kinds *kinds, const struct gt_heap_analysis *analysis);
void gt_object_kinds_deinit(struct gt_object_kinds *kinds);

static inline const struct gt_object_kind *gt_object_kind_at(const struct gt_object_kinds *kinds,
                                                             size_t index)
{
    return gt_vec_at(&kinds->list, index);
}

#endif
