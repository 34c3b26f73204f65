/* Goes through the sources one after the other: globals, stacks, specials, queues, tiny blocks. All
 * words pass through one function, which keeps them by what they lead to: an object, static data or
 * a free slot. A table describes the queues. */
#include "inspector/runtime/roots/roots.h"

#include "inspector/base/alloc.h"
#include "inspector/base/loop.h"
#include "inspector/runtime/roots/stackscan.h"

#include <inttypes.h>

enum {
    FINALIZER_BLOCK_BYTES = 4096, /* finBlockSize */
    CLEANUP_BLOCK_BYTES = 512,    /* cleanupBlockSize */
    AHEAD = 4,                    /* goroutines: how far ahead memory is prefetched */
    STACK_FETCHED = 1024,         /* bytes from its stack pointer on */
};

struct gatherer {
    struct gt_roots *roots;
    const struct gt_goheap *heap;
    struct gt_process *process;
    const struct gt_goroutines *goroutines;
    const struct gt_specials *specials;
    uint32_t owner; /* of the roots that are being gathered */
};

static bool leads_to_static(const struct gt_process *process, const struct gt_root *root)
{
    return (root->kind == GT_ROOT_GLOBAL || (root->kind == GT_ROOT_FRAME && !process->dwarf)) &&
           root->value && gt_process_is_static(process, root->value);
}

static bool is_free_slot(const struct gt_heap *graph, uint64_t value)
{
    const struct gt_region *region = gt_heap_region(graph, value);

    return region && gt_region_slot(region, value) < region->count;
}

static void keep(struct gt_roots *roots, const struct gt_goheap *heap, const struct gt_root *root)
{
    if (gt_heap_object(&heap->graph, root->value) != GT_NO_OBJECT)
        gt_vec_add(&roots->list, root);
    else if (leads_to_static(heap->process, root))
        gt_vec_add(&roots->statics, root);
    else if (root->kind == GT_ROOT_GLOBAL && is_free_slot(&heap->graph, root->value))
        gt_vec_add(&roots->dangling, root);
}

static void add(struct gatherer *gatherer, enum gt_root_kind kind, uint64_t addr, uint64_t value)
{
    struct gt_root root = {.value = value,
                           .addr = addr,
                           .owner = gatherer->owner,
                           .frame = GT_NO_FRAME,
                           .kind = (uint8_t)kind};
    keep(gatherer->roots, gatherer->heap, &root);
}

/* The pointer words of [start, end) by a module's mask. */
static void add_section(struct gatherer *gatherer, uint64_t start, uint64_t end,
                        const struct gt_bitvector *mask)
{
    struct gt_process *process = gatherer->process;
    uint64_t words = end > start ? (end - start) / 8 : 0;

    if (words > mask->bits) words = mask->bits;
    const unsigned char *bits = gt_mem_at(process->mem, mask->data, (words + 7) / 8);
    const unsigned char *bytes = gt_mem_at(process->mem, start, words * 8);
    if (words == 0) return;
    if (!bits || !bytes) {
        process->missing_bytes += words * 8;
        gt_process_lost(process, GT_OF_GLOBALS, "globals at 0x%" PRIx64 ": not in the core", start);
        return;
    }
    for (uint64_t i = 0; i < words; i++)
        if (bits[i / 8] >> (i % 8) & 1)
            add(gatherer, GT_ROOT_GLOBAL, start + i * 8, gt_load64(bytes + i * 8));
}

static void add_globals(struct gatherer *gatherer)
{
    for (size_t i = 0; i < gatherer->process->module_count; i++) {
        const struct gt_module *module = &gatherer->process->modules[i];
        gatherer->owner = (uint32_t)i;
        add_section(gatherer, module->data, module->edata, &module->data_mask);
        add_section(gatherer, module->bss, module->ebss, &module->bss_mask);
    }
}

static void add_stack_word(void *ctx, const struct gt_stack_word *word)
{
    struct gatherer *gatherer = ctx;
    uint64_t g = gatherer->goroutines->list[gatherer->owner].address;
    uint64_t ctxt = g + gt_off(&gatherer->process->layout, GT_F_g_sched_ctxt);
    struct gt_root root = {.value = word->value,
                           .addr = word->addr,
                           .owner = gatherer->owner,
                           .frame = word->frame,
                           .kind = GT_ROOT_FRAME,
                           .in = word->in};

    if (word->conservative)
        root.kind = GT_ROOT_CONSERVATIVE;
    else if (word->frame == GT_NO_FRAME)
        root.kind = word->addr == ctxt ? GT_ROOT_CONTEXT : GT_ROOT_DEFER;
    keep(gatherer->roots, gatherer->heap, &root);
}

