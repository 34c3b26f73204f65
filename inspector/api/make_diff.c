/* `diff`: reads two cores, in two threads or one after the other, and compares them. */
#include "inspector/api/analysis.h"
#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/options.h"
#include "inspector/base/task.h"
#include "inspector/detect/heap_tables/new_objects.h"
#include "inspector/diff/diff.h"

#include <elf.h>
#include <string.h>

enum { USUAL_TOP = 10, USUAL_MIN_BYTES = 64 * 1024, RANDOM_BYTES = 16 };

/* ---- one process? -------------------------------------------------------------------------- */

struct birth { /* what a process gets when it begins; different for any two processes of a machine
                */
    int64_t pid;
    uint64_t stack, vdso; /* where the kernel placed them, at random */
    unsigned char random[RANDOM_BYTES];
};

/* Go 1.22 and 1.23 clear the random bytes after use; other releases replace them. */
static bool birth_of(const struct gt_analysis *analysis, struct birth *birth)
{
    const struct gt_core *core = analysis->process->core;

    *birth = (struct birth){.pid = gt_core_pid(core)};
    return birth->pid != GT_UNKNOWN && gt_core_auxv(core, AT_RANDOM, &birth->stack) &&
           gt_core_auxv(core, AT_SYSINFO_EHDR, &birth->vdso) &&
           gt_mem_read(analysis->process->mem, birth->stack, birth->random, RANDOM_BYTES);
}

static enum gt_sameness compare_processes(const struct gt_analysis *older,
                                          const struct gt_analysis *newer)
{
    struct birth one, other;

    if (!birth_of(older, &one) || !birth_of(newer, &other)) return GT_SAMENESS_UNKNOWN;
    return one.pid == other.pid && one.stack == other.stack && one.vdso == other.vdso &&
                   memcmp(one.random, other.random, RANDOM_BYTES) == 0
               ? GT_SAME
               : GT_DIFFERENT;
}

static int64_t elapsed(const struct gt_analysis *older, const struct gt_analysis *newer)
{
    uint64_t from = gt_latest_time(older->process, older->goroutines);
    uint64_t to = gt_latest_time(newer->process, newer->goroutines);

    return from && to > from && to - from < INT64_MAX ? (int64_t)(to - from) : GT_UNKNOWN;
}

/* ---- the documents of one core ------------------------------------------------------------- */

static struct gt_error *make_table(struct gt_analysis *analysis, enum gt_heap_by by,
                                   struct gt_diff_side *documents)
{
    struct gt_heap_options options = {
        .size = sizeof options, .by = by, .top = SIZE_MAX, .no_retained = true};

    return gt_heap_table_create(analysis, &options, &documents->tables[by]);
}

/* Findings of one byte and more are included: a finding that is small in one core may have grown
 * from it. */
static struct gt_error *make_documents(struct gt_analysis *analysis, struct gt_diff_side *documents)
{
    struct gt_report_options options = {.size = sizeof options, .min_bytes = 1, .instances = 1};
    analysis->both_types = true;
    struct gt_error *error = gt_report_create(analysis, &options, &documents->report);

    for (unsigned what = 0; what < GT_GROWTHS && !error; what++) {
        enum gt_heap_by by = gt_growth_table(what);
        if (by < GT_HEAP_BYS && !documents->tables[by]) error = make_table(analysis, by, documents);
    }
    return error;
}

static void forget(struct gt_diff_side *documents)
{
    for (unsigned by = 0; by < GT_HEAP_BYS; by++)
        gt_heap_table_destroy(documents->tables[by]);
    gt_report_destroy(documents->report);
}

/* ---- new objects --------------------------------------------------------------------------- */

struct finder { /* what the body that finds them works on */
    struct gt_analysis *older, *newer;
    const struct gt_diff_options *options;
    int64_t collections;
    struct gt_new_objects *found;
};

static struct gt_error *find_new(void *args)
{
    struct finder *finder = args;
    struct gt_new_objects *found = finder->found = gt_calloc(1, sizeof *found);

    found->storage = gt_calloc(1, sizeof *found->storage);
    found->collections = finder->collections;
    gt_analysis_stage(finder->newer, "looking for new objects");
    gt_new_objects_find(
        gt_analysis_live_heap(finder->older, GT_TYPES_FOR_QUESTIONS, found->storage),
        gt_analysis_live_heap(finder->newer, GT_TYPES_FOR_QUESTIONS, found->storage),
        finder->options, found);
    gt_arena_detach(found->storage);
    gt_detach(found->storage);
    gt_detach(found);
    return NULL;
}

static void forget_new(struct gt_new_objects *found)
{
    if (!found) return;
    gt_arena_deinit(found->storage);
    gt_free(found->storage);
    gt_free(found);
}

/* ---- the diff ------------------------------------------------------------------------------ */

struct builder {
    struct gt_analysis *older_analysis, *newer_analysis;
    struct gt_diff_options options;
    struct gt_diff_side older, newer;
    struct gt_error *older_error; /* of its task */
    enum gt_sameness process;
    struct gt_new_objects *new_objects;
    struct gt_diff *diff;
};

