/* Builds the tree in a task, or at the first call. With other types the roots are grouped again,
 * and the tree is built again only if the groups differ. */
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

static void build(struct gt_live_tree *live)
{
    const struct gt_vec *roots = &live->groups.roots;

    gt_dominators_init(&live->tree, &live->heap->graph, live->set, roots->data, roots->len,
                       gt_root_groups_count(&live->groups));
}

static struct gt_error *build_in_task(void *args)
{
    build(args);
    return NULL;
}

static void finish(struct gt_live_tree *live)
{
    if (live->building) gt_error_destroy(gt_task_wait(live->building));
    live->building = NULL;
}

/* Takes over the groups. */
static void regroup(struct gt_live_tree *live, struct gt_root_groups groups)
{
    bool same = is_same(&live->groups, &groups);

    gt_root_groups_deinit(&live->groups);
    live->groups = groups;
    if (same) return;
    gt_dominators_deinit(&live->tree);
    build(live);
}

static struct gt_live_tree *create(struct gt_heap_analysis *analysis)
{
    struct gt_live_tree *live = gt_calloc(1, sizeof *live);

    live->heap = analysis->heap;
    live->set = &analysis->live;
    live->typing = analysis->typing;
    gt_root_groups_init(&live->groups, analysis);
    analysis->tree = live;
    return live;
}

void gt_live_tree_begin(struct gt_heap_analysis *analysis)
{
    if (analysis->tree) return;
    gt_goheap_share(analysis->heap, &analysis->live);
    struct gt_live_tree *live = create(analysis);
    live->building = gt_task_start(build_in_task, live);
}

struct gt_live_tree *gt_live_tree(struct gt_heap_analysis *analysis)
{
    struct gt_live_tree *live = analysis->tree;
    struct gt_root_groups groups;

    if (!live) {
        build(live = create(analysis));
    } else {
        finish(live);
    }
    if (live->typing != analysis->typing) {
        gt_root_groups_init(&groups, analysis);
        regroup(live, groups);
        live->typing = analysis->typing;
    }
    gt_dominators_count_bytes(&live->tree);
    return live;
}

void gt_live_tree_destroy(struct gt_live_tree *live)
{
    if (!live) return;
    if (live->building)
        gt_task_abandon(live->building);
    else
        gt_dominators_deinit(&live->tree);
    gt_root_groups_deinit(&live->groups);
    gt_free(live);
}
