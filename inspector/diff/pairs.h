/*
 * Rows of two cores, matched by key.
 *
 * Invariant: a key has one row, whichever core it came from. Numbers that are added under one key
 * are summed. If both cores have a name, the newer core's is used. Rows belong to `storage`.
 */
#ifndef GT_DIFF_PAIRS_H
#define GT_DIFF_PAIRS_H

#include "gotopsy.h"
#include "inspector/base/arena.h"
#include "inspector/base/hash.h"
#include "inspector/base/vec.h"

struct gt_pairs {
    struct gt_strmap places; /* key -> index in rows + 1 */
    struct gt_vec rows;      /* struct gt_growth */
    struct gt_arena *storage;
};

struct gt_thing { /* a row of one core */
    const char *key, *name, *where;
    uint64_t count, bytes;
};

void gt_pairs_init(struct gt_pairs *pairs, struct gt_arena *storage);
void gt_pairs_deinit(struct gt_pairs *pairs);

/* Strings are copied. */
void gt_pairs_add(struct gt_pairs *pairs, bool newer, const struct gt_thing *thing);

/* Sorts the rows that changed, and keeps as many as the options allow. */
void gt_pairs_fill(struct gt_pairs *pairs, const struct gt_diff_options *options,
                   struct gt_growth_section *section);

static inline int64_t gt_growth_bytes(const struct gt_growth *growth)
{
    return (int64_t)(growth->new_bytes - growth->old_bytes);
}

#endif
