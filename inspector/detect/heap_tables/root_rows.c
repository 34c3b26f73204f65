/* Names and kinds of groups of roots. */
#include "inspector/detect/heap_tables/root_rows.h"

#include "inspector/base/package.h"
#include "inspector/detect/describe/fields.h"
#include "inspector/detect/describe/root_names.h"

const struct gt_root_label gt_timer_label = {GT_ROW_TIMER, "active timers", GT_NO_TYPE, GT_UNKNOWN};
const struct gt_root_label gt_several_label = {GT_ROW_SEVERAL, "held by several roots", GT_NO_TYPE,
                                               GT_UNKNOWN};

static const enum gt_row_kind kinds[GT_ROOT_KINDS] = {
    [GT_ROOT_GLOBAL] = GT_ROW_GLOBAL,
    [GT_ROOT_FRAME] = GT_ROW_GOROUTINE,
    [GT_ROOT_CONSERVATIVE] = GT_ROW_GOROUTINE,
    [GT_ROOT_CONTEXT] = GT_ROW_GOROUTINE,
    [GT_ROOT_DEFER] = GT_ROW_GOROUTINE,
    [GT_ROOT_FINALIZER] = GT_ROW_FINALIZER,
    [GT_ROOT_CONTENTS] = GT_ROW_FINALIZER,
    [GT_ROOT_CLEANUP] = GT_ROW_CLEANUP,
    [GT_ROOT_WEAK_HANDLE] = GT_ROW_WEAK_POINTER,
    [GT_ROOT_QUEUED] = GT_ROW_FINALIZER,
    [GT_ROOT_QUEUED_CLEANUP] = GT_ROW_CLEANUP,
    [GT_ROOT_TINY] = GT_ROW_RUNTIME,
};

/* A variable of the runtime, or of a package that is part of it. */
static bool is_runtimes(const struct gt_root *root, const char *name)
{
    return root->kind == GT_ROOT_GLOBAL && gt_is_runtimes(name);
}

struct gt_root_label gt_root_label_of(const struct gt_heap_analysis *analysis,
                                      const struct gt_root_groups *groups, uint32_t group)
{
    size_t first = gt_root_groups_first(groups, group);
    const struct gt_root *root = gt_root_at(analysis->roots, groups->number.at[first]);
    struct gt_root_label label = {.words =
                                      (int64_t)(gt_root_groups_first(groups, group + 1) - first)};
    char field[GT_FIELD];

    label.name =
        gt_without_global(gt_root_name(analysis, root, true, field, sizeof field, &label.type));
    label.kind = is_runtimes(root, label.name) ? GT_ROW_RUNTIME : kinds[root->kind];
    return label;
}
