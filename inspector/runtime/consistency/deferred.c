/* Checks deferred calls. A record belongs to a frame of the goroutine in whose list it is, and has
 * a function of Go to call. A record that is taken out of a list is cleared (runtime/panic.go,
 * popDefer, freedefer). So if one that is not clear is in no list, a list was cut. */
#include "inspector/runtime/consistency/consistency.h"

#include "inspector/base/alloc.h"
#include "inspector/base/hash.h"
#include "inspector/base/loop.h"
#include "inspector/base/search.h"
#include "inspector/base/task.h"

#include <stdatomic.h>
#include <stdlib.h>

enum {
    MOST_DEFERS = 1 << 24,
    CLASS_APART = 16, /* bytes by which a slot of the heap may be larger than a record */
    PART_REGIONS = 64,
    MANY_PARTS = 8, /* fewer are not worth another thread */
};

static uint64_t field_of(const struct gt_process *process, uint64_t addr, enum gt_field_id id)
{
    uint64_t value = 0;

    gt_process_field(process, addr, id, &value);
    return value;
}

/* A record of a loop over a function has no function of its own. */
static bool is_of_loop(const struct gt_process *process, uint64_t record)
{
    return field_of(process, record, GT_F__defer_rangefunc) & 0xff;
}

/* ---- the lists ------------------------------------------------------------------------------ */

static bool is_sound(const struct gt_process *process, uint64_t record, uint64_t lo, uint64_t hi)
{
    uint64_t sp, pc, fn;
    const struct gt_pclntab *tab;
    struct gt_func func;

    if (!gt_process_field(process, record, GT_F__defer_sp, &sp) ||
        !gt_process_field(process, record, GT_F__defer_pc, &pc) ||
        !gt_process_field(process, record, GT_F__defer_fn, &fn))
        return false;
    return sp % 8 == 0 && sp >= lo && sp <= hi && gt_text_find(&process->code, pc, &tab, &func) &&
           (!fn || is_of_loop(process, record) || gt_has_code(process, fn));
}

void gt_consistency_of_defers(struct gt_process *process, uint64_t g)
{
    uint64_t record, lo, hi, count = 0;
    struct gt_loop loop = {0};

    if (!gt_has(&process->layout, GT_F__defer_sp) || !gt_has(&process->layout, GT_F__defer_pc) ||
        !gt_process_field(process, g, GT_F_g__defer, &record) ||
        !gt_process_field(process, g, GT_F_g_stack_lo, &lo) ||
        !gt_process_field(process, g, GT_F_g_stack_hi, &hi))
        return;
    for (; record && !gt_loop_closed(&loop, record) && count < MOST_DEFERS; count++) {
        if (!is_sound(process, record, lo, hi))
            gt_contradict(&process->contradictions, GT_CONTRADICTION_DEFERS, 1, record);
        if (!gt_process_field(process, record, GT_F__defer_link, &record)) return;
    }
}

/* ---- records in no list --------------------------------------------------------------------- */

struct stack {
    uint64_t lo, hi;
};

struct finder { /* on the heap: if this call unwinds, tasks still use it until they end */
    struct gt_process *process;
    const struct gt_goheap *heap;
    const struct gt_goroutines *goroutines;
    uint64_t first, last;  /* code of Go */
    struct gt_vec records; /* uint64_t: what of the heap holds a frame's code and code to call */
    struct gt_vec *parts;  /* of runs of regions; the same */
    uint32_t part_count;
    atomic_uint next;     /* part */
    struct gt_map listed; /* the records of all lists */
    struct stack *stacks; /* of all goroutines, sorted */
};

/* A bit for the first word of each of so many slots. */
static uint64_t first_words(uint32_t count, uint64_t words)
{
    uint64_t firsts = 0;

    for (uint32_t i = 0; i < count; i++)
        firsts |= (uint64_t)1 << i * words;
    return firsts;
}

/* Which of the slots from `first` on have pointers where a record has them, and numbers where it
 * has its frame? Slot first + i has bit i * words, as in `firsts`. Most of its size have not, and
 * need not be read. */
