/*
 * The types of package sync that hold values of the program, sync.Map and sync.Pool, and the
 * offsets of their fields. Both come from the program's own description of its types.
 *
 * If the program lacks a type, or the type lacks a field, gt_sync_word() returns false for that
 * field. The analysis is borrowed.
 */
#ifndef GT_DETECT_HOLDERS_SYNC_TYPES_H
#define GT_DETECT_HOLDERS_SYNC_TYPES_H

#include "inspector/detect/describe/fields.h"

enum gt_sync_field { /* sync/map.go, sync/pool.go, sync/poolqueue.go, internal/sync/hashtriemap.go
                      */
                     GT_SYNC_MAP_READ,
                     GT_SYNC_MAP_DIRTY,
                     GT_SYNC_READ_ONLY_M,
                     GT_SYNC_OLD_ENTRY_P,
                     GT_SYNC_INNER_CHILDREN,
                     GT_SYNC_INNER_PARENT,
                     GT_SYNC_ENTRY_OVERFLOW,
                     GT_SYNC_POOL_VICTIM,
                     GT_SYNC_LOCAL_PRIVATE,
                     GT_SYNC_LOCAL_SHARED,
                     GT_SYNC_CHAIN_HEAD,
                     GT_SYNC_LINK_PREV,
                     GT_SYNC_QUEUE_HEAD_TAIL,
                     GT_SYNC_QUEUE_VALS,
                     GT_SYNC_FIELDS
};

struct gt_sync_place {
    gt_type_id in, type; /* of the struct, and of the field; GT_NO_TYPE: there is none */
    uint64_t offset;
};

struct gt_sync_types {
    const struct gt_heap_analysis *analysis;
    struct gt_sync_place place[GT_SYNC_FIELDS];
};

void gt_sync_types_init(struct gt_sync_types *sync, const struct gt_heap_analysis *analysis);

static inline bool gt_sync_has(const struct gt_sync_types *sync, enum gt_sync_field field)
{
    return sync->place[field].in != GT_NO_TYPE;
}

/* Reads the field of the struct at addr. Returns false if the field or its memory is missing. */
bool gt_sync_word(const struct gt_sync_types *sync, uint64_t addr, enum gt_sync_field field,
                  uint64_t *value);

/* The name of the owner of a word: its variable or the field of its struct. The last field's text
 * from `end` on is left out. The analysis's storage owns the name. */
const char *gt_sync_owner(const struct gt_sync_types *sync, const struct gt_referrer *referrer,
                          const char *end);

#endif
