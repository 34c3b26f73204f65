/*
 * Go maps, both designs: hmap with buckets (<= 1.23) and Swiss tables (1.24+).
 *
 * Invariants: a walk visits each live entry once, and each table once (several slots of a Swiss
 * directory may hold one table). It never visits more than the storage that the headers claim and
 * memory holds. A map that is growing is read from both arrays. A damaged map ends the walk with
 * false.
 */
#ifndef GT_TYPES_MAPS_H
#define GT_TYPES_MAPS_H

#include "gotypes/types/types.h"

/* An entry: the addresses of its key and of its element. Indirect ones are followed. */
typedef bool gt_map_entry_fn(void *ctx, uint64_t key, uint64_t elem); /* false stops the walk */

/* A part of a map's storage: `count` groups (or buckets) from addr on, or the directory. */
enum gt_map_part { GT_MAP_DIRECTORY, GT_MAP_TABLE, GT_MAP_GROUPS };
typedef void gt_map_part_fn(void *ctx, enum gt_map_part part, uint64_t addr, uint64_t count);

bool gt_map_walk(struct gt_types *types, gt_type_id map_type, uint64_t header,
                 gt_map_entry_fn *entry, void *ctx);
/* How many entries that walk visits; in less time, since it looks at no slot. */
bool gt_map_count(struct gt_types *types, gt_type_id map_type, uint64_t header, uint64_t *entries);
/* The blocks that a map's storage consists of, overflow buckets included. */
bool gt_map_parts(struct gt_types *types, gt_type_id map_type, uint64_t header,
                  gt_map_part_fn *part, void *ctx);

#endif
