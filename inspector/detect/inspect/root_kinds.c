/* Divides the roots by the collector's kinds, and the globals by whether their names, or the
 * functions that use them, are the runtime's. */
#include "inspector/detect/inspect/root_kinds.h"

#include "inspector/detect/describe/root_names.h"

static enum gt_path_kind kind_of(const struct gt_heap_analysis *analysis,
                                 const struct gt_root *root)
{
    if (root->kind == GT_ROOT_GLOBAL)
        return gt_root_is_runtimes(analysis, root) ? GT_PATH_RUNTIME : GT_PATH_GLOBAL;
    if (gt_root_is_goroutines(root)) return GT_PATH_GOROUTINE;
    if (root->kind == GT_ROOT_TINY || root->kind == GT_ROOT_WEAK_HANDLE) return GT_PATH_RUNTIME;
    return GT_PATH_FINALIZER;
}

static void add(struct gt_kind_roots *roots, uint64_t value, size_t number)
{
    gt_u64s_add(&roots->values, value);
    gt_u32s_add(&roots->numbers, (uint32_t)number);
}

static void find_late(struct gt_kind_roots *roots, const struct gt_heap_analysis *analysis,
                      bool timers)
{
    gt_bitmap_init(&roots->late, roots->numbers.len);
    for (size_t i = 0; i < roots->numbers.len && !timers; i++)
        if (gt_root_is_late(analysis, gt_root_at(analysis->roots, roots->numbers.at[i])))
            gt_bit_set(&roots->late, i);
}

void gt_root_kinds_init(struct gt_root_kinds *kinds, const struct gt_heap_analysis *analysis)
{
    for (unsigned i = 0; i < GT_PATH_KINDS; i++)
        kinds->of[i] = (struct gt_kind_roots){0};
    for (size_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        add(&kinds->of[kind_of(analysis, root)], root->value, i);
    }
    gt_timers_init(analysis->process, analysis->goroutines, &kinds->timers);
    for (size_t i = 0; i < kinds->timers.list.len; i++) {
        const struct gt_timer *timer = gt_vec_at(&kinds->timers.list, i);
        add(&kinds->of[GT_PATH_TIMER], timer->address, i);
    }
    for (unsigned i = 0; i < GT_PATH_KINDS; i++)
        find_late(&kinds->of[i], analysis, i == GT_PATH_TIMER);
}

void gt_root_kinds_deinit(struct gt_root_kinds *kinds)
{
    for (unsigned i = 0; i < GT_PATH_KINDS; i++) {
        gt_u64s_deinit(&kinds->of[i].values);
        gt_u32s_deinit(&kinds->of[i].numbers);
        gt_bitmap_deinit(&kinds->of[i].late);
    }
    gt_timers_deinit(&kinds->timers);
}
