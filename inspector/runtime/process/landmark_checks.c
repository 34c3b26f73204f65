/* Reads the fields that the variable must have, and rejects the memory at the first impossible
 * value. Of a long list, entries that are spread over all of it are checked. A linked list is
 * followed, and must not be a loop. */
#include "inspector/runtime/process/landmark_checks.h"

#include "inspector/base/loop.h"

enum {
    PAGE = 8192,
    SAMPLES = 64,         /* entries of a long list that are checked */
    MAX_PS = 1 << 16,     /* GOMAXPROCS is far smaller */
    MAX_MS = 1 << 17,     /* threads: the runtime ends a program of more than 10,000 */
    MAX_MADE = 1 << 30,   /* threads that a program has ever started */
    MAX_BLOCKS = 1 << 20, /* of queued finalizers */
    FINALIZER_BLOCK = 4096,
    CLEANUP_BLOCK = 512,
    SEMTABLE_SIZE = 251,
    SPAN_IN_USE = 1,
    MAX_DEPTH = 1024,           /* runtime/mprof.go, maxProfStackDepth */
    CYCLE_WRAP = 3 * (2 << 24), /* the same, mProfCycleWrap */
};

/* One of SAMPLES indices of [0, count), the ends included: the i-th. */
static uint64_t sample(uint64_t count, uint64_t i)
{
    return count <= SAMPLES ? i : i * (count - 1) / (SAMPLES - 1);
}

static uint64_t samples(uint64_t count)
{
    return count < SAMPLES ? count : SAMPLES;
}

/* ---- lists --------------------------------------------------------------------------------- */

static bool is_g(const struct gt_process *process, uint64_t g, bool *has_stack)
{
    uint64_t lo, hi, id;

    if (g % 8 || !gt_process_field(process, g, GT_F_g_stack_lo, &lo) ||
        !gt_process_field(process, g, GT_F_g_stack_hi, &hi) ||
        !gt_process_field(process, g, GT_F_g_goid, &id))
        return false;
    *has_stack |= lo < hi;
    return lo % 8 == 0 && lo <= hi && id < (uint64_t)1 << 48;
}

enum gt_likeness gt_like_allgs(const struct gt_process *process, uint64_t addr)
{
    struct gt_slice all;
    bool has_stack = false;
    uint64_t g;

    if (!gt_process_slice(process, addr, 8, &all) || !all.len) return GT_UNLIKE;
    for (uint64_t i = 0; i < samples(all.len); i++)
        if (!gt_mem_u64(process->mem, all.ptr + sample(all.len, i) * 8, &g) ||
            !is_g(process, g, &has_stack))
            return GT_UNLIKE;
    return has_stack ? GT_ALIKE : GT_UNLIKE;
}

enum gt_likeness gt_like_allp(const struct gt_process *process, uint64_t addr)
{
    struct gt_slice all;
    uint64_t p, id, mcache;

    if (!gt_process_slice(process, addr, 8, &all) || !all.len || all.len > MAX_PS) return GT_UNLIKE;
    for (uint64_t i = 0; i < all.len; i++)
        if (!gt_mem_u64(process->mem, all.ptr + i * 8, &p) ||
            !gt_process_field(process, p, GT_F_p_id, &id) || (uint32_t)id != i ||
            !gt_process_field(process, p, GT_F_p_mcache, &mcache) || mcache % 8)
            return GT_UNLIKE;
    return GT_ALIKE;
}

/* Go gave at least the main goroutine's id, and made at least the first thread. What the scheduler
 * counts is not looked at: whether it is right is checked once the scheduler is found. */
enum gt_likeness gt_like_sched(const struct gt_process *process, uint64_t addr)
{
    uint64_t ids, made, freed, idle;

