/* Divides the roots by the collector's kinds, and the globals by whether their names, or the
 * functions that use them, are the runtime's. */
#include "inspector/detect/inspect/root_kinds.h"

#include "inspector/runtime/typing/static_areas.h"

/* Is it a variable of the runtime? Without its name, it is one if only functions of the runtime use
 * it. */
static bool is_runtimes(const struct gt_heap_analysis *analysis, const struct gt_root *root)
{
    struct gt_root first = *root;
    struct gt_referred at;
    gt_type_id type;
    uint64_t offset;

    first.addr = gt_static_first(analysis->typing->statics, root->addr);
    const char *name = gt_typing_variable(analysis->typing, &first, &type, &offset);
    if (name) return gt_is_runtimes(name);
    if (!gt_global_users_at(analysis->users, first.addr, &at) || !at.user_count) return false;
    return gt_is_runtimes(at.users[0]) && (at.user_count < 2 || gt_is_runtimes(at.users[1]));
}

static enum gt_path_kind kind_of(const struct gt_heap_analysis *analysis,
                                 const struct gt_root *root)
{
    if (root->kind == GT_ROOT_GLOBAL)
        return is_runtimes(analysis, root) ? GT_PATH_RUNTIME : GT_PATH_GLOBAL;
    if (gt_root_is_goroutines(root)) return GT_PATH_GOROUTINE;
    if (root->kind == GT_ROOT_TINY || root->kind == GT_ROOT_WEAK_HANDLE) return GT_PATH_RUNTIME;
    return GT_PATH_FINALIZER;
}

static void add(struct gt_kind_roots *roots, uint64_t value, size_t number)
{
    gt_u64s_add(&roots->values, value);
    gt_u32s_add(&roots->numbers, (uint32_t)number);
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
}

void gt_root_kinds_deinit(struct gt_root_kinds *kinds)
{
    for (unsigned i = 0; i < GT_PATH_KINDS; i++) {
        gt_u64s_deinit(&kinds->of[i].values);
        gt_u32s_deinit(&kinds->of[i].numbers);
    }
    gt_timers_deinit(&kinds->timers);
}
