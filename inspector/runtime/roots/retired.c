/* Tests each object with one function for each sort of object, which reads the fields that this
 * sort has. An array of timers is compared with the largest one that a P uses. */
#include "inspector/runtime/roots/retired.h"

#include "inspector/base/error.h"

enum {
    WORD = 8,
    TIMER_REMOVED = 5, /* a status; 0 after it has fired */
    BUCKET_SLOTS = 8,  /* each with a tophash byte, which come first in a bucket */
    EVACUATED_X = 2,   /* tophash: moved to the first half, to the second half, empty and moved */
    EVACUATED_EMPTY = 4,
    MOST_CACHED = 1 << 10, /* entries of a type cache, far more than there ever are */
};

struct finder {
    const struct gt_goheap *heap;
    const struct gt_process *process;
    uint64_t room; /* bytes of the largest array of a P's heap of timers */
};

struct object {
    uint32_t index;
    uint64_t addr, size;
    bool has_pointers;
};

/* ---- timers -------------------------------------------------------------------------------- */

static bool is_timer(const struct gt_process *process, uint64_t addr)
{
    uint64_t function, entry;

    return gt_process_field(process, addr, GT_F_timer_f, &function) && function &&
           gt_mem_u64(process->mem, function, &entry) && gt_process_is_entry(process, entry);
}

/* Up to Go 1.22 a heap has every timer that runs; since, only those that somebody waits for. */
static bool has_left_heap(const struct gt_process *process, uint64_t timer)
{
    uint64_t status;

    return gt_process_field(process, timer, GT_F_timer_status, &status) &&
           (status == 0 || status == TIMER_REMOVED);
}

static bool is_stopped_timer(const struct finder *finder, const struct object *object)
{
    const struct gt_layout *layout = &finder->process->layout;

    if (!object->has_pointers || !gt_has(layout, GT_F_timer_status)) return false;
    uint64_t size = gt_off(layout, GT_F_timer_status) + WORD;
    for (uint64_t at = 0; at <= WORD && at + size <= object->size; at += WORD)
        if (is_timer(finder->process, object->addr + at))
            return has_left_heap(finder->process, object->addr + at);
    return false;
}

/* The size of an entry, and the offset of the timer in it. */
static uint64_t entry_bytes(const struct gt_layout *layout, uint64_t *timer)
{
    bool of_two = gt_has(layout, GT_F_timerWhen_timer) && layout->size[GT_S_timerWhen];

    *timer = of_two ? gt_off(layout, GT_F_timerWhen_timer) : 0;
    return of_two ? layout->size[GT_S_timerWhen] : WORD;
}

/* True if its entries are timers, up to those that were removed. */
static bool is_outgrown(const struct finder *finder, const struct object *object)
{
    uint64_t timer, in_entry, count = 0;
    uint64_t width = entry_bytes(&finder->process->layout, &in_entry);

    if (!object->has_pointers || object->size >= finder->room) return false;
    for (uint64_t at = 0; at + width <= object->size; at += width, count++) {
        if (!gt_mem_u64(finder->process->mem, object->addr + at + in_entry, &timer)) return false;
        if (!timer) break;
        if (!is_timer(finder->process, timer)) return false;
    }
    return count > 0;
}

static void measure_heap(struct finder *finder, uint64_t p)
{
    const struct gt_layout *layout = &finder->process->layout;
    enum gt_field_id field =
        gt_has(layout, GT_F_p_timers_heap) ? GT_F_p_timers_heap : GT_F_p_timers;
    uint64_t in_entry, bytes;
    struct gt_slice timers;

    if (!gt_has(layout, field)) return;
    bytes = entry_bytes(layout, &in_entry);
    if (!gt_process_slice(finder->process, p + gt_off(layout, field), bytes, &timers)) return;
    uint32_t array = gt_heap_object(&finder->heap->graph, timers.ptr);
    bytes = array == GT_NO_OBJECT ? 0 : gt_heap_size(&finder->heap->graph, array);
    if (bytes > finder->room) finder->room = bytes;
}

static void measure_heaps(struct finder *finder)
{
    struct gt_slice ps;
    uint64_t addr, p;
    struct gt_error *error = gt_process_global(finder->process, "runtime.allp", &addr);

    if (error)
        gt_error_destroy(error);
    else if (gt_process_slice(finder->process, addr, WORD, &ps))
        for (uint64_t i = 0; i < ps.len; i++)
            if (gt_mem_u64(finder->process->mem, ps.ptr + i * WORD, &p) && p)
                measure_heap(finder, p);
}

/* ---- maps ---------------------------------------------------------------------------------- */