static uint64_t may_be_records(const struct gt_layout *layout, const struct gt_region *region,
                               uint32_t first, uint32_t count, uint64_t firsts)
{
    uint64_t words = region->slot_size / 8, mask;

    if (region->scan != GT_SCAN_BITMAP || words > 64) return 1;
    mask = gt_bits_load(region->mask, region->mask_bytes, first * words, count * words);
    return mask >> gt_off(layout, GT_F__defer_fn) / 8 &
           mask >> gt_off(layout, GT_F__defer_link) / 8 &
           ~(mask >> gt_off(layout, GT_F__defer_pc) / 8) &
           ~(mask >> gt_off(layout, GT_F__defer_sp) / 8) & firsts;
}

/* The record's frame is looked at last, since few get so far. */
static void look_at(const struct finder *finder, const struct gt_region *region, uint32_t slot,
                    struct gt_vec *records)
{
    const struct gt_layout *layout = &finder->process->layout;
    const unsigned char *bytes = region->bytes + slot * region->slot_size;
    uint64_t pc = gt_load64(bytes + gt_off(layout, GT_F__defer_pc));
    uint64_t fn = gt_load64(bytes + gt_off(layout, GT_F__defer_fn));
    uint64_t addr = region->base + slot * region->slot_size;

    if (pc - finder->first < finder->last - finder->first && fn &&
        gt_bit(&finder->heap->graph.allocated, region->first + slot) &&
        gt_has_code(finder->process, fn))
        gt_vec_add(records, &addr);
}

/* Looks at as many slots at once as a word has room for their masks. */
static void find_records(const struct finder *finder, const struct gt_region *region,
                         struct gt_vec *records)
{
    uint64_t words = region->slot_size / 8;
    uint32_t step = region->scan == GT_SCAN_BITMAP && words <= 64 ? (uint32_t)(64 / words) : 1;
    uint64_t firsts = first_words(step, words);

    for (uint32_t slot = 0; slot < region->count; slot += step) {
        uint32_t count = region->count - slot < step ? region->count - slot : step;
        uint64_t may = may_be_records(&finder->process->layout, region, slot, count, firsts);
        for (; may; may &= may - 1)
            look_at(finder, region, slot + (uint32_t)((uint64_t)__builtin_ctzll(may) / words),
                    records);
    }
}

static bool may_have_records(const struct finder *finder, const struct gt_region *region)
{
    uint64_t size = finder->process->layout.size[GT_S__defer];

    return region->bytes && region->scan != GT_SCAN_NONE && region->slot_size >= size &&
           region->slot_size - size < CLASS_APART;
}

static void find_in_part(struct finder *finder, uint32_t part)
{
    const struct gt_heap *graph = &finder->heap->graph;

    for (uint32_t i = part * PART_REGIONS; i < graph->region_count && i < (part + 1) * PART_REGIONS;
         i++)
        if (may_have_records(finder, &graph->regions[i]))
            find_records(finder, &graph->regions[i], &finder->parts[part]);
}

static struct gt_error *find_in_parts(void *args)
{
    struct finder *finder = args;

    for (uint32_t next; (next = atomic_fetch_add(&finder->next, 1)) < finder->part_count;)
        find_in_part(finder, next);
    return NULL;
}

/* In the order of regions, whichever thread finds them. */
static void find_all_records(struct finder *finder)
{
    const struct gt_heap *graph = &finder->heap->graph;

    finder->part_count = graph->region_count / PART_REGIONS + 1;
    finder->parts = gt_calloc(finder->part_count, sizeof *finder->parts);
    for (uint32_t i = 0; i < finder->part_count; i++)
        finder->parts[i] = GT_VEC_OF(uint64_t);
    gt_task_share(finder->part_count < MANY_PARTS ? 1 : graph->threads, find_in_parts, finder);
    for (uint32_t i = 0; i < finder->part_count; i++) {
        for (size_t j = 0; j < finder->parts[i].len; j++)
            gt_vec_add(&finder->records, gt_vec_at(&finder->parts[i], j));
        gt_vec_deinit(&finder->parts[i]);
    }
    gt_free(finder->parts);
}

/* A thread may be about to give the records of a loop over a function to its goroutine
 * (deferconvert). The loop's own record then has neither a loop nor a function. */
