/* Sorts roots, timers' words and goroutines into the kinds of edges. Then one mark goes on in three
 * steps: without goroutines, with those that do not block, and with all. Later marks begin with the
 * set of the first or the second step. */
#include "inspector/detect/retention/baseline.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/waits/queues.h"
#include "inspector/runtime/waits/scheduler.h"

static bool is_special_root(const struct gt_root *root)
{
    return root->kind == GT_ROOT_FINALIZER || root->kind == GT_ROOT_CONTENTS ||
           root->kind == GT_ROOT_CLEANUP;
}

static void index_roots(struct gt_baseline *baseline, const struct gt_heap_analysis *analysis)
{
    baseline->first_root = gt_calloc(analysis->goroutines->count, sizeof *baseline->first_root);
    baseline->root_count = gt_calloc(analysis->goroutines->count, sizeof *baseline->root_count);
    for (uint32_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        if (is_special_root(root)) gt_u32s_add(&baseline->edges[GT_SPECIALS].roots, i);
        if (root->kind == GT_ROOT_WEAK_HANDLE) gt_u32s_add(&baseline->edges[GT_WEAK].roots, i);
        if (gt_root_is_goroutines(root) && baseline->root_count[root->owner]++ == 0)
            baseline->first_root[root->owner] = i;
    }
}

/* Only the runtime points to a runtime.timer inside its time.Timer. A word of an interrupted frame
 * that does so is one of its operations on timer heaps, or stale: it counts as a timer heap's. */
static void leave_out_held_timers(struct gt_baseline *baseline,
                                  const struct gt_heap_analysis *analysis)
{
    for (uint32_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        if (root->kind == GT_ROOT_CONSERVATIVE &&
            gt_timer_kind_at(analysis->process, root->value) != GT_TIMER_OTHER)
            gt_u32s_add(&baseline->edges[GT_TIMERS].roots, i);
    }
}

static void leave_out_timers(struct gt_baseline *baseline, const struct gt_heap_analysis *analysis)
{
    gt_timers_init(analysis->process, analysis->goroutines, &baseline->timers);
    for (size_t i = 0; i < baseline->timers.list.len; i++) {
        const struct gt_timer *timer = gt_vec_at(&baseline->timers.list, i);
        if (timer->kind != GT_TIMER_OTHER)
            gt_u64s_add(&baseline->edges[GT_TIMERS].words, timer->heap_word);
    }
    for (size_t i = 0; i < baseline->timers.stopped.len; i++)
        gt_u64s_add(&baseline->edges[GT_STOPPED].words, baseline->timers.stopped.at[i]);
    leave_out_held_timers(baseline, analysis);
}

static void find_objects(struct gt_baseline *baseline, const struct gt_heap_analysis *analysis)
{
    const struct gt_goroutines *all = analysis->goroutines;

    baseline->object = gt_alloc((all->count + 1) * sizeof *baseline->object);
    for (uint32_t i = 0; i < all->count; i++)
        baseline->object[i] = gt_heap_object(&analysis->heap->graph, all->list[i].address);
}

static void add_goroutine(const struct gt_baseline *baseline, uint32_t goroutine,
                          struct gt_edges *edges)
{
    uint32_t object = baseline->object[goroutine];
    const struct gt_wait *wait = &baseline->wait[goroutine];
    const struct gt_u32s *queue = gt_backlog_of(&baseline->backlog, goroutine);

    for (uint32_t i = 0; i < baseline->root_count[goroutine]; i++) {
        uint32_t root = baseline->first_root[goroutine] + i;
        gt_u32s_add(&edges->roots, root);
    }
    for (size_t i = 0; queue && i < queue->len; i++)
        gt_u32s_add(&edges->roots, queue->at[i]);
    if (object != GT_NO_OBJECT) gt_u32s_add(&edges->no_out_edges, object);
    for (size_t i = 0; i < wait->hidden_words.len; i++)
        gt_u64s_add(&edges->words, wait->hidden_words.at[i]);
}

void gt_edges_of_goroutine(const struct gt_heap_analysis *analysis, uint32_t goroutine,
                           struct gt_edges *edges)
{
    add_goroutine(analysis->baseline, goroutine, edges);
}

/* Main is a candidate too, though it is not reported: if nothing wakes it, what it holds wakes no
 * goroutine. */
