/* Reads the tables of a sync.Pool: an entry for each P, with a chain of rings. */
#include "inspector/detect/holders/sync_pool.h"

enum { WORD = 8, EFACE = 16, MOST_PS = 1 << 16, MOST_SLOTS = 1 << 30 /* poolqueue.go */ };

struct visitor {
    const struct gt_sync_types *sync;
    const struct gt_memory *mem;
    bool victims;
    struct gt_bitmap *visited; /* rings, by their objects */
    gt_pooled_fn *visit;
    void *ctx;
};

static uint64_t offset(const struct visitor *visitor, enum gt_sync_field field)
{
    return visitor->sync->place[field].offset;
}

bool gt_is_sync_pool(const struct gt_sync_types *sync, const struct gt_word *word)
{
    static const enum gt_sync_field needed[] = {GT_SYNC_LOCAL_PRIVATE,   GT_SYNC_LOCAL_SHARED,
                                                GT_SYNC_CHAIN_HEAD,      GT_SYNC_LINK_PREV,
                                                GT_SYNC_QUEUE_HEAD_TAIL, GT_SYNC_QUEUE_VALS};

    if (word->kind != GT_P_SLICE || !word->type || word->inferred ||
        strcmp(gt_types_name(sync->analysis->process->types, word->type), "sync.poolLocal") != 0)
        return false;
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!gt_sync_has(sync, needed[i])) return false;
    return true;
}

bool gt_is_in_sync_pool(const struct gt_sync_types *sync, const struct gt_word *word)
{
    gt_type_id values = sync->place[GT_SYNC_QUEUE_VALS].type;

    return values && word->kind == GT_P_SLICE && word->type &&
           gt_types_elem(sync->analysis->process->types, values) == word->type;
}

/* An eface; a slot that is free has no type. */
static void visit_value(const struct visitor *visitor, uint64_t addr, enum gt_pool_part part)
{
    uint64_t type, data;

    if (!gt_mem_u64(visitor->mem, addr, &type) || !type ||
        !gt_mem_u64(visitor->mem, addr + WORD, &data))
        return;
    visitor->visit(visitor->ctx, visitor->victims ? GT_POOL_VICTIM : part,
                   gt_heap_object(&visitor->sync->analysis->heap->graph, data));
}

static bool meet(const struct visitor *visitor, uint64_t addr)
{
    uint32_t object = gt_heap_object(&visitor->sync->analysis->heap->graph, addr);

    return object != GT_NO_OBJECT && !gt_bit_test_set(visitor->visited, object);
}

/* A ring's values lie from its tail to its head, which are numbers modulo its length. */
static void visit_ring(const struct visitor *visitor, uint64_t link)
{
    uint64_t at = link + offset(visitor, GT_SYNC_QUEUE_VALS), ends;
    struct gt_slice values;

    if (!gt_mem_u64(visitor->mem, link + offset(visitor, GT_SYNC_QUEUE_HEAD_TAIL), &ends) ||
        !gt_process_slice(visitor->sync->analysis->process, at, EFACE, &values) || !values.len ||
        values.len > MOST_SLOTS || !meet(visitor, values.ptr))
        return;
    uint32_t head = (uint32_t)(ends >> 32), tail = (uint32_t)ends;
    if ((uint32_t)(head - tail) > values.len) return;
    for (; tail != head; tail++)
        visit_value(visitor, values.ptr + tail % values.len * EFACE, GT_POOL_SHARED);
}

/* From the ring that is pushed to, to those before it. */
static void visit_chain(const struct visitor *visitor, uint64_t chain)
{
    uint64_t link;

    if (!gt_sync_word(visitor->sync, chain, GT_SYNC_CHAIN_HEAD, &link)) return;
    while (meet(visitor, link)) {
        visit_ring(visitor, link);
        if (!gt_sync_word(visitor->sync, link, GT_SYNC_LINK_PREV, &link)) return;
    }
}

void gt_sync_pool_values(const struct gt_sync_types *sync, const struct gt_word *word, bool victims,
                         struct gt_bitmap *visited, gt_pooled_fn *visit, void *ctx)
{
    struct visitor visitor = {sync, sync->analysis->process->mem, victims, visited, visit, ctx};
    uint64_t size = gt_types_get(sync->analysis->process->types, word->type)->size;

    for (uint64_t i = 0; i < word->len && i < MOST_PS; i++) {
        uint64_t local = word->value + i * size; /* begins with its poolLocalInternal */
        visit_value(&visitor, local + offset(&visitor, GT_SYNC_LOCAL_PRIVATE), GT_POOL_PRIVATE);
        visit_chain(&visitor, local + offset(&visitor, GT_SYNC_LOCAL_SHARED));
    }
}