static bool is_changing(const struct gt_process *process, const struct gt_goroutine *g,
                        uint64_t record)
{
    return g->status == GT_G_RUNNING && !is_of_loop(process, record) &&
           !field_of(process, record, GT_F__defer_fn);
}

/* False if a thread may be changing the list. */
static bool add_list(struct finder *finder, const struct gt_goroutine *g)
{
    uint64_t record = field_of(finder->process, g->address, GT_F_g__defer);
    bool added = true;

    for (uint64_t count = 0; record && added && count < MOST_DEFERS; count++) {
        gt_map_put(&finder->listed, record, &added);
        if (is_changing(finder->process, g, record)) return false;
        record = field_of(finder->process, record, GT_F__defer_link);
    }
    return true;
}

static bool add_lists(struct finder *finder)
{
    for (uint32_t i = 0; i < finder->goroutines->count; i++)
        if (!add_list(finder, &finder->goroutines->list[i])) return false;
    return true;
}

static int by_stack(const void *a, const void *b)
{
    uint64_t left = ((const struct stack *)a)->lo, right = ((const struct stack *)b)->lo;

    return left < right ? -1 : left > right;
}

static void sort_stacks(struct finder *finder)
{
    const struct gt_goroutines *all = finder->goroutines;

    finder->stacks = gt_alloc((all->count + 1) * sizeof *finder->stacks);
    for (uint32_t i = 0; i < all->count; i++)
        finder->stacks[i] = (struct stack){all->list[i].stack_lo, all->list[i].stack_hi};
    if (all->count) qsort(finder->stacks, all->count, sizeof *finder->stacks, by_stack);
}

static uint64_t low_of(const void *stacks, size_t index)
{
    return ((const struct stack *)stacks)[index].lo;
}

/* True if the record's frame is on a goroutine's stack, as it is in no other object. */
static bool has_frame(const struct finder *finder, uint64_t record)
{
    uint64_t sp = field_of(finder->process, record, GT_F__defer_sp);
    size_t after = gt_upper_bound(finder->stacks, 0, finder->goroutines->count, sp, low_of);

    return after && is_sound(finder->process, record, finder->stacks[after - 1].lo,
                             finder->stacks[after - 1].hi);
}

static void find_unlisted(struct finder *finder)
{
    struct gt_contradictions *all = &finder->process->contradictions;

    for (size_t i = 0; i < finder->records.len; i++) {
        uint64_t record = *(const uint64_t *)gt_vec_at(&finder->records, i);
        if (gt_map_find(&finder->listed, record)) continue;
        if (!finder->stacks) sort_stacks(finder);
        if (has_frame(finder, record)) gt_contradict(all, GT_CONTRADICTION_DEFER_LISTS, 1, record);
    }
}

static bool has_fields(const struct gt_layout *layout)
{
    static const enum gt_field_id needed[] = {GT_F__defer_sp, GT_F__defer_pc, GT_F__defer_fn,
                                              GT_F__defer_link};

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!gt_has(layout, needed[i]) || gt_off(layout, needed[i]) + 8 > layout->size[GT_S__defer])
            return false;
    return true;
}

static void measure_code(struct finder *finder)
{
    finder->first = UINT64_MAX;
    for (size_t i = 0; i < finder->process->module_count; i++) {
        const struct gt_module *module = &finder->process->modules[i];
        if (module->text < finder->first) finder->first = module->text;
        if (module->etext > finder->last) finder->last = module->etext;
    }
}

void gt_consistency_of_defer_lists(const struct gt_goheap *heap,
                                   const struct gt_goroutines *goroutines)
{
    if (!has_fields(&heap->process->layout)) return;
    struct finder *finder = gt_calloc(1, sizeof *finder);
    finder->process = heap->process;
    finder->heap = heap;
    finder->goroutines = goroutines;
    finder->records = GT_VEC_OF(uint64_t);
    measure_code(finder);
    if (finder->first < finder->last) find_all_records(finder);
    if (finder->records.len && add_lists(finder)) find_unlisted(finder);
    gt_vec_deinit(&finder->records);
    gt_map_deinit(&finder->listed);
    gt_free(finder->stacks);
    gt_free(finder);
}
