/* Checks goroutines, threads and Ps: lists against counts, and each against what it points to
 * (runtime/proc.go). */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/alloc.h"
#include "inspector/base/bitmap.h"
#include "inspector/base/error.h"
#include "inspector/base/hash.h"
#include "inspector/base/loop.h"

#include <stdlib.h>

enum {
    SCAN_BIT = 0x1000, /* _Gscan */
    MOST_LISTED = 1 << 24,
    CLOSE = 128, /* words that are less apart on average are close together */
    G_ALIGNMENT = 8,
    AHEAD = 16, /* goroutines: how far ahead memory is prefetched */
    P_IDLE = 0, /* _Pidle */
};

struct starts { /* what the last goroutine was started by, since most are like the one before */
    uint64_t start, made;
    bool known, has_code, is_programs;
};

struct checker {
    struct gt_process *process;
    const struct gt_goroutines *goroutines;
    struct gt_contradictions *all;
    struct gt_slice allgs;
    struct gt_map threads; /* the Ms of runtime.allm; empty when it cannot be read */
    uint64_t sched;        /* 0: not known */
    uint64_t last_gc;      /* when the last collection ended; UINT64_MAX: not known */
    uint64_t running;      /* Ps that run */
};

static bool global_at(const struct gt_process *process, const char *name, uint64_t *addr)
{
    struct gt_error *error = gt_process_global(process, name, addr);

    gt_error_destroy(error);
    return !error;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static bool sched_field(const struct checker *checker, enum gt_field_id id, uint64_t *value)
{
    return checker->sched && gt_process_field(checker->process, checker->sched, id, value);
}

static bool sched_is_still(const struct checker *checker)
{
    return checker->sched && !gt_lock_is_held(checker->process, checker->sched, GT_F_sched_lock);
}

/* ---- goroutines ---------------------------------------------------------------------------- */

/* A goroutine that is being made (idle) is not in the list yet. */
static bool is_known(uint64_t status)
{
    static const bool known[] = {
        [GT_G_RUNNABLE] = true,  [GT_G_RUNNING] = true, [GT_G_SYSCALL] = true,
        [GT_G_WAITING] = true,   [GT_G_DEAD] = true,    [GT_G_COPYSTACK] = true,
        [GT_G_PREEMPTED] = true, [GT_G_LEAKED] = true,  [GT_G_DEADEXTRA] = true};

    status &= ~(uint64_t)SCAN_BIT;
    return status < sizeof known / sizeof *known && known[status];
}

static bool is_alive(uint64_t status)
{
    status &= ~(uint64_t)SCAN_BIT;
    return status != GT_G_IDLE && status != GT_G_DEAD && status != GT_G_DEADEXTRA;
}

/* True if the goroutine's M runs it. A goroutine loses its M before this runs another one (dropg).
 * Whether the M still has a thread is not checked: a child of fork has only one. */
static bool is_run(const struct checker *checker, uint64_t g, bool running)
{
    const struct gt_process *process = checker->process;
    uint64_t m, runs;

    if (!gt_process_field(process, g, GT_F_g_m, &m)) return true;
    if (!m) return !running;
    return !gt_process_field(process, m, GT_F_m_curg, &runs) || runs == g;
}

/* A goroutine that ran on a thread of C before that called Go was not started by Go. */
static bool has_code(const struct gt_process *process, const struct starts *of)
{
    const struct gt_pclntab *tab;
    struct gt_func func;

    return (!of->start || gt_process_is_entry(process, of->start)) &&
           (!of->made || gt_text_find(&process->code, of->made, &tab, &func));
}

static bool is_listed(const struct checker *checker, uint64_t g, enum gt_field_id thread)
{
    uint64_t m;

    return !checker->threads.len || !gt_process_field(checker->process, g, thread, &m) || !m ||
           gt_map_find(&checker->threads, m);
}

/* The scheduler recognizes the runtime's own goroutines by the function that they were started
 * with. It counts those of threads that C may make as the runtime's (isSystemGoroutine,
 * oneNewExtraM). */
static bool is_programs(const struct gt_process *process, uint64_t start)
{
    static const char *const programs[] = {"runtime.main", "runtime.handleAsyncEvent",
                                           "runtime.corostart", "runtime.goexit"};
    const char *function = gt_process_function(process, start);

    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++)
        if (strcmp(function, programs[i]) == 0) return true;
    return !gt_is_in_package(function, "runtime");
}

