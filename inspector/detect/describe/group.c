/* Sorts the members by key, then by weight, so that each group is a run of neighbours. */
#include "inspector/detect/describe/group.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void gt_groups_init(struct gt_groups *groups)
{
    groups->members = GT_VEC_OF(struct gt_member);
}

void gt_groups_deinit(struct gt_groups *groups)
{
    gt_vec_deinit(&groups->members);
}

void gt_groups_add_member(struct gt_groups *groups, const struct gt_member *member)
{
    gt_vec_add(&groups->members, member);
}

void gt_groups_add(struct gt_groups *groups, const char *key, uint64_t weight, uint32_t item)
{
    struct gt_member member = {.key = key, .weight = weight, .item = item};

    gt_groups_add_member(groups, &member);
}

void gt_groups_add_numbered(struct gt_groups *groups, uint64_t number, uint64_t weight,
                            uint32_t item)
{
    struct gt_member member = {.number = number, .weight = weight, .item = item};

    gt_groups_add_member(groups, &member);
}

static int by_key(const struct gt_member *left, const struct gt_member *right)
{
    if (left->number != right->number) return left->number < right->number ? -1 : 1;
    return left->key == right->key ? 0 : strcmp(left->key, right->key);
}

static int by_key_and_weight(const void *a, const void *b)
{
    const struct gt_member *left = a, *right = b;
    int order = by_key(left, right);

    if (order) return order;
    if (left->weight != right->weight) return left->weight > right->weight ? -1 : 1;
    return left->item < right->item ? -1 : left->item > right->item;
}

static void sort(struct gt_groups *groups)
{
    if (groups->members.len)
        qsort(groups->members.data, groups->members.len, sizeof(struct gt_member),
              by_key_and_weight);
}

/* The index behind the last member of the group that begins at `from`. */
static size_t group_end(const struct gt_member *members, size_t count, size_t from)
{
    size_t end = from + 1;

    while (end < count && by_key(&members[end], &members[from]) == 0)
        end++;
    return end;
}

static bool is_light(const struct gt_member *members, size_t count, uint64_t floor)
{
    uint64_t weight = 0;

    for (size_t i = 0; i < count && weight < floor; i++)
        weight += members[i].weight;
    return weight < floor;
}

static void widen(struct gt_member *members, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (members[i].wider) members[i].key = members[i].wider;
}

void gt_groups_join_light(struct gt_groups *groups, uint64_t floor)
{
    struct gt_member *members = groups->members.data;
    size_t count = groups->members.len;

    sort(groups);
    for (size_t i = 0, next; i < count; i = next) {
        next = group_end(members, count, i);
        if (is_light(&members[i], next - i, floor)) widen(&members[i], next - i);
    }
}

void gt_groups_visit(struct gt_groups *groups, gt_group_fn *visit, void *ctx)
{
    const struct gt_member *members = groups->members.data;
    size_t count = groups->members.len;

    sort(groups);
    for (size_t i = 0, next; i < count; i = next) {
        next = group_end(members, count, i);
        visit(ctx, &members[i], next - i);
    }
}
