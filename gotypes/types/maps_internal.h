/*
 * A walk over one map, shared by maps.c, swissmap.c and bucketmap.c.
 */
#ifndef GT_TYPES_MAPS_INTERNAL_H
#define GT_TYPES_MAPS_INTERNAL_H

#include "gotypes/types/maps.h"

enum { GT_MAP_SLOTS = 8 }; /* both of a group and of a bucket */

struct gt_map_reader {
    const struct gt_memory *mem;
    const struct gt_layout *layout;
    const struct gt_map_shape *shape;
    uint64_t header;
    gt_map_entry_fn *entry; /* at most one of the two is set */
    gt_map_part_fn *part;
    void *ctx;
    bool stopped;     /* by the entry function */
    bool counts;      /* entries are counted, and not visited */
    uint64_t entries; /* that were counted */
};

/* False when the map is damaged or not in memory. */
bool gt_map_visit_swiss(struct gt_map_reader *map);
bool gt_map_visit_buckets(struct gt_map_reader *map);

void gt_map_report_part(struct gt_map_reader *map, enum gt_map_part part, uint64_t addr,
                        uint64_t count);
/* `group` is where the host has the group or bucket of addr. */
void gt_map_report_slot(struct gt_map_reader *map, const unsigned char *group, uint64_t addr,
                        unsigned slot);

#endif
