/* What a comparison says of the core: what is explained, uncertain, or contradicts it. */
#include "inspector/base/str.h"
#include "inspector/runtime/roots/compare.h"

static const enum gt_standing standings[GT_REASONS] = {
    [GT_REASON_STACK] = GT_EXPLAINS,        [GT_REASON_OBJECT] = GT_EXPLAINS,
    [GT_REASON_RETIRED] = GT_EXPLAINS,      [GT_REASON_CONSERVATIVE] = GT_EXPLAINS,
    [GT_REASON_BARRIER] = GT_EXPLAINS,      [GT_REASON_FREE_MEMORY] = GT_WITHOUT_A_TRACE,
    [GT_REASON_ALIKE] = GT_PLAUSIBLE,       [GT_REASON_FREED] = GT_PLAUSIBLE,
    [GT_REASON_MADE] = GT_PLAUSIBLE,        [GT_REASON_TINY] = GT_PLAUSIBLE,
    [GT_REASON_IDLE] = GT_PLAUSIBLE,        [GT_REASON_FEW] = GT_PLAUSIBLE,
    [GT_REASON_FRAME] = GT_WITHOUT_A_TRACE, [GT_REASON_NOTHING] = GT_WITHOUT_A_TRACE,
};

enum gt_standing gt_reason_standing(enum gt_check_reason reason)
{
    return standings[reason];
}

static uint64_t count(const struct gt_reason_count *counts, enum gt_standing standing)
{
    uint64_t objects = 0;

    for (int i = 0; i < GT_REASONS; i++)
        if (standings[i] == standing) objects += counts[i].objects;
    return objects;
}

/* Does anything show that the program worked since the mark? Objects that were freed before it, and
 * those that are idle, do not. */
static bool has_moved(const struct gt_comparison *comparison)
{
    return comparison->unjudged || count(comparison->only_gc, GT_EXPLAINS) ||
           comparison->only_gc[GT_REASON_ALIKE].objects ||
           comparison->only_gc[GT_REASON_MADE].objects;
}

uint64_t gt_comparison_uncertain(const struct gt_comparison *comparison)
{
    uint64_t unknown = count(comparison->only_gc, GT_WITHOUT_A_TRACE);

    if (count(comparison->only_gc, GT_AGAINST) || count(comparison->only_own, GT_AGAINST)) return 0;
    if (unknown && !has_moved(comparison)) return 0;
    return unknown + count(comparison->only_gc, GT_PLAUSIBLE);
}

static bool contradicts(enum gt_check_reason reason)
{
    if (reason == GT_REASON_UNJUDGED || reason == GT_REASON_MISSING) return false;
    return standings[reason] == GT_AGAINST || standings[reason] == GT_WITHOUT_A_TRACE;
}

static void contradict(const struct gt_reason_count *counts, enum gt_contradiction kind,
                       struct gt_process *process)
{
    for (int i = 0; i < GT_REASONS; i++)
        if (contradicts((enum gt_check_reason)i))
            gt_contradict(&process->contradictions, kind, counts[i].objects,
                          counts[i].examples.len ? counts[i].examples.at[0] : 0);
}

static void doubt(uint64_t objects, struct gt_process *process)
{
    char count[GT_GROUPED];

    gt_process_lost(process, GT_OF_MARKS,
                    "whether the collector agrees: it marked %s object%s that nothing in the core "
                    "leads to, and the core does not tell "
                    "whether the program dropped %s since (gotopsy check)",
                    gt_grouped(count, objects), objects == 1 ? "" : "s",
                    objects == 1 ? "it" : "them");
}

void gt_comparison_contradict(const struct gt_comparison *comparison, struct gt_process *process)
{
    struct gt_arena words = {0};
    uint64_t uncertain = gt_comparison_uncertain(comparison);

    if (uncertain) {
        doubt(uncertain, process);
    } else if (!gt_process_lacks_memory(process, &words)) {
        contradict(comparison->only_gc, GT_CONTRADICTION_MARKS, process);
        contradict(comparison->only_own, GT_CONTRADICTION_UNREACHED, process);
    }
    gt_arena_deinit(&words);
}