    if (!gt_process_field(process, addr, GT_F_sched_goidgen, &ids) ||
        !gt_process_field(process, addr, GT_F_sched_mnext, &made) ||
        !gt_process_field(process, addr, GT_F_sched_nmfreed, &freed) ||
        !gt_process_field(process, addr, GT_F_sched_pidle, &idle))
        return GT_UNLIKE;
    return ids && ids >> 48 == 0 && made && made < MAX_MADE && freed < made && idle % 8 == 0
               ? GT_ALIKE
               : GT_UNLIKE;
}

/* Every m has a g0 that points back to it. The list ends with the first m of the process. */
enum gt_likeness gt_like_allm(const struct gt_process *process, uint64_t addr)
{
    struct gt_loop loop = {0};
    uint64_t m, g0, back;

    if (!gt_mem_u64(process->mem, addr, &m) || !m) return GT_UNLIKE;
    for (uint64_t i = 0; m && i < MAX_MS; i++)
        if (m % 8 || gt_loop_closed(&loop, m) || !gt_process_field(process, m, GT_F_m_g0, &g0) ||
            !gt_process_field(process, g0, GT_F_g_m, &back) || back != m ||
            !gt_process_field(process, m, GT_F_m_alllink, &m))
            return GT_UNLIKE;
    return m ? GT_UNLIKE : GT_ALIKE;
}

/* An in-use span is unswept, being swept or swept in this cycle of the heap, or is cached. */
static bool is_span(const struct gt_process *process, uint64_t span, uint64_t heap_gen)
{
    uint64_t start, pages, state, gen;

    if (span % 8 || !gt_process_field(process, span, GT_F_mspan_startAddr, &start) ||
        !gt_process_field(process, span, GT_F_mspan_npages, &pages) ||
        !gt_process_field(process, span, GT_F_mspan_state, &state) ||
        !gt_process_field(process, span, GT_F_mspan_sweepgen, &gen) || start % PAGE || state > 2 ||
        (state && !(start && pages)))
        return false;
    return state != SPAN_IN_USE || (uint32_t)(gen - heap_gen + 2) <= 5;
}

enum gt_likeness gt_like_mheap(const struct gt_process *process, uint64_t addr)
{
    struct gt_slice all;
    uint64_t span, gen;

    if (!gt_process_slice(process, addr + gt_off(&process->layout, GT_F_mheap_allspans), 8, &all) ||
        !all.len || !gt_process_field(process, addr, GT_F_mheap_sweepgen, &gen) || gen % 2)
        return GT_UNLIKE;
    for (uint64_t i = 0; i < samples(all.len); i++)
        if (!gt_mem_u64(process->mem, all.ptr + sample(all.len, i) * 8, &span) ||
            !is_span(process, span, gen))
            return GT_UNLIKE;
    return GT_ALIKE;
}

/* ---- waiters ------------------------------------------------------------------------------- */

/* A waiter is in the bucket of the address that it waits for (runtime/sema.go, rootFor). */
static enum gt_likeness like_bucket(const struct gt_process *process, uint64_t root,
                                    uint64_t bucket)
{
    uint64_t treap, elem, g;

    if (!gt_process_field(process, root, GT_F_semaRoot_treap, &treap)) return GT_UNLIKE;
    if (!treap) return GT_EMPTY;
    if (!gt_process_field(process, treap, GT_F_sudog_elem, &elem) ||
        !gt_process_field(process, treap, GT_F_sudog_g, &g) || !g)
        return GT_UNLIKE;
    return (elem >> 3) % SEMTABLE_SIZE == bucket ? GT_ALIKE : GT_UNLIKE;
}

enum gt_likeness gt_like_semtable(const struct gt_process *process, uint64_t addr)
{
    uint64_t stride = gt_known_global_size(&process->known, "runtime.semtable") / SEMTABLE_SIZE;
    enum gt_likeness likeness = stride ? GT_EMPTY : GT_UNLIKE;

    for (uint64_t i = 0; i < SEMTABLE_SIZE && likeness != GT_UNLIKE; i++) {
        enum gt_likeness bucket = like_bucket(process, addr + i * stride, i);
        if (bucket != GT_EMPTY) likeness = bucket;
    }
    return likeness;
}