/* Without the two fields, nothing is said against the goroutine. */
static void read_starts(const struct gt_process *process, uint64_t g, struct starts *last)
{
    struct starts of = {.has_code = true, .is_programs = true};
    bool has_start = gt_process_field(process, g, GT_F_g_startpc, &of.start);
    bool has_made = gt_process_field(process, g, GT_F_g_gopc, &of.made);

    of.known = has_start && has_made;
    if (of.known && last->known && of.start == last->start && of.made == last->made) return;
    if (has_start) of.is_programs = is_programs(process, of.start);
    if (of.known) of.has_code = has_code(process, &of);
    *last = of;
}

/* The collector that sees a goroutine wait notes the end of the collection before (mgcmark.go,
 * markroot). */
static bool waits_since_a_collection(const struct checker *checker, uint64_t g)
{
    uint64_t since;

    return !gt_process_field(checker->process, g, GT_F_g_waitsince, &since) ||
           since <= checker->last_gc;
}

static void check_goroutine(const struct checker *checker, uint64_t g, uint64_t last_id,
                            struct starts *starts, uint64_t *programs)
{
    uint64_t status, id, creator;

    if (!gt_process_field(checker->process, g, GT_F_g_atomicstatus, &status) ||
        !gt_process_field(checker->process, g, GT_F_g_goid, &id))
        return;
    if (!is_known(status)) gt_contradict(checker->all, GT_CONTRADICTION_STATUS, 1, g);
    if (!is_alive(status)) return;
    read_starts(checker->process, g, starts);
    *programs += starts->is_programs;
    if (!starts->has_code) gt_contradict(checker->all, GT_CONTRADICTION_CODE, 1, g);
    if (!is_listed(checker, g, GT_F_g_m) || !is_listed(checker, g, GT_F_g_lockedm))
        gt_contradict(checker->all, GT_CONTRADICTION_OWNERS, 1, g);
    if (!waits_since_a_collection(checker, g))
        gt_contradict(checker->all, GT_CONTRADICTION_TIMES, 1, g);
    gt_consistency_of_defers(checker->process, g);
    if (!gt_process_field(checker->process, g, GT_F_g_parentGoid, &creator)) creator = 0;
    if (id > last_id || creator > last_id ||
        (!id && (status & ~(uint64_t)SCAN_BIT) == GT_G_WAITING))
        gt_contradict(checker->all, GT_CONTRADICTION_ID, 1, g);
    if (!is_run(checker, g, (status & ~(uint64_t)SCAN_BIT) == GT_G_RUNNING))
        gt_contradict(checker->all, GT_CONTRADICTION_RUNNING, 1, g);
}

/* Counts the goroutines that the scheduler keeps for reuse, and its own (proc.go, gcount). */
static bool count_others(const struct checker *checker, uint64_t *others)
{
    struct gt_slice allp = gt_processors(checker->process);
    uint64_t p, count, bare = 0;

    if (!allp.len || !sched_field(checker, GT_F_sched_ngsys, others) ||
        !sched_field(checker, GT_F_sched_free_gs, &count))
        return false;
    sched_field(checker, GT_F_sched_free_bare_gs, &bare);
    *others += count + bare;
    for (uint64_t i = 0; i < allp.len; i++) {
        if (!gt_mem_u64(checker->process->mem, allp.ptr + 8 * i, &p) ||
            !gt_process_field(checker->process, p, GT_F_p_free_gs, &count))
            return false;
        *others += count;
    }
    return true;
}

/* Go appends to the list, and takes nothing out: what lies after its end was never written. */
static bool ends_early(const struct checker *checker)
{
    const struct gt_slice *all = &checker->allgs;
    uint64_t next;

    return all->len < all->cap &&
           gt_mem_u64(checker->process->mem, all->ptr + 8 * all->len, &next) && next;
}

static void compare_counts(const struct checker *checker, uint64_t programs)
{
    uint64_t addr, said, lock, others;
    bool growing = !global_at(checker->process, "runtime.allglock", &lock) ||
                   !gt_mem_u64(checker->process->mem, lock, &lock) || lock;

    if (!growing && global_at(checker->process, "runtime.allglen", &addr) &&
        gt_mem_u64(checker->process->mem, addr, &said))
        gt_contradict(checker->all, GT_CONTRADICTION_GOROUTINES, apart(said, checker->allgs.len),
                      addr);
    if (ends_early(checker))
        gt_contradict(checker->all, GT_CONTRADICTION_GOROUTINES, 1, checker->allgs.ptr);
    if (!sched_is_still(checker) || !count_others(checker, &others)) return;
    uint64_t differ = apart(others + programs, checker->allgs.len);
    if (differ > checker->running)
        gt_contradict(checker->all, GT_CONTRADICTION_GOROUTINES, differ, checker->sched);
}