/* The address of its index, if that says so; else 0. */
static uint64_t stale_table(const struct finder *finder, const struct object *object)
{
    uint64_t index, groups, mask;
    const struct gt_process *process = finder->process;

    bool stale = object->has_pointers && object->size == 2 * 2 * WORD &&
                 gt_process_field(process, object->addr, GT_F_table_index, &index) &&
                 index == UINT64_MAX &&
                 gt_process_field(process, object->addr, GT_F_table_groups_lengthMask, &mask) &&
                 (mask & (mask + 1)) == 0 &&
                 gt_process_field(process, object->addr, GT_F_table_groups_data, &groups) &&
                 gt_heap_region(&finder->heap->graph, groups);
    return stale ? object->addr + gt_off(&process->layout, GT_F_table_index) : 0;
}

/* The address of the entries' states, if all say so; else 0. */
static uint64_t evacuated_bucket(const struct finder *finder, const struct object *object)
{
    uint64_t size, user = gt_goheap_user(finder->heap, object->index, &size);
    const unsigned char *bytes = gt_mem_at(finder->process->mem, user, BUCKET_SLOTS);

    if (!gt_has(&finder->process->layout, GT_F_hmap_oldbuckets) || !bytes) return 0;
    for (unsigned i = 0; i < BUCKET_SLOTS; i++)
        if (bytes[i] < EVACUATED_X || bytes[i] > EVACUATED_EMPTY) return 0;
    return user;
}

/* ---- caches -------------------------------------------------------------------------------- */

/* {type, itab} of an assertion, {type, case, itab} of a switch; what is not used is zeros. */
static bool are_entries(const struct gt_process *process, uint64_t addr, uint64_t count,
                        uint64_t words)
{
    uint64_t word, filled = 0;

    for (uint64_t i = 0; i < count; i++) {
        if (!gt_mem_u64(process->mem, addr + i * words * WORD, &word)) return false;
        if (!word) continue;
        if (gt_types_at(process->types, word) == GT_NO_TYPE) return false;
        filled++;
    }
    return filled > 0;
}

/* A mask, and as many entries and one more (internal/abi/switch.go). */
static bool is_type_cache(const struct finder *finder, const struct object *object)
{
    const struct gt_process *process = finder->process;
    uint64_t mask;

    if (object->has_pointers || !gt_mem_u64(process->mem, object->addr, &mask)) return false;
    if (mask & (mask + 1) || mask >= MOST_CACHED) return false;
    for (uint64_t words = 2; words <= 3; words++) {
        uint64_t size = (1 + (mask + 1) * words) * WORD;
        if (size <= object->size && are_entries(process, object->addr + WORD, mask + 1, words))
            return true;
    }
    return false;
}

/* ---- all of them --------------------------------------------------------------------------- */

static uint64_t retired_word(const struct finder *finder, const struct object *object)
{
    uint64_t word = stale_table(finder, object);

    return word ? word : evacuated_bucket(finder, object);
}

static bool is_idle(const struct finder *finder, const struct object *object)
{
    static bool (*const sorts[])(const struct finder *, const struct object *) = {
        is_stopped_timer,
        is_outgrown,
        is_type_cache,
    };

    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        if (sorts[i](finder, object)) return true;
    return false;
}

static void judge(const struct finder *finder, uint32_t index, struct gt_retired *out)
{
    const struct gt_heap *graph = &finder->heap->graph;
    struct object object = {index, gt_heap_address(graph, index), gt_heap_size(graph, index),
                            index < graph->scan_objects};
    uint64_t word = retired_word(finder, &object);

    if (word) {
        gt_bit_set(&out->retired, index);
        *gt_map_put(&out->words, index, NULL) = word;
    } else if (is_idle(finder, &object)) {
        gt_bit_set(&out->idle, index);
    }
}

void gt_retired_find(const struct gt_goheap *heap, const struct gt_bitmap *wanted,
                     struct gt_retired *out)
{
    struct finder finder = {.heap = heap, .process = heap->process};

    *out = (struct gt_retired){0};
    gt_bitmap_init(&out->retired, wanted->bits);
    gt_bitmap_init(&out->idle, wanted->bits);
    measure_heaps(&finder);
    for (size_t i = gt_bitmap_next(wanted, 0); i < wanted->bits; i = gt_bitmap_next(wanted, i + 1))
        judge(&finder, (uint32_t)i, out);
}

void gt_retired_deinit(struct gt_retired *retired)
{
    gt_bitmap_deinit(&retired->retired);
    gt_bitmap_deinit(&retired->idle);
    gt_map_deinit(&retired->words);
}