/* ---- queues -------------------------------------------------------------------------------- */

struct queue {
    enum gt_field_id link, count, entries;
    uint64_t entry_size, block_size;
};

static enum gt_likeness like_queue(const struct gt_process *process, uint64_t block,
                                   const struct queue *queue)
{
    struct gt_loop loop = {0};
    uint64_t count, room;

    if (!gt_has(&process->layout, queue->link) || !queue->entry_size) return GT_UNLIKE;
    room = (queue->block_size - gt_off(&process->layout, queue->entries)) / queue->entry_size;
    if (!block) return GT_EMPTY;
    for (uint64_t i = 0; block && i < MAX_BLOCKS; i++) {
        if (block % 8 || gt_loop_closed(&loop, block) ||
            !gt_process_field(process, block, queue->count, &count) || count > room ||
            !gt_process_field(process, block, queue->link, &block))
            return GT_UNLIKE;
    }
    return GT_ALIKE;
}

enum gt_likeness gt_like_allfin(const struct gt_process *process, uint64_t addr)
{
    const struct queue queue = {GT_F_finblock_alllink, GT_F_finblock_cnt, GT_F_finblock_fin,
                                process->layout.size[GT_S_finalizer], FINALIZER_BLOCK};
    uint64_t block;

    if (!gt_mem_u64(process->mem, addr, &block)) return GT_UNLIKE;
    return like_queue(process, block, &queue);
}

enum gt_likeness gt_like_cleanups(const struct gt_process *process, uint64_t addr)
{
    uint64_t size = process->layout.size[GT_S_cleanupFn], block;
    const struct queue queue = {GT_F_cleanupBlock_alllink, GT_F_cleanupBlock_n,
                                GT_F_cleanupBlock_entries, size ? size : 8, CLEANUP_BLOCK};

    if (!gt_process_field(process, addr, GT_F_cleanupQueue_all, &block)) return GT_UNLIKE;
    return like_queue(process, block, &queue);
}

/* ---- the collector's numbers --------------------------------------------------------------- */

enum gt_likeness gt_like_memstats(const struct gt_process *process, uint64_t addr)
{
    static const uint64_t year = (uint64_t)365 * 24 * 3600 * 1000000000;
    uint64_t cycles, unix_time;

    if (!gt_process_field(process, addr, GT_F_mstats_numgc, &cycles) ||
        !gt_process_field(process, addr, GT_F_mstats_last_gc_unix, &unix_time))
        return GT_UNLIKE;
    if (!unix_time) return cycles ? GT_UNLIKE : GT_EMPTY;
    return unix_time > 30 * year && unix_time < 200 * year ? GT_ALIKE : GT_UNLIKE;
}

/* A plausible sum of sizes of objects and pages. */
static bool is_heap_size(uint64_t bytes)
{
    return bytes % 8 == 0 && bytes < (uint64_t)1 << 46;
}

enum gt_likeness gt_like_controller(const struct gt_process *process, uint64_t addr)
{
    uint64_t marked, live;

    if (!gt_process_field(process, addr, GT_F_gcController_heapMarked, &marked) ||
        !gt_process_field(process, addr, GT_F_gcController_heapLive, &live))
        return GT_UNLIKE;
    if (!is_heap_size(marked) || !live || !is_heap_size(live)) return GT_UNLIKE;
    return marked ? GT_ALIKE : GT_EMPTY; /* no collection has run yet */
}

enum gt_likeness gt_like_gcphase(const struct gt_process *process, uint64_t addr)
{
    uint32_t phase;

    return gt_mem_u32(process->mem, addr, &phase) && phase <= 2 ? GT_ALIKE : GT_UNLIKE;
}

/* The first reason is "". The second has not changed since Go 1.11. */
enum gt_likeness gt_like_reasons(const struct gt_process *process, uint64_t addr)
{
    static const char second[] = "GC assist marking";
    uint64_t words[4];