static void fetch_ahead(const struct checker *checker, uint64_t index)
{
    const struct gt_memory *mem = checker->process->mem;
    uint64_t g;

    if (index + AHEAD < checker->allgs.len &&
        gt_mem_u64(mem, checker->allgs.ptr + 8 * (index + AHEAD), &g))
        gt_mem_fetch(mem, g, GT_G_FETCHED);
}

static void check_goroutines(const struct checker *checker)
{
    uint64_t g, programs = 0, last_id = UINT64_MAX;
    struct starts starts = {0};

    sched_field(checker, GT_F_sched_goidgen, &last_id);
    for (uint64_t i = 0; i < checker->allgs.len; i++) {
        fetch_ahead(checker, i);
        if (gt_mem_u64(checker->process->mem, checker->allgs.ptr + 8 * i, &g))
            check_goroutine(checker, g, last_id, &starts, &programs);
    }
    compare_counts(checker, programs);
}

/* ---- words that differ in all goroutines ---------------------------------------------------- */

static int by_word(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

    return left < right ? -1 : left > right;
}

/* Counts those that occur more than once, of words that differ from `low` by less than `span`. */
static uint64_t count_close(const uint64_t *words, size_t count, uint64_t low, uint64_t span)
{
    struct gt_bitmap seen;
    uint64_t repeated = 0;

    gt_bitmap_init(&seen, span);
    for (size_t i = 0; i < count; i++)
        repeated += gt_bit_test_set(&seen, words[i] - low);
    gt_bitmap_deinit(&seen);
    return repeated;
}

/* Counts those that occur more than once. Sorts the words if they lie far apart. */
static uint64_t count_repeated(uint64_t *words, size_t count)
{
    uint64_t repeated = 0, low = UINT64_MAX, high = 0;

    for (size_t i = 0; i < count; i++) {
        if (words[i] < low) low = words[i];
        if (words[i] > high) high = words[i];
    }
    if (count && (high - low) / CLOSE < count)
        return count_close(words, count, low, high - low + 1);
    if (count) qsort(words, count, sizeof *words, by_word);
    for (size_t i = 1; i < count; i++)
        repeated += words[i] == words[i - 1];
    return repeated;
}

struct stack {
    uint64_t lo, hi, g;
};

static int by_stack(const void *a, const void *b)
{
    uint64_t left = ((const struct stack *)a)->lo, right = ((const struct stack *)b)->lo;

    return left < right ? -1 : left > right;
}

static void check_stacks(const struct checker *checker)
{
    const struct gt_goroutines *goroutines = checker->goroutines;
    struct stack *order = gt_alloc((goroutines->count + 1) * sizeof *order);

    for (uint32_t i = 0; i < goroutines->count; i++) {
        const struct gt_goroutine *g = &goroutines->list[i];
        order[i] = (struct stack){g->stack_lo, g->stack_hi, g->address};
    }
    if (goroutines->count) qsort(order, goroutines->count, sizeof *order, by_stack);
    for (uint32_t i = 1; i < goroutines->count; i++)
        if (order[i].lo < order[i - 1].hi)
            gt_contradict(checker->all, GT_CONTRADICTION_STACKS, 1, order[i].g);
    gt_free(order);
}

static void check_identity(const struct checker *checker)
{
    const struct gt_goroutines *goroutines = checker->goroutines;
    uint64_t *words = gt_alloc((goroutines->count + 1) * sizeof *words), repeated;

    for (uint32_t i = 0; i < goroutines->count; i++)
        words[i] = goroutines->list[i].address / G_ALIGNMENT;
    repeated = count_repeated(words, goroutines->count);
    for (uint32_t i = 0; i < goroutines->count; i++)
        words[i] = goroutines->list[i].id;
    uint64_t same = count_repeated(words, goroutines->count);
    gt_contradict(checker->all, GT_CONTRADICTION_TWICE, same > repeated ? same : repeated, 0);
    gt_free(words);
}

/* ---- threads, Ps and the queue ------------------------------------------------------------- */