static bool is_candidate(const struct gt_heap_analysis *analysis, const struct gt_goroutine *g,
                         const struct gt_wait *wait)
{
    if (g->system || wait->kind == GT_WAIT_OTHER) return false;
    return !gt_wait_is_over(analysis->process, g, wait);
}

static void note_scheduler(void *ctx, const struct gt_stack_word *word)
{
    struct gt_u64s *words = ctx;

    gt_u64s_add(words, word->value);
}

static void leave_out_goroutines(struct gt_baseline *baseline,
                                 const struct gt_heap_analysis *analysis)
{
    const struct gt_goroutines *all = analysis->goroutines;

    baseline->wait = gt_calloc(all->count, sizeof *baseline->wait);
    baseline->blocks = gt_calloc(all->count, sizeof *baseline->blocks);
    gt_waits_init(&baseline->waits, analysis->process, all);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct gt_goroutine *g = &all->list[i];
        gt_waits_find(&baseline->waits, g, &baseline->wait[i]);
        if (!gt_wait_is_sound(analysis->process, g) ||
            !gt_queues_are_sound(analysis->process, all, g))
            gt_contradict(&analysis->process->contradictions, GT_CONTRADICTION_QUEUES, 1,
                          g->address);
        baseline->blocks[i] = is_candidate(analysis, g, &baseline->wait[i]);
        add_goroutine(baseline, i,
                      baseline->blocks[i] ? &baseline->edges[GT_BLOCKED] : &baseline->others);
    }
}

/* Lets others follow pointers first, where no edge is cut. */
static void give_away(struct gt_marker *marker, const struct gt_cut *cut, struct gt_bitmap *marked,
                      uint32_t scan_objects, gt_before_mark_fn *before, void *ctx)
{
    struct gt_typed_mark reach = {.marked = marked};
    struct gt_bitmap away;

    gt_bitmap_init(&away, marked->bits);
    gt_bitmap_unite(&away, &cut->has_words);
    gt_bitmap_unite(&away, &cut->no_out_edges);
    if (gt_bitmap_next(&away, 0) < away.bits) reach.away = &away;
    gt_bitmap_init(&reach.scanned, scan_objects);
    before(ctx, &reach);
    gt_mark_resume(marker, &reach.scanned, reach.dangles);
    gt_bitmap_deinit(&reach.scanned);
    gt_bitmap_deinit(&away);
}

static void mark_alone(const struct gt_baseline *baseline, const struct gt_heap_analysis *analysis,
                       struct gt_bitmap *marked, gt_before_mark_fn *before, void *ctx)
{
    struct gt_exclusion all;

    gt_exclusion_init(&all, analysis);
    for (int i = 0; i < GT_LEFT_OUT; i++)
        gt_exclusion_add(&all, analysis, &baseline->edges[i]);
    gt_exclusion_add(&all, analysis, &baseline->others);
    struct gt_marker *marker =
        gt_live_marker(analysis->heap, analysis->roots, &all.roots, &all.cut, marked);
    if (before)
        give_away(marker, &all.cut, marked, analysis->heap->graph.scan_objects, before, ctx);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
    gt_exclusion_deinit(&all);
}

