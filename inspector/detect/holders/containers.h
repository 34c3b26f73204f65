/*
 * How full the containers of the heap are: their entries and their room.
 *
 * Maps never shrink, so a fresh copy of one may free memory: the bytes of its storage, less what Go
 * allocates at once for that many entries.
 */
#ifndef GT_DETECT_HOLDERS_CONTAINERS_H
#define GT_DETECT_HOLDERS_CONTAINERS_H

#include "inspector/detect/heap_analysis.h"

struct gt_container {
    int64_t entries, room;              /* GT_UNKNOWN when it cannot be read */
    int64_t storage_bytes, spare_bytes; /* the same */
};

/* A map of either design, by its header. */
struct gt_container gt_container_of_map(const struct gt_heap_analysis *analysis, gt_type_id type,
                                        uint64_t header);

/* A map of unknown type, by what looks like its header. If it is no header, nothing is known. */
struct gt_container gt_container_of_untyped_map(const struct gt_heap_analysis *analysis,
                                                uint64_t header);

/* A channel, by its hchan: the values in its buffer. */
struct gt_container gt_container_of_channel(const struct gt_heap_analysis *analysis,
                                            uint64_t channel);

/* A backing array, by a slice of it. */
struct gt_container gt_container_of_slice(const struct gt_heap_analysis *analysis,
                                          const struct gt_word *slice);

/* A container of which nothing is known. */
struct gt_container gt_container_unknown(void);

#endif
