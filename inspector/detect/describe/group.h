/*
 * Groups equal blocks into one finding: 10,000 substrings held by one map are one line.
 *
 * Members are added with their key and weight, and visited group by group, the heaviest member
 * first. A key is a text, or a number if the members have numbers. The groups own their table, not
 * the keys.
 */
#ifndef GT_DETECT_GROUP_H
#define GT_DETECT_GROUP_H

#include "inspector/base/vec.h"

#include <stdint.h>

/* Fewer alike are no finding by their number: a program may be about to end them. */
enum { GT_MANY_ALIKE = 10 };

struct gt_member {
    const char *key; /* NULL when the key is the number */
    uint64_t number, weight;
    uint32_t item;     /* the caller's own number */
    const char *wider; /* the key for gt_groups_join_light(), or NULL */
};

struct gt_groups {
    struct gt_vec members; /* struct gt_member */
};

void gt_groups_init(struct gt_groups *groups);
void gt_groups_deinit(struct gt_groups *groups);
/* All members of one table have keys of one sort. */
void gt_groups_add(struct gt_groups *groups, const char *key, uint64_t weight, uint32_t item);
void gt_groups_add_numbered(struct gt_groups *groups, uint64_t number, uint64_t weight,
                            uint32_t item);

/* A member that has a wider key, too. */
void gt_groups_add_member(struct gt_groups *groups, const struct gt_member *member);

/* Groups that weigh less than `floor` together join by the wider keys of their members. */
void gt_groups_join_light(struct gt_groups *groups, uint64_t floor);

/* Calls `visit` once for each group with its members, the heaviest first. */
typedef void gt_group_fn(void *ctx, const struct gt_member *members, size_t count);
void gt_groups_visit(struct gt_groups *groups, gt_group_fn *visit, void *ctx);

#endif
