/* Lists the units by their headers alone. Each thread then takes the next unit, with a reader of
 * its own. A batch is short, so that all entries of a large file are never in memory at once. */
#include "inspector/symbols/unit_batch.h"

#include "inspector/base/alloc.h"
#include "inspector/base/task.h"
#include "inspector/symbols/symbols_impl.h"

#include <stdatomic.h>

enum {
    BATCH_BYTES = 8 << 20, /* of .debug_info */
    MANY_BYTES = 1 << 18,  /* less is not worth another thread */
};

struct batch { /* on the heap: if this call unwinds, tasks still use it until they end */
    const struct gt_top_reader *top;
    struct gt_read_unit *units;
    size_t count;
    atomic_size_t next;
    atomic_uint tables; /* that were read */
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

static struct gt_error *read_units(void *args)
{
    struct batch *batch = args;
    struct gt_top_reader own;

    gt_top_reader_init(&own, batch->top->info, batch->top->abbrev, batch->top->addr);
    own.tables = batch->top->tables;
    for (size_t next; (next = atomic_fetch_add(&batch->next, 1)) < batch->count;) {
        struct gt_read_unit *read = &batch->units[next];
        read->good = gt_top_entries_read(&own, &read->unit, &read->entries);
    }
    atomic_fetch_add(&batch->tables, own.tables - batch->top->tables);
    gt_top_reader_deinit(&own);
    return NULL;
}

void gt_unit_batch_read(struct gt_top_reader *top, uint64_t start, unsigned threads,
                        struct gt_vec *units)
{
    uint64_t bytes = list_units(top, start, units);

    if (!units->len) return;
    struct batch *batch = gt_calloc(1, sizeof *batch);
    batch->top = top;
    batch->units = units->data;
    batch->count = units->len;
    gt_task_share(bytes < MANY_BYTES ? 1 : threads, read_units, batch);
    top->tables += atomic_load(&batch->tables);
    gt_free(batch);
}

void gt_unit_batch_clear(struct gt_vec *units)
{
    for (size_t i = 0; i < units->len; i++)
        gt_vec_deinit(&((struct gt_read_unit *)gt_vec_at(units, i))->entries);
    gt_vec_clear(units);
}
