/* The mark of a trial goes on where types did not lead, as in a report. */
#include "tests/unit/runtime/typing/rounds_trial.h"

#include "inspector/runtime/roots/live.h"

static const unsigned thread_counts[] = {1, 2, 4};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof *thread_counts };

/* ---- trials ---------------------------------------------------------------------------------- */

uint32_t trial_object(const struct trial *trial, uint64_t addr)
{
    uint32_t object = gt_heap_object(&trial->analysis->heap->graph, addr);

    assert_int_not_equal(object, GT_NO_OBJECT);
    return object;
}

static void choose_away(struct trial *trial)
{
    uint32_t objects = trial->analysis->heap->graph.objects;

    gt_bitmap_init(&trial->away, objects);
    for (uint32_t i = 0; trial->away_every && i < objects; i += trial->away_every)
        gt_bit_set(&trial->away, i);
    trial->reach.away = trial->away_every ? &trial->away : NULL;
}

static void spread(struct trial *trial)
{
    const struct gt_analysis *analysis = trial->analysis;

    trial->typing = gt_typing_start(analysis->heap, analysis->goroutines, analysis->roots,
                                    trial->marks ? &trial->reach : NULL);
}

static uint32_t count_unmarked(const struct trial *trial)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < trial->reach.scanned.bits; i++)
        count += gt_bit(&trial->reach.scanned, i) && !gt_bit(&trial->marked, i);
    return count;
}

/* The mark goes on where types did not lead. */
static void spread_and_mark(struct trial *trial)
{
    const struct gt_analysis *analysis = trial->analysis;
    const struct gt_heap *graph = &analysis->heap->graph;

    gt_bitmap_init(&trial->marked, graph->objects);
    gt_bitmap_init(&trial->reach.scanned, graph->scan_objects);
    trial->reach.marked = &trial->marked;
    choose_away(trial);
    struct gt_marker *marker =
        gt_live_marker(analysis->heap, analysis->roots, NULL, NULL, &trial->marked);
    spread(trial);
    trial->scanned_unmarked = count_unmarked(trial);
    gt_mark_resume(marker, &trial->reach.scanned, trial->reach.dangles);
    gt_mark_drain(marker);
    gt_marker_destroy(marker);
}

static struct gt_error *begin(void *args)
{
    struct trial *trial = args;
    struct gt_analysis *analysis = trial->analysis;
    struct gt_error *error = gt_analysis_heap(analysis);

    if (error) return error;
    analysis->heap->graph.threads = trial->threads;
    gt_bitmap_init(&trial->plain, analysis->heap->graph.objects);
    gt_live_mark(analysis->heap, analysis->roots, NULL, NULL, &trial->plain);
    if (trial->marks)
        spread_and_mark(trial);
    else
        spread(trial);
    return NULL;
}

static struct gt_error *end(void *args)
{
    struct trial *trial = args;

    gt_typing_destroy(gt_typing_create(trial->typing, &trial->plain));
    gt_bitmap_deinit(&trial->plain);
    gt_bitmap_deinit(&trial->marked);
    gt_bitmap_deinit(&trial->away);
    gt_bitmap_deinit(&trial->reach.scanned);
    return NULL;
}

/* No call may be left by an assertion, so they are outside. */
static void try_once(struct trial trial)
{
    struct gt_error *error = gt_analysis_run(trial.analysis, &trial, begin, &trial);

    if (error) fail_msg("%s", gt_error_message(error));
    trial.expect(&trial);
    assert_null(gt_analysis_run(trial.analysis, &trial, end, &trial));
}

void trial_run(struct trial like)
{
    for (unsigned i = 0; i < THREAD_COUNTS; i++) {
        like.threads = thread_counts[i];
        like.first = i == 0;
        try_once(like);
    }
}

/* ---- what it gave ---------------------------------------------------------------------------- */

const char *trial_type(const struct trial *trial, uint64_t addr)
{
    gt_type_id type = gt_typing_type(trial->typing, trial_object(trial, addr));

    return type ? gt_types_name(trial->analysis->process->types, type) : "";
}

void trial_expect_type(const struct trial *trial, uint64_t addr, const char *name,
                       uint64_t elements)
{
    if (!addr) return;
    assert_string_equal(trial_type(trial, addr), name);
    assert_int_equal(gt_typing_elements(trial->typing, trial_object(trial, addr)), elements);
}

bool trial_is_pointed(const struct trial *trial, uint64_t addr)
{
    return gt_bit(&trial->typing->pointed, trial_object(trial, addr));
}

bool trial_is_scanned(const struct trial *trial, uint64_t addr)
{
    return gt_bit(&trial->reach.scanned, trial_object(trial, addr));
}

bool trial_is_away(const struct trial *trial, uint64_t addr)
{
    return gt_bit(&trial->away, trial_object(trial, addr));
}

void trial_expect_same_marks(const struct trial *trial)
{
    const struct gt_heap *graph = &trial->analysis->heap->graph;

    assert_int_equal(trial->scanned_unmarked, 0);
    for (uint32_t i = 0; i < graph->objects; i++)
        assert_int_equal(gt_bit(&trial->marked, i), gt_bit(&trial->plain, i));
}