/* Continues a mark with `count` kinds of edges, except what `without` excludes. */
static void mark_more(const struct gt_heap_analysis *analysis, const struct gt_edges *edges,
                      int count, const struct gt_exclusion *without, struct gt_bitmap *marked)
{
    struct gt_marker *marker = gt_marker_create(&analysis->heap->graph, &without->cut, marked);

    for (int i = 0; i < count; i++)
        gt_edges_add_back(&edges[i], analysis, without, marked, marker);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

/* Marks first without any goroutine, then with those that do not block, then all. */
void gt_baseline_mark_live(struct gt_baseline *baseline, const struct gt_heap_analysis *analysis,
                           struct gt_bitmap *live, gt_before_mark_fn *before, void *ctx)
{
    struct gt_bitmap alone, marked;
    struct gt_exclusion nothing;

    gt_bitmap_init(&alone, live->bits);
    mark_alone(baseline, analysis, &alone, before, ctx);
    gt_bitmap_init(&marked, live->bits);
    gt_bitmap_copy(&marked, &alone);
    mark_more(analysis, &baseline->others, 1, &baseline->without, &marked);
    gt_bitmap_copy(live, &marked);
    gt_exclusion_init(&nothing, analysis);
    mark_more(analysis, baseline->edges, GT_LEFT_OUT, &nothing, live);
    gt_exclusion_deinit(&nothing);
    gt_bitmap_change_init(&baseline->alone, live, &alone);
    gt_bitmap_deinit(&alone);
    gt_bitmap_change_init(&baseline->marked, live, &marked);
    gt_bitmap_deinit(&marked);
}

struct gt_baseline *gt_baseline_create(const struct gt_heap_analysis *analysis)
{
    struct gt_baseline *baseline = gt_calloc(1, sizeof *baseline);

    for (int i = 0; i < GT_LEFT_OUT; i++)
        gt_edges_init(&baseline->edges[i]);
    gt_edges_init(&baseline->others);
    baseline->globals = GT_VEC_OF(const struct gt_root *);
    index_roots(baseline, analysis);
    find_objects(baseline, analysis);
    gt_backlog_init(&baseline->backlog, analysis);
    leave_out_timers(baseline, analysis);
    leave_out_goroutines(baseline, analysis);
    gt_scheduler_words(analysis->process, note_scheduler, &baseline->scheduler);
    gt_exclusion_init(&baseline->without, analysis);
    for (int i = 0; i < GT_LEFT_OUT; i++)
        gt_exclusion_add(&baseline->without, analysis, &baseline->edges[i]);
    return baseline;
}

void gt_baseline_destroy(struct gt_baseline *baseline)
{
    if (!baseline) return;
    for (int i = 0; i < GT_LEFT_OUT; i++)
        gt_edges_deinit(&baseline->edges[i]);
    gt_edges_deinit(&baseline->others);
    gt_exclusion_deinit(&baseline->without);
    gt_bitmap_change_deinit(&baseline->marked);
    gt_bitmap_change_deinit(&baseline->alone);
    gt_timers_deinit(&baseline->timers);
    gt_vec_deinit(&baseline->globals);
    gt_waits_deinit(&baseline->waits);
    gt_u64s_deinit(&baseline->scheduler);
    gt_backlog_deinit(&baseline->backlog);
    gt_free(baseline->wait);
    gt_free(baseline->blocks);
    gt_free(baseline->first_root);
    gt_free(baseline->root_count);
    gt_free(baseline->object);
    gt_free(baseline);
}

void gt_baseline_mark(const struct gt_heap_analysis *analysis, const struct gt_exclusion *without,
                      struct gt_bitmap *marked)
{
    const struct gt_baseline *baseline = analysis->baseline;

    gt_bitmap_copy(marked, &analysis->live);
    gt_bitmap_change_apply(&baseline->marked, marked);
    mark_more(analysis, baseline->edges, GT_LEFT_OUT, without, marked);
}

void gt_baseline_alone(const struct gt_heap_analysis *analysis, struct gt_bitmap *marked)
{
    gt_bitmap_copy(marked, &analysis->live);
    gt_bitmap_change_apply(&analysis->baseline->alone, marked);
}

void gt_baseline_mark_without_goroutines(const struct gt_heap_analysis *analysis,
                                         struct gt_exclusion *without, struct gt_bitmap *marked)
{
    const struct gt_baseline *baseline = analysis->baseline;

    gt_exclusion_add(without, analysis, &baseline->edges[GT_BLOCKED]);
    gt_exclusion_add(without, analysis, &baseline->others);
    gt_baseline_alone(analysis, marked);
    struct gt_marker *marker = gt_marker_create(&analysis->heap->graph, &without->cut, marked);
    for (int i = 0; i < GT_LEFT_OUT; i++)
        if (i != GT_BLOCKED)
            gt_edges_add_back(&baseline->edges[i], analysis, without, marked, marker);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

void gt_baseline_mark_without(const struct gt_heap_analysis *analysis, enum gt_left_out kind,
                              struct gt_bitmap *marked)
{
    struct gt_exclusion without;

    gt_exclusion_init(&without, analysis);
    gt_exclusion_add(&without, analysis, &analysis->baseline->edges[kind]);
    gt_baseline_mark(analysis, &without, marked);
    gt_exclusion_deinit(&without);
}
