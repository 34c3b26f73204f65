/*
 * The package of a type, by its name; names with the whole path of their package.
 *
 * The package of "[]*main.row" is main, that of "map[string]*net/http.Conn" is net/http. For a map
 * it is that of the element, or else that of the key.
 */
#ifndef GT_DETECT_HEAP_TABLES_TYPE_PACKAGE_H
#define GT_DETECT_HEAP_TABLES_TYPE_PACKAGE_H

#include "inspector/detect/heap_analysis.h"

/* NULL: the type is built into the language. It belongs to `storage`. */
const char *gt_type_package(struct gt_types *types, gt_type_id type, struct gt_arena *storage);

/* The type's name with the whole path of its package, if that is known. It belongs to `storage` or
 * to the process. */
const char *gt_full_type_name(struct gt_types *types, gt_type_id type, struct gt_arena *storage);

#endif