/* Needs the live heaps, which exist once both cores' documents are made. */
static struct gt_error *make_new_objects(struct builder *builder)
{
    uint64_t before = builder->older.report->gc.cycles, now = builder->newer.report->gc.cycles;
    struct finder finder = {.older = builder->older_analysis,
                            .newer = builder->newer_analysis,
                            .options = &builder->options,
                            .collections = (int64_t)(now - before)};

    if (builder->process != GT_SAME) return NULL;
    struct gt_error *error = gt_analysis_run(finder.newer, builder, find_new, &finder);
    if (!error) builder->new_objects = finder.found;
    return error;
}

static struct gt_error *make(void *args)
{
    struct builder *builder = args;
    struct gt_diff *diff = builder->diff = gt_calloc(1, sizeof *diff);

    diff->storage = gt_calloc(1, sizeof *diff->storage);
    diff->older = builder->older.report;
    diff->newer = builder->newer.report;
    diff->process = builder->process;
    diff->new_objects = builder->new_objects;
    diff->elapsed_ns = diff->process == GT_SAME
                           ? elapsed(builder->older_analysis, builder->newer_analysis)
                           : GT_UNKNOWN;
    gt_diff_fill(&builder->older, &builder->newer, &builder->options, diff);
    gt_arena_detach(diff->storage);
    gt_detach(diff->storage);
    gt_detach(diff);
    return NULL;
}

/* What follows needs no tree of the older core, whose memory the newer one's may have. */
static struct gt_error *make_older(struct builder *builder)
{
    struct gt_error *error = make_documents(builder->older_analysis, &builder->older);

    if (!error) gt_analysis_forget_tree(builder->older_analysis);
    return error;
}

/* The task of the older core. It reports no progress. An error is left for the call that waits: if
 * memory ran out, that call must still free what it has. */
static struct gt_error *make_older_beside(void *args)
{
    struct builder *builder = args;
    struct gt_analysis *older = builder->older_analysis;
    gt_progress_fn *progress = older->progress;

    older->progress = NULL;
    builder->older_error = make_older(builder);
    older->progress = progress;
    return NULL;
}

static struct gt_error *make_newer(struct builder *builder)
{
    return make_documents(builder->newer_analysis, &builder->newer);
}

/* The body of a call. */
static struct gt_error *make_both_at_once(void *args)
{
    struct builder *builder = args;
    struct gt_task *task = gt_task_start(make_older_beside, builder);
    struct gt_error *error = make_newer(builder);

    gt_error_destroy(gt_task_wait(task));
    if (!builder->older_error) return error;
    gt_error_destroy(error);
    return builder->older_error;
}

static struct gt_error *make_one_by_one(struct builder *builder)
{
    struct gt_error *error = make_older(builder);

    return error ? error : make_newer(builder);
}

static bool has_threads(const struct builder *builder)
{
    return builder->older_analysis->threads > 1 && builder->newer_analysis->threads > 1 &&
           builder->older_analysis != builder->newer_analysis;
}

static void share_threads(const struct builder *builder, unsigned older, unsigned newer)
{
    builder->older_analysis->threads = older;
    builder->newer_analysis->threads = newer;
}

/* In two threads, each core has half of them. */
static struct gt_error *make_both(struct builder *builder)
{
    unsigned older = builder->older_analysis->threads, newer = builder->newer_analysis->threads;

    if (!has_threads(builder)) return make_one_by_one(builder);
    share_threads(builder, older / 2, newer / 2);
    struct gt_error *error = gt_call_alone(make_both_at_once, builder);
    share_threads(builder, older, newer);
    return error;
}

static struct gt_error *build(struct builder *builder)
{
    struct gt_error *error = make_both(builder);

    if (!error)
        builder->process = compare_processes(builder->older_analysis, builder->newer_analysis);
    if (!error) error = make_new_objects(builder);
    if (!error) error = gt_call_alone(make, builder);
    if (error)
        forget_new(builder->new_objects);
    else
        builder->older.report = builder->newer.report = NULL; /* the diff's now */
    forget(&builder->older);
    forget(&builder->newer);
    return error;
}

struct gt_error *gt_diff_create(struct gt_analysis *older, struct gt_analysis *newer,
                                const struct gt_diff_options *options, struct gt_diff **diff)
{
    struct builder builder = {.older_analysis = older, .newer_analysis = newer};

    if (!older || !newer || !diff) return gt_error_plain(GT_ERR_USAGE, "NULL is not allowed here");
    struct gt_error *error = gt_options_take(&builder.options, sizeof builder.options, options);
    if (!builder.options.top) builder.options.top = USUAL_TOP;
    if (!builder.options.min_bytes) builder.options.min_bytes = USUAL_MIN_BYTES;
    if (!error) error = build(&builder);
    if (!error) *diff = builder.diff;
    return error;
}

void gt_diff_destroy(struct gt_diff *diff)
{
    if (!diff) return;
    gt_report_destroy(diff->older);
    gt_report_destroy(diff->newer);
    forget_new(diff->new_objects);
    gt_arena_deinit(diff->storage);
    gt_free(diff->storage);
    gt_free(diff);
}
