/* A goroutine that runs a queue is known by its start function. If several run the same queue, it
 * belongs to none of them. */
#include "inspector/detect/retention/backlog.h"

static const struct server {
    const char *start; /* the start function of the goroutine */
    enum gt_queue queue;
} servers[] = {
    {"runtime.runfinq", GT_FINALIZERS}, /* up to 1.24 */
    {"runtime.runFinalizers", GT_FINALIZERS},
    {"runtime.runCleanups", GT_CLEANUPS},
};

static void find_servers(struct gt_backlog *backlog, const struct gt_heap_analysis *analysis)
{
    unsigned found[GT_QUEUES] = {0};

    for (uint32_t i = 0; i < analysis->goroutines->count; i++) {
        const char *start =
            gt_process_function(analysis->process, analysis->goroutines->list[i].start_pc);
        for (size_t j = 0; j < sizeof servers / sizeof *servers; j++) {
            if (strcmp(start, servers[j].start) != 0) continue;
            backlog->server[servers[j].queue] = i;
            found[servers[j].queue]++;
        }
    }
    for (int queue = 0; queue < GT_QUEUES; queue++)
        if (found[queue] != 1) backlog->server[queue] = analysis->goroutines->count;
}

void gt_backlog_init(struct gt_backlog *backlog, const struct gt_heap_analysis *analysis)
{
    for (int queue = 0; queue < GT_QUEUES; queue++)
        backlog->roots[queue] = (struct gt_u32s){0};
    find_servers(backlog, analysis);
    for (uint32_t i = 0; i < analysis->roots->list.len; i++) {
        const struct gt_root *root = gt_root_at(analysis->roots, i);
        if (root->kind == GT_ROOT_QUEUED) gt_u32s_add(&backlog->roots[GT_FINALIZERS], i);
        if (root->kind == GT_ROOT_QUEUED_CLEANUP) gt_u32s_add(&backlog->roots[GT_CLEANUPS], i);
    }
}

void gt_backlog_deinit(struct gt_backlog *backlog)
{
    for (int queue = 0; queue < GT_QUEUES; queue++)
        gt_u32s_deinit(&backlog->roots[queue]);
}

const struct gt_u32s *gt_backlog_of(const struct gt_backlog *backlog, uint32_t goroutine)
{
    for (int queue = 0; queue < GT_QUEUES; queue++)
        if (backlog->server[queue] == goroutine) return &backlog->roots[queue];
    return NULL;
}

/* A finalizer that runs is still in the queue; a cleanup is not (runtime/mfinal.go,
 * mcleanup.go). */
size_t gt_backlog_waiting(const struct gt_backlog *backlog, const struct gt_heap_analysis *analysis,
                          uint32_t goroutine, const char **what)
{
    const struct gt_u32s *roots = gt_backlog_of(backlog, goroutine);
    bool finalizers = backlog->server[GT_FINALIZERS] == goroutine;
    size_t entries = 0;
    uint32_t last = UINT32_MAX;

    for (size_t i = 0; roots && i < roots->len; i++) {
        uint32_t entry = gt_root_at(analysis->roots, roots->at[i])->owner;
        entries += entry != last;
        last = entry;
    }
    if (finalizers && entries) entries--;
    *what = finalizers     ? entries == 1 ? "finalizer" : "finalizers"
            : entries == 1 ? "cleanup"
                           : "cleanups";
    return entries;
}
