/*
 * The kind of objects for a type's name that a person gives.
 *
 * Names are those of object_kinds.h: "main.price", "[]main.price" for arrays, "map[string]int" for
 * a map's header. They may be as Go prints them, with the last part of their packages' paths, or
 * the end of such a name, if only one kind matches. A pointer type stands for the type that it
 * points to.
 */
#ifndef GT_DETECT_FIND_WHICH_H
#define GT_DETECT_FIND_WHICH_H

#include "inspector/detect/heap_tables/object_kinds.h"

#define GT_NO_KIND UINT32_MAX

struct gt_wanted_kind {
    uint32_t number; /* among the kinds; GT_NO_KIND: no live object is of the type */
    const char *name;
    gt_type_id type; /* of a whole object; GT_NO_TYPE: not known */
    gt_type_id elem; /* of its elements, if it is an array */
    bool pointer;    /* the name was a pointer type */
};

/* GT_ERR_USAGE when no type has the name, or several have it; the error proposes similar names. */
struct gt_error *gt_wanted_kind_find(const struct gt_heap_analysis *analysis,
                                     const struct gt_object_kinds *kinds, const char *name,
                                     struct gt_wanted_kind *out);

#endif
