/*
 * The types of package sync that hold values of the program, as sync.Map and sync.Pool do, with the
 * places of their fields: read from the program's own description of its types.
 *
 * A program that lacks a type, or whose type lacks a field, has none of its values: what asks for
 * the field finds nothing. The analysis is borrowed.
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

/* The word of a field of the struct at addr; false where there is none. */
bool gt_sync_word(const struct gt_sync_types *sync, uint64_t addr, enum gt_sync_field field,
                  uint64_t *value);

/* What the owner of a word is called: its variable or the field of its struct, without what comes
 * from `end` on in the last field. It lives in the analysis's storage. */
const char *gt_sync_owner(const struct gt_sync_types *sync, const struct gt_referrer *referrer,
                          const char *end);

#endif
