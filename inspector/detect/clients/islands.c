/* Starts with all blocked goroutines that no channel of signal.Notify wakes. Each round takes out
 * those that something outside answers, then the places with timers that do not qualify, until a
 * round takes out none. */
#include "inspector/detect/clients/islands.h"

#include "inspector/base/alloc.h"
#include "inspector/base/package.h"
#include "inspector/detect/describe/advice.h"
#include "inspector/detect/describe/locations.h"

#include <string.h>

enum { TIMED = GT_CASE_CLOCK | GT_CASE_PERIODIC };

struct islands_finder {
    const struct gt_abandoned *abandoned;
    bool *timed; /* by goroutine: it waits for time, too */
    bool *may;   /* by goroutine: it may belong to an island */
    bool *is;    /* the result */
    bool some;   /* there is a place with timers */
    bool left;   /* a place was left out since the last look */
};

/* ---- who may belong to an island ----------------------------------------------------------- */

/* Does it wait for a channel of its own that is only ever closed? */
static bool awaits_close(const struct gt_abandoned *abandoned, uint32_t goroutine)
{
    const struct gt_wait *wait = &abandoned->analysis->baseline->wait[goroutine];

    for (size_t i = 0; i < wait->objects.len; i++)
        if (gt_abandoned_case(abandoned, wait->objects.at[i]) == GT_CASE_OWN &&
            gt_channel_is_only_closed(abandoned->analysis->process, wait->objects.at[i]))
            return true;
    return false;
}

/* All goroutines of a place that waits for time belong to an island, or none does. */
static void judge_place(void *ctx, const struct gt_member *members, size_t count)
{
    struct islands_finder *finder = ctx;
    bool belongs = count >= GT_MANY_ALIKE;

    for (size_t i = 0; i < count && belongs; i++)
        belongs = finder->may[members[i].item] && awaits_close(finder->abandoned, members[i].item);
    finder->some |= belongs;
    for (size_t i = 0; i < count && !belongs; i++) {
        finder->left |= finder->may[members[i].item];
        finder->may[members[i].item] = false;
    }
}

static void judge_places(struct islands_finder *finder)
{
    const struct gt_goroutines *all = finder->abandoned->analysis->goroutines;
    struct gt_groups groups;

    finder->some = finder->left = false;
    gt_groups_init(&groups);
    for (uint32_t i = 0; i < all->count; i++)
        if (finder->timed[i]) gt_groups_add_numbered(&groups, all->list[i].same_place, 0, i);
    gt_groups_visit(&groups, judge_place, finder);
    gt_groups_deinit(&groups);
}

static void find_waiting(struct islands_finder *finder)
{
    const struct gt_heap_analysis *analysis = finder->abandoned->analysis;

    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        if (!analysis->baseline->blocks[i]) continue;
        unsigned cases = gt_abandoned_cases(finder->abandoned, i);
        finder->timed[i] = cases & TIMED;
        finder->may[i] = !(cases & GT_CASE_NOTIFY);
    }
}

/* ---- islands ------------------------------------------------------------------------------- */

/* A place that something outside answers is left out, and may then answer others. Each round leaves
 * out at least one place. */
static void settle(struct islands_finder *finder)
{
    do {
        gt_abandoned_reach(finder->abandoned, NULL, finder->may, NULL);
        judge_places(finder);
    } while (finder->some && finder->left);
}

/* Leaves out a package where no goroutine waits for time. Its goroutines end with those of another
 * package, which is found by itself. */
static void leave_untimed(void *ctx, const struct gt_member *members, size_t count)
{
    struct islands_finder *finder = ctx;
    bool timed = false;

    for (size_t i = 0; i < count; i++)
        timed |= finder->timed[members[i].item];
    for (size_t i = 0; i < count && !timed; i++)
        finder->is[members[i].item] = false;
}

static void keep_new(struct gt_islands *islands, const struct islands_finder *finder)
{
    const struct gt_abandoned *abandoned = finder->abandoned;
    const struct gt_goroutines *all = abandoned->analysis->goroutines;

    for (uint32_t i = 0; i < all->count && finder->some; i++)
        islands->is[i] = finder->may[i] && !abandoned->is[i] && !abandoned->hangs[i] &&
                         all->list[i].id != GT_MAIN_GOROUTINE;
}

void gt_islands_find(struct gt_islands *islands, const struct gt_abandoned *abandoned)
{
    size_t count = (size_t)abandoned->analysis->goroutines->count + 1;
    struct islands_finder finder = {.abandoned = abandoned,
                                    .timed = gt_calloc(count, sizeof *finder.timed),
                                    .may = gt_calloc(count, sizeof *finder.may)};

    islands->is = finder.is = gt_calloc(count, sizeof *islands->is);
    find_waiting(&finder);
    judge_places(&finder);
    if (finder.some) settle(&finder);
    keep_new(islands, &finder);
    gt_islands_visit(islands, abandoned->analysis, leave_untimed, &finder);
    gt_endings_find(&islands->endings, abandoned->analysis, islands->is, &abandoned->links);
    gt_free(finder.timed);
    gt_free(finder.may);
}

void gt_islands_deinit(struct gt_islands *islands)
{
    gt_endings_deinit(&islands->endings);
    gt_free(islands->is);
}

/* ---- the report's words -------------------------------------------------------------------- */

static const char *package_of(const struct gt_heap_analysis *analysis, uint32_t number)
{
    uint64_t starts = analysis->goroutines->list[number].start_pc;
    const char *function = gt_process_function(analysis->process, starts);

    return gt_arena_format(analysis->storage, "%.*s", (int)gt_package_length(function), function);
}

void gt_islands_visit(const struct gt_islands *islands, const struct gt_heap_analysis *analysis,
                      gt_group_fn *visit, void *ctx)
{
    const struct gt_goroutines *all = analysis->goroutines;
    struct gt_groups groups;

    gt_groups_init(&groups);
    for (uint32_t i = 0; i < all->count; i++)
        if (islands->is[i])
            gt_groups_add(&groups, package_of(analysis, i),
                          all->list[i].stack_hi - all->list[i].stack_lo, i);
    gt_groups_visit(&groups, visit, ctx);
    gt_groups_deinit(&groups);
}

void gt_islands_describe(const struct gt_islands *islands, const struct gt_heap_analysis *analysis,
                         const struct gt_member *members, size_t count, struct gt_cause *cause)
{
    gt_endings_take(&islands->endings, members, count, &cause->edges);
    cause->always = false;
    cause->title = gt_arena_format(
        analysis->storage,
        "%s goroutines of %s keep each other; timers wake them, and nothing else reaches them",
        gt_heap_analysis_count(analysis, count), members[0].key);
    cause->doubt = "code that they run may end them";
    struct gt_advice_facts facts = gt_advice_facts_hung(&cause->instances[0]);
    facts.lock = "island";
    cause->advice = gt_advice_text(analysis, &facts);
}
