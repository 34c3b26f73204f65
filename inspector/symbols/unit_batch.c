/* Lists the units by their headers alone. Each thread then takes the next unit, with a reader of
 * its own. A batch is short, so that all entries of a large file are never in memory at once. */
#include "inspector/symbols/unit_batch.h"

#include "inspector/base/alloc.h"
#include "inspector/base/error.h"
#include "inspector/base/task.h"
#include "inspector/symbols/symbols_impl.h"

#include <stdatomic.h>

enum {
    BATCH_BYTES = 8 << 20, /* of .debug_info */
    MANY_BYTES = 1 << 18,  /* less is not worth another thread */
    MOST_HELPERS = 15,
};

struct worker {
    struct batch *batch;
    struct gt_top_reader reader;
    struct gt_task *task;
};

struct batch { /* on the heap: if this call unwinds, tasks still use it until they end */
    struct gt_read_unit *units;
    size_t count;
    atomic_size_t next;
    struct worker own, helpers[MOST_HELPERS];
};

/* Returns their bytes. */
static uint64_t list_units(const struct gt_top_reader *top, uint64_t start, struct gt_vec *units)
{
    struct gt_read_unit read = {.entries = GT_VEC_OF(struct gt_top_entry)};
    uint64_t at = start;

    while (at - start < BATCH_BYTES && gt_unit_at(top, at, &read.unit)) {
        gt_vec_add(units, &read);
        at = read.unit.end;
    }
    return at - start;
}

static struct gt_error *run(void *args)
{
    struct worker *worker = args;
    struct batch *batch = worker->batch;

    for (;;) {
        size_t next = atomic_fetch_add(&batch->next, 1);
        if (next >= batch->count) return NULL;
        struct gt_read_unit *read = &batch->units[next];
        read->good = gt_top_entries_read(&worker->reader, &read->unit, &read->entries);
    }
}

static void prepare(struct batch *batch, struct worker *worker, const struct gt_top_reader *top)
{
    worker->batch = batch;
    gt_top_reader_init(&worker->reader, top->info, top->abbrev, top->addr);
    worker->reader.tables = top->tables;
}

static void finish(struct worker *worker, unsigned tables, struct gt_top_reader *top)
{
    if (worker->task) gt_error_destroy(gt_task_wait(worker->task));
    top->tables += worker->reader.tables - tables;
    gt_top_reader_deinit(&worker->reader);
}

static void read_all(struct batch *batch, struct gt_top_reader *top, unsigned helpers)
{
    unsigned tables = top->tables;

    prepare(batch, &batch->own, top);
    for (unsigned i = 0; i < helpers; i++) {
        prepare(batch, &batch->helpers[i], top);
        batch->helpers[i].task = gt_task_start(run, &batch->helpers[i]);
    }
    run(&batch->own);
    finish(&batch->own, tables, top);
    for (unsigned i = 0; i < helpers; i++)
        finish(&batch->helpers[i], tables, top);
}

void gt_unit_batch_read(struct gt_top_reader *top, uint64_t start, unsigned threads,
                        struct gt_vec *units)
{
    uint64_t bytes = list_units(top, start, units);
    unsigned helpers = bytes < MANY_BYTES || threads <= 1 ? 0 : threads - 1;

    if (!units->len) return;
    struct batch *batch = gt_calloc(1, sizeof *batch);
    batch->units = units->data;
    batch->count = units->len;
    read_all(batch, top, helpers < MOST_HELPERS ? helpers : MOST_HELPERS);
    gt_free(batch);
}

void gt_unit_batch_clear(struct gt_vec *units)
{
    for (size_t i = 0; i < units->len; i++)
        gt_vec_deinit(&((struct gt_read_unit *)gt_vec_at(units, i))->entries);
    gt_vec_clear(units);
}
