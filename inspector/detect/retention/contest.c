#include "inspector/detect/retention/contest.h"

#include "inspector/base/alloc.h"
#include "inspector/runtime/waits/scheduler.h"

static bool is_special_root(const struct gt_root *root)
{
    return root->kind == GT_ROOT_FINALIZER || root->kind == GT_ROOT_CONTENTS ||
           root->kind == GT_ROOT_CLEANUP;
}

static void index_roots(struct gt_contest *contest, const struct gt_study *study)
{
    contest->first_root = gt_calloc(study->goroutines->count, sizeof *contest->first_root);
    contest->root_count = gt_calloc(study->goroutines->count, sizeof *contest->root_count);
    for (uint32_t i = 0; i < study->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(study->roots, i);
        if (is_special_root(root)) gt_vec_add(&contest->edges[GT_SPECIALS].roots, &i);
        if (root->kind == GT_ROOT_WEAK_HANDLE) gt_vec_add(&contest->edges[GT_WEAK].roots, &i);
        if (gt_root_is_goroutines(root) && contest->root_count[root->owner]++ == 0)
            contest->first_root[root->owner] = i;
    }
}

static void contest_timers(struct gt_contest *contest, const struct gt_study *study)
{
    gt_timers_open(study->process, study->goroutines, &contest->timers);
    for (size_t i = 0; i < contest->timers.list.len; i++) {
        const struct gt_timer *timer = gt_vec_at(&contest->timers.list, i);
        if (timer->kind != GT_TIMER_OTHER)
            gt_vec_add(&contest->edges[GT_TIMERS].words, &timer->heap_word);
    }
    for (size_t i = 0; i < contest->timers.stopped.len; i++)
        gt_vec_add(&contest->edges[GT_STOPPED].words, gt_vec_at(&contest->timers.stopped, i));
}

uint32_t gt_goroutine_object(const struct gt_study *study, uint32_t goroutine)
{
    return gt_heap_object(&study->heap->graph, study->goroutines->list[goroutine].address);
}

static void add_goroutine(const struct gt_contest *contest, const struct gt_study *study,
                          uint32_t goroutine, struct gt_edges *edges)
{
    uint32_t object = gt_goroutine_object(study, goroutine);
    const struct gt_wait *wait = &contest->wait[goroutine];
    const struct gt_vec *queue = gt_backlog_of(&contest->backlog, goroutine);

    for (uint32_t i = 0; i < contest->root_count[goroutine]; i++) {
        uint32_t root = contest->first_root[goroutine] + i;
        gt_vec_add(&edges->roots, &root);
    }
    for (size_t i = 0; queue && i < queue->len; i++)
        gt_vec_add(&edges->roots, gt_vec_at(queue, i));
    if (object != GT_NO_OBJECT) gt_vec_add(&edges->muted, &object);
    for (size_t i = 0; i < wait->hidden_words.len; i++)
        gt_vec_add(&edges->words, gt_vec_at(&wait->hidden_words, i));
}

void gt_edges_of_goroutine(const struct gt_study *study, uint32_t goroutine, struct gt_edges *edges)
{
    add_goroutine(study->contest, study, goroutine, edges);
}

/* Main may wait for ever on purpose, and what it waits for may still come. */
static bool is_candidate(const struct gt_study *study, const struct gt_goroutine *g,
                         const struct gt_wait *wait)
{
    if (g->system || wait->kind == GT_WAIT_OTHER) return false;
    if (g->id == GT_MAIN_GOROUTINE && wait->kind != GT_WAIT_NEVER) return false;
    return !gt_wait_is_over(study->process, g, wait);
}

static void note_scheduler(void *ctx, const struct gt_stack_word *word)
{
    gt_vec_add(ctx, &word->value);
}

static void contest_goroutines(struct gt_contest *contest, const struct gt_study *study)
{
    const struct gt_goroutines *all = study->goroutines;

    contest->wait = gt_calloc(all->count, sizeof *contest->wait);
    contest->blocks = gt_calloc(all->count, sizeof *contest->blocks);
    gt_waits_init(&contest->waits, study->process, all);
    for (uint32_t i = 0; i < all->count; i++) {
        const struct gt_goroutine *g = &all->list[i];
        gt_waits_find(&contest->waits, g, &contest->wait[i]);
        contest->blocks[i] = is_candidate(study, g, &contest->wait[i]);
        add_goroutine(contest, study, i,
                      contest->blocks[i] ? &contest->edges[GT_BLOCKED] : &contest->others);
    }
}