static void fetch_ahead(const struct gatherer *gatherer, uint32_t index)
{
    const struct gt_memory *mem = gatherer->process->mem;

    if (index + AHEAD >= gatherer->goroutines->count) return;
    const struct gt_goroutine *g = &gatherer->goroutines->list[index + AHEAD];
    gt_mem_fetch(mem, g->at.sp, STACK_FETCHED);
    gt_mem_fetch(mem, g->address, GT_G_FETCHED);
}

static void add_stacks(struct gatherer *gatherer)
{
    struct gt_stack_counts counts = {0};

    for (uint32_t i = 0; i < gatherer->goroutines->count; i++) {
        fetch_ahead(gatherer, i);
        gatherer->owner = i;
        gt_stack_scan(gatherer->process, &gatherer->goroutines->list[i], add_stack_word, gatherer,
                      &counts);
    }
    gatherer->roots->frames_precise = counts.precise;
    gatherer->roots->frames_conservative = counts.conservative;
    if (counts.lost)
        gt_process_lost(gatherer->process, GT_OF_GOROUTINES,
                        "%" PRIu64 " stack maps or stack objects cannot be read", counts.lost);
}

static void add_special(struct gatherer *gatherer, const struct gt_special *special)
{
    static const enum gt_root_kind root_kind[GT_SPECIAL_KINDS] = {
        [GT_SPECIAL_FINALIZER] = GT_ROOT_FINALIZER,
        [GT_SPECIAL_CLEANUP] = GT_ROOT_CLEANUP,
        [GT_SPECIAL_WEAK_HANDLE] = GT_ROOT_WEAK_HANDLE,
    };

    if (special->kind == GT_SPECIAL_PROFILE) return;
    for (unsigned i = 0; i < special->word_count; i++)
        add(gatherer, root_kind[special->kind], special->word_addr + i * 8, special->words[i]);
    if (special->kind == GT_SPECIAL_FINALIZER)
        add(gatherer, GT_ROOT_CONTENTS, special->address,
            gt_heap_address(&gatherer->heap->graph, special->object));
}

static void add_specials(struct gatherer *gatherer)
{
    for (size_t i = 0; i < gatherer->specials->list.len; i++) {
        gatherer->owner = (uint32_t)i;
        add_special(gatherer, gt_special_at(gatherer->specials, i));
    }
}

static void lost_queue(const struct gatherer *gatherer, uint64_t block)
{
    gt_process_lost(gatherer->process, GT_OF_SPECIALS,
                    "queued finalizers or cleanups at 0x%" PRIx64 ": not in the core", block);
}

/* A queue of finalizers or cleanups, as a list of blocks. If this version has no struct for
 * `entry`, an entry is a single pointer (cleanups of 1.25). */
struct queue {
    enum gt_root_kind kind;
    const char *global;
    enum gt_field_id head; /* the list's head in the global's struct; 0: the global itself */
    enum gt_field_id link, count, entries;
    enum gt_struct_id entry;
    uint64_t block_bytes;
};

/* An entry of a finalizer says which type its object has. */
static void add_queued_object(struct gatherer *gatherer, const struct queue *queue, uint64_t entry)
{
    struct gt_queued_object object;

    if (queue->kind == GT_ROOT_QUEUED &&
        gt_process_field(gatherer->process, entry, GT_F_finalizer_arg, &object.value) &&
        gt_process_field(gatherer->process, entry, GT_F_finalizer_ot, &object.type))
        gt_vec_add(&gatherer->roots->queued, &object);
}

/* Entries of a block outside of the heap: each of their words may be a pointer. */
static void add_entries(struct gatherer *gatherer, const struct queue *queue, uint64_t first,
                        uint64_t count, uint64_t entry_size)
{
    for (uint64_t i = 0; i < count * (entry_size / 8); i++) {
        uint64_t value;
        if (!gt_mem_u64(gatherer->process->mem, first + i * 8, &value)) {
            lost_queue(gatherer, first);
            return;
        }
        if (i && i % (entry_size / 8) == 0) gatherer->owner++;
        if (i % (entry_size / 8) == 0) add_queued_object(gatherer, queue, first + i * 8);
        add(gatherer, queue->kind, first + i * 8, value);
    }
    gatherer->owner++;
}