/* A P is put into the list when no thread has it (proc.go, pidleput). */
static bool is_idle(const struct gt_process *process, uint64_t p)
{
    uint64_t status, m;

    return (!gt_process_field(process, p, GT_F_p_status, &status) || status == P_IDLE) &&
           (!gt_process_field(process, p, GT_F_p_m, &m) || !m);
}

/* The length of the list of idle Ps; MOST_LISTED if it does not end. */
static uint64_t count_idle(const struct gt_process *process, uint64_t first, uint64_t *busy)
{
    struct gt_loop loop = {0};
    uint64_t count = 0;

    for (uint64_t at = first; at && !gt_loop_closed(&loop, at) && count < MOST_LISTED; count++) {
        *busy += !is_idle(process, at);
        if (!gt_process_field(process, at, GT_F_p_link, &at)) break;
    }
    return count;
}

/* An M is in the list before it has its g0 (proc.go, allocm). */
static void read_threads(struct checker *checker)
{
    const struct gt_process *process = checker->process;
    uint64_t at, g0, bare = 0;

    if (!global_at(process, "runtime.allm", &at) || !gt_mem_u64(process->mem, at, &at)) return;
    while (at && checker->threads.len < MOST_LISTED) {
        bool added;
        gt_map_put(&checker->threads, at, &added);
        if (!added) break;
        bare += gt_process_field(process, at, GT_F_m_g0, &g0) && !g0;
        if (!gt_process_field(process, at, GT_F_m_alllink, &at)) break;
    }
    if (bare > checker->running) gt_contradict(checker->all, GT_CONTRADICTION_OWNERS, bare, 0);
}

static void check_threads(const struct checker *checker)
{
    uint64_t made, freed;

    if (checker->threads.len && gt_has(&checker->process->layout, GT_F_m_alllink) &&
        sched_field(checker, GT_F_sched_mnext, &made) &&
        sched_field(checker, GT_F_sched_nmfreed, &freed))
        gt_contradict(checker->all, GT_CONTRADICTION_THREADS,
                      apart(made - freed, checker->threads.len), checker->sched);
}

static void check_processors(const struct checker *checker)
{
    uint64_t first, said, busy = 0;

    if (!sched_field(checker, GT_F_sched_pidle, &first) ||
        !sched_field(checker, GT_F_sched_npidle, &said) ||
        !gt_has(&checker->process->layout, GT_F_p_link))
        return;
    gt_contradict(checker->all, GT_CONTRADICTION_PROCESSORS,
                  apart(said, count_idle(checker->process, first, &busy)), first);
    gt_contradict(checker->all, GT_CONTRADICTION_P_STATE, busy, first);
}

static void check_queue(const struct checker *checker)
{
    const struct gt_process *process = checker->process;
    struct gt_loop loop = {0};
    uint64_t g, said, status, count = 0, others = 0;

    if (!sched_field(checker, GT_F_sched_runq_head, &g) ||
        !sched_field(checker, GT_F_sched_runq_size, &said) ||
        !gt_has(&process->layout, GT_F_g_schedlink))
        return;
    for (; g && !gt_loop_closed(&loop, g) && count < MOST_LISTED; count++) {
        if (gt_process_field(process, g, GT_F_g_atomicstatus, &status))
            others += (status & ~(uint64_t)SCAN_BIT) != GT_G_RUNNABLE;
        if (!gt_process_field(process, g, GT_F_g_schedlink, &g)) break;
    }
    gt_contradict(checker->all, GT_CONTRADICTION_RUNNABLE, apart(said, count) + others,
                  checker->sched);
}

void gt_consistency_of_scheduler(struct gt_process *process, const struct gt_goroutines *goroutines)
{
    struct checker checker = {.process = process,
                              .goroutines = goroutines,
                              .all = &process->contradictions,
                              .running = gt_running_processors(process)};
    uint64_t addr;

    if (!global_at(process, "runtime.allgs", &addr) ||
        !gt_process_slice(process, addr, 8, &checker.allgs))
        return;
    if (!global_at(process, "runtime.sched", &checker.sched)) checker.sched = 0;
    if (!global_at(process, "runtime.memstats", &addr) ||
        !gt_process_field(process, addr, GT_F_mstats_last_gc_nanotime, &checker.last_gc))
        checker.last_gc = UINT64_MAX;
    read_threads(&checker);
    check_goroutines(&checker);
    check_identity(&checker);
    check_stacks(&checker);
    if (sched_is_still(&checker)) {
        check_threads(&checker);
        check_processors(&checker);
        check_queue(&checker);
    }
    gt_map_deinit(&checker.threads);
}