/* First without any goroutine, then with those that do not block. */
static void mark_base(struct gt_contest *contest, const struct gt_study *study)
{
    struct gt_absence all;

    gt_absence_init(&all, study);
    for (int i = 0; i < GT_CONTESTED; i++)
        gt_absence_take(&all, study, &contest->edges[i]);
    gt_absence_take(&all, study, &contest->others);
    gt_bitmap_init(&contest->unattended, study->heap->graph.objects);
    gt_live_mark(study->heap, study->roots, &all.roots, &all.cut, &contest->unattended);
    gt_absence_deinit(&all);
    gt_bitmap_init(&contest->base, study->heap->graph.objects);
    gt_bitmap_copy(&contest->base, &contest->unattended);
    struct gt_marker *marker =
        gt_marker_create(&study->heap->graph, &contest->without.cut, &contest->base);
    gt_edges_add_back(&contest->others, study, &contest->without, &contest->base, marker);
    gt_mark_drain(marker);
    gt_marker_free(marker);
}

struct gt_contest *gt_contest_create(const struct gt_study *study)
{
    struct gt_contest *contest = gt_calloc(1, sizeof *contest);

    for (int i = 0; i < GT_CONTESTED; i++)
        gt_edges_init(&contest->edges[i]);
    gt_edges_init(&contest->others);
    contest->globals = GT_VEC_OF(const struct gt_root *);
    index_roots(contest, study);
    gt_backlog_init(&contest->backlog, study);
    contest_timers(contest, study);
    contest_goroutines(contest, study);
    contest->scheduler = GT_VEC_OF(uint64_t);
    gt_scheduler_words(study->process, note_scheduler, &contest->scheduler);
    gt_absence_init(&contest->without, study);
    for (int i = 0; i < GT_CONTESTED; i++)
        gt_absence_take(&contest->without, study, &contest->edges[i]);
    mark_base(contest, study);
    return contest;
}

void gt_contest_free(struct gt_contest *contest, const struct gt_study *study)
{
    if (!contest) return;
    for (int i = 0; i < GT_CONTESTED; i++)
        gt_edges_deinit(&contest->edges[i]);
    gt_edges_deinit(&contest->others);
    gt_absence_deinit(&contest->without);
    gt_bitmap_free(&contest->base);
    gt_bitmap_free(&contest->unattended);
    gt_timers_deinit(&contest->timers);
    gt_vec_free(&contest->globals);
    gt_waits_deinit(&contest->waits);
    gt_vec_free(&contest->scheduler);
    gt_backlog_deinit(&contest->backlog);
    for (uint32_t i = 0; i < study->goroutines->count; i++)
        gt_wait_free(&contest->wait[i]);
    gt_free(contest->wait);
    gt_free(contest->blocks);
    gt_free(contest->first_root);
    gt_free(contest->root_count);
    gt_free(contest);
}

void gt_contest_mark(const struct gt_study *study, const struct gt_absence *without,
                     struct gt_bitmap *marked)
{
    const struct gt_contest *contest = study->contest;

    gt_bitmap_copy(marked, &contest->base);
    struct gt_marker *marker = gt_marker_create(&study->heap->graph, &without->cut, marked);
    for (int i = 0; i < GT_CONTESTED; i++)
        gt_edges_add_back(&contest->edges[i], study, without, marked, marker);
    gt_mark_drain(marker);
    gt_marker_free(marker);
}

void gt_contest_mark_unattended(const struct gt_study *study, struct gt_absence *without,
                                struct gt_bitmap *marked)
{
    const struct gt_contest *contest = study->contest;

    gt_absence_take(without, study, &contest->edges[GT_BLOCKED]);
    gt_absence_take(without, study, &contest->others);
    gt_bitmap_copy(marked, &contest->unattended);
    struct gt_marker *marker = gt_marker_create(&study->heap->graph, &without->cut, marked);
    for (int i = 0; i < GT_CONTESTED; i++)
        if (i != GT_BLOCKED) gt_edges_add_back(&contest->edges[i], study, without, marked, marker);
    gt_mark_drain(marker);
    gt_marker_free(marker);
}

void gt_contest_mark_without(const struct gt_study *study, enum gt_contested kind,
                             struct gt_bitmap *marked)
{
    struct gt_absence without;

    gt_absence_init(&without, study);
    if (kind != GT_CONTESTED) gt_absence_take(&without, study, &study->contest->edges[kind]);
    gt_contest_mark(study, &without, marked);
    gt_absence_deinit(&without);
}