static void add_queue(struct gatherer *gatherer, const struct queue *queue)
{
    struct gt_process *process = gatherer->process;
    const struct gt_layout *layout = &process->layout;
    uint64_t block, count;

    if (!gt_has(layout, queue->link) || !gt_has(layout, queue->entries) ||
        (queue->head && !gt_has(layout, queue->head)))
        return;
    struct gt_error *error = gt_process_global(process, queue->global, &block);
    if (error) {
        gt_process_lost(process, GT_OF_SPECIALS, "%s", gt_error_message(error));
        gt_error_destroy(error);
        return;
    }
    block += queue->head ? gt_off(layout, queue->head) : 0;
    if (!gt_mem_u64(process->mem, block, &block)) return lost_queue(gatherer, block);
    for (struct gt_loop loop = {0}; block;) {
        if (gt_loop_closed(&loop, block)) {
            gt_process_lost(process, GT_OF_SPECIALS, "the list of %s is a loop", queue->global);
            return;
        }
        uint64_t entries = gt_off(layout, queue->entries);
        if (!gt_process_field(process, block, queue->count, &count))
            return lost_queue(gatherer, block);
        uint64_t size = layout->size[queue->entry] ? layout->size[queue->entry] : 8;
        uint64_t room = (queue->block_bytes - entries) / size;
        add_entries(gatherer, queue, block + entries, count < room ? count : room, size);
        if (!gt_process_field(process, block, queue->link, &block))
            return lost_queue(gatherer, block);
    }
}

static void add_queues(struct gatherer *gatherer)
{
    static const struct queue queues[] = {
        {GT_ROOT_QUEUED, "runtime.allfin", 0, GT_F_finblock_alllink, GT_F_finblock_cnt,
         GT_F_finblock_fin, GT_S_finalizer, FINALIZER_BLOCK_BYTES},
        {GT_ROOT_QUEUED_CLEANUP, "runtime.gcCleanups", GT_F_cleanupQueue_all,
         GT_F_cleanupBlock_alllink, GT_F_cleanupBlock_n, GT_F_cleanupBlock_entries, GT_S_cleanupFn,
         CLEANUP_BLOCK_BYTES},
    };

    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++)
        add_queue(gatherer, &queues[i]);
}

/* The block that each P's tiny allocator is filling (gcMarkTinyAllocs). */
static void add_tiny(struct gatherer *gatherer)
{
    struct gt_process *process = gatherer->process;
    struct gt_slice allp;
    uint64_t addr, p, mcache, tiny;
    struct gt_error *error = gt_process_global(process, "runtime.allp", &addr);

    if (error || !gt_process_slice(process, addr, 8, &allp)) {
        gt_process_lost(process, GT_OF_HEAP,
                        "the list of Ps cannot be read: blocks that the tiny allocator "
                        "holds may look unreachable");
        gt_error_destroy(error);
        return;
    }
    for (uint64_t i = 0; i < allp.len; i++) {
        if (!gt_mem_u64(process->mem, allp.ptr + i * 8, &p) || !p ||
            !gt_process_field(process, p, GT_F_p_mcache, &mcache) || !mcache)
            continue;
        if (gt_process_field(process, mcache, GT_F_mcache_tiny, &tiny))
            add(gatherer, GT_ROOT_TINY, mcache + gt_off(&process->layout, GT_F_mcache_tiny), tiny);
        else if (gt_has(&process->layout, GT_F_mcache_tiny))
            gt_process_lost(process, GT_OF_HEAP, "the mcache at 0x%" PRIx64 ": not in the core",
                            mcache);
    }
}

struct gt_error *gt_roots_open(const struct gt_goheap *heap, const struct gt_goroutines *goroutines,
                               const struct gt_specials *specials, struct gt_roots **out)
{
    struct gt_roots *roots = gt_calloc(1, sizeof *roots);
    struct gatherer gatherer = {.roots = roots,
                                .heap = heap,
                                .process = heap->process,
                                .goroutines = goroutines,
                                .specials = specials};

    roots->list = GT_VEC_OF(struct gt_root);
    roots->statics = GT_VEC_OF(struct gt_root);
    roots->dangling = GT_VEC_OF(struct gt_root);
    roots->queued = GT_VEC_OF(struct gt_queued_object);
    add_globals(&gatherer);
    add_stacks(&gatherer);
    add_specials(&gatherer);
    gatherer.owner = 0;
    add_queues(&gatherer);
    add_tiny(&gatherer);
    *out = roots;
    return NULL;
}

void gt_roots_close(struct gt_roots *roots)
{
    if (!roots) return;
    gt_vec_deinit(&roots->list);
    gt_vec_deinit(&roots->statics);
    gt_vec_deinit(&roots->dangling);
    gt_vec_deinit(&roots->queued);
    gt_free(roots);
}
