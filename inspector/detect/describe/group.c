#include "inspector/detect/describe/group.h"

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

void gt_groups_add(struct gt_groups *groups, const char *key, uint64_t weight, uint32_t item)
{
    struct gt_member member = {.key = key, .weight = weight, .item = item};

    gt_vec_add(&groups->members, &member);
}

void gt_groups_add_numbered(struct gt_groups *groups, uint64_t number, uint64_t weight,
                            uint32_t item)
{
    struct gt_member member = {.number = number, .weight = weight, .item = item};

    gt_vec_add(&groups->members, &member);
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

void gt_groups_visit(struct gt_groups *groups, gt_group_fn *visit, void *ctx)
{
    struct gt_member *members = groups->members.data;
    size_t count = groups->members.len;

    if (count) qsort(members, count, sizeof *members, by_key_and_weight);
    for (size_t i = 0, next; i < count; i = next) {
        for (next = i + 1; next < count && by_key(&members[next], &members[i]) == 0; next++)
            ;
        visit(ctx, &members[i], next - i);
    }
}
