#include "inspector/detect/holders/live_tree.h"

#include "inspector/base/alloc.h"

#include <string.h>

static bool is_same(const struct gt_root_groups *one, const struct gt_root_groups *other)
{
    if (one->first.len != other->first.len || one->number.len != other->number.len) return false;
    if (memcmp(one->first.at, other->first.at, one->first.len * sizeof *one->first.at) != 0)
        return false;
    return !one->number.len ||
           memcmp(one->number.at, other->number.at, one->number.len * sizeof *one->number.at) == 0;
}

static void build(struct gt_live_tree *live, const struct gt_heap_analysis *analysis)
{
    const struct gt_vec *roots = &live->groups.roots;

    gt_dominators_init(&live->tree, &analysis->heap->graph, &analysis->live, roots->data,
                       roots->len, gt_root_groups_count(&live->groups));
}

/* Takes over the groups. */
static void regroup(struct gt_live_tree *live, const struct gt_heap_analysis *analysis,
                    struct gt_root_groups groups)
{
    bool same = is_same(&live->groups, &groups);

    gt_root_groups_deinit(&live->groups);
    live->groups = groups;
    if (same) return;
    gt_dominators_deinit(&live->tree);
    build(live, analysis);
}

struct gt_live_tree *gt_live_tree(struct gt_heap_analysis *analysis)
{
    struct gt_live_tree *live = analysis->tree;
    struct gt_root_groups groups;

    if (!live || live->typing != analysis->typing) gt_root_groups_init(&groups, analysis);
    if (!live) {
        live = gt_calloc(1, sizeof *live);
        live->groups = groups;
        build(live, analysis);
        analysis->tree = live;
    } else if (live->typing != analysis->typing) {
        regroup(live, analysis, groups);
    }
    live->typing = analysis->typing;
    gt_dominators_count_bytes(&live->tree);
    return live;
}

void gt_live_tree_destroy(struct gt_live_tree *live)
{
    if (!live) return;
    gt_dominators_deinit(&live->tree);
    gt_root_groups_deinit(&live->groups);
    gt_free(live);
}