    if (!gt_mem_read(process->mem, addr, words, sizeof words) || words[1] ||
        words[3] != sizeof second - 1)
        return GT_UNLIKE;
    const unsigned char *text = gt_mem_at(process->mem, words[2], sizeof second - 1);
    return text && memcmp(text, second, sizeof second - 1) == 0 ? GT_ALIKE : GT_UNLIKE;
}

/* ---- what the runtime printed -------------------------------------------------------------- */

/* A ring of text (runtime/print.go); all zeros if nothing was printed. */
enum gt_likeness gt_like_backlog(const struct gt_process *process, uint64_t addr)
{
    uint64_t size = gt_known_global_size(&process->known, "runtime.printBacklog");
    const unsigned char *text = size ? gt_mem_at(process->mem, addr, size) : NULL;
    uint64_t used = 0, lines = 0;

    if (!text) return GT_UNLIKE;
    while (used < size && text[used])
        lines += text[used++] == '\n';
    for (uint64_t i = used; i < size; i++)
        if (text[i]) return GT_UNLIKE;
    return lines ? GT_ALIKE : GT_UNLIKE;
}

/* The index at which the last line ended and the next one begins. */
enum gt_likeness gt_like_backlog_index(const struct gt_process *process, uint64_t addr)
{
    struct gt_debug_global ring;
    uint64_t index;

    if (!process->facts->global(process->facts->ctx, "runtime.printBacklog", &ring) ||
        !gt_mem_u64(process->mem, addr, &index) || index >= ring.size)
        return GT_UNLIKE;
    const unsigned char *text = gt_mem_at(process->mem, ring.addr, ring.size);
    return text && text[(index + ring.size - 1) % ring.size] == '\n' ? GT_ALIKE : GT_UNLIKE;
}

/* ---- the heap profile ---------------------------------------------------------------------- */

/* A list of stacks, each with the size of what was allocated there; empty until one was sampled. */
enum gt_likeness gt_like_buckets(const struct gt_process *process, uint64_t addr)
{
    struct gt_loop loop = {0};
    uint64_t bucket, depth, size;

    if (!gt_mem_u64(process->mem, addr, &bucket)) return GT_UNLIKE;
    if (!bucket) return GT_EMPTY;
    for (uint64_t i = 0; bucket && i < SAMPLES; i++)
        if (bucket % 8 || gt_loop_closed(&loop, bucket) ||
            !gt_process_field(process, bucket, GT_F_bucket_nstk, &depth) || depth > MAX_DEPTH ||
            !gt_process_field(process, bucket, GT_F_bucket_size, &size) || !size ||
            !gt_process_field(process, bucket, GT_F_bucket_allnext, &bucket))
            return GT_UNLIKE;
    return GT_ALIKE;
}

enum gt_likeness gt_like_profile_rate(const struct gt_process *process, uint64_t addr)
{
    uint64_t rate;

    if (!gt_mem_u64(process->mem, addr, &rate) || rate > INT64_MAX) return GT_UNLIKE;
    return rate ? GT_ALIKE : GT_EMPTY;
}

/* The collections that were begun, by the runtime's own count of them. */
static bool collections(const struct gt_process *process, uint64_t *count)
{
    struct gt_debug_global memstats;

    return process->facts->global(process->facts->ctx, "runtime.memstats", &memstats) &&
           gt_process_field(process, memstats.addr, GT_F_mstats_numgc, count);
}

/* Each collection ends a cycle. The lowest bit says whether the last one was added to the profile;
 * the cycle is counted a moment after the collection. */
enum gt_likeness gt_like_profile_cycle(const struct gt_process *process, uint64_t addr)
{
    uint64_t count;
    uint32_t value;

    if (!gt_mem_u32(process->mem, addr, &value) || !collections(process, &count)) return GT_UNLIKE;
    uint64_t behind = count % CYCLE_WRAP - (value >> 1);
    if (behind > 1) return GT_UNLIKE;
    return value ? GT_ALIKE : GT_EMPTY;
}
